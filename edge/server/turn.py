"""A store that is to serve waits for its folder's turn: a command may hold it for a moment."""

import socket
import time
from pathlib import Path

from edge.box.box import hold
from edge.db.connection.errors import FolderHeld
from edge.db.connection.lock import FolderLock
from edge.server.local_socket import short_path

TURN_WITHIN_S = 60
"""A store on a busy machine takes this long from its hold on the folder to its socket."""
LOOK_EVERY_S = 0.1


def hold_in_turn(folder: Path) -> FolderLock:
    """The exclusive hold on ``folder``, as soon as no command has it any more. Raises
    NotProvisioned, and FolderHeld where a store serves it, or somebody holds it for long."""
    ends_at = time.monotonic() + TURN_WITHIN_S
    while True:
        try:
            return hold(folder)
        except FolderHeld:
            if _is_served(folder) or time.monotonic() > ends_at:
                raise
            time.sleep(LOOK_EVERY_S)


def _is_served(folder: Path) -> bool:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection,
        short_path(folder) as path,
    ):
        try:
            connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            return False
        return True
