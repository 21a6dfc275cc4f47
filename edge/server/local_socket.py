"""A socket in the folder that only the folder's owner opens, and what may be asked there."""

import contextlib
import os
import socket
from collections.abc import Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from edge.box.folder import SOCKET_FILE
from edge.db.connection.errors import CannotStart

if TYPE_CHECKING:
    from litestar import Litestar

    from edge.box.box import Box

SOCKET_PATH_BYTES_MAX = 107
"""The kernel takes no longer path (unix(7), sun_path)."""
WAITING_MAX = 16
OWNER_ONLY = 0o177


@contextlib.contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """The socket's path in ``folder``, through /proc where it would be too long for the kernel."""
    path = str(folder.absolute() / SOCKET_FILE)
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_FILE}"
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def open_local_socket(folder: Path) -> Iterator[socket.socket]:
    """Listen in ``folder``, whose lock the caller holds: a socket that lies there is a dead one's.

    Raises CannotStart.
    """
    name = folder / SOCKET_FILE
    name.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(OWNER_ONLY)
    try:
        with short_path(folder) as path:
            listening.bind(path)
        listening.listen(WAITING_MAX)
    except OSError as error:
        listening.close()
        raise CannotStart(
            f"{name} cannot be made: {error.strerror}. Free some space, or give this user the "
            "right to the folder."
        ) from error
    finally:
        os.umask(mask)
    listening.setblocking(False)
    try:
        yield listening
    finally:
        listening.close()
        name.unlink(missing_ok=True)


def build_local_app(box: "Box") -> "Litestar":
    """What the commands may ask. No token: whoever opens the socket owns the folder."""
    from litestar.datastructures import State

    app = copy(_routed())
    app.state = State({"box": box})
    return app


@cache
def _routed() -> "Litestar":
    """Once for all stores of a process, as in ``app.py``."""
    from litestar import Litestar
    from litestar.di import Provide

    from edge.api import local
    from edge.api.guard import provide_box
    from edge.api.problems import EXCEPTION_HANDLERS

    return Litestar(
        route_handlers=list(local.ROUTES),
        dependencies={"box": Provide(provide_box)},
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
