"""The commands' way to a running store: a socket in its folder that only the folder's owner opens.

``call_edge`` asks the edge that runs; if none does, it takes the folder's lock itself and asks the
same small application in its own process. So each command has one meaning, and one owner of the
folder at any time.
"""

import asyncio
import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any, NamedTuple, cast

from edge.box.folder import SETTINGS_FILE, NotProvisioned
from edge.db.connection.errors import CannotStart, FolderHeld
from edge.server.local_socket import build_local_app, short_path
from edge.server.turn import LOOK_EVERY_S, TURN_WITHIN_S

ANSWER_BYTES_MAX = 64 << 20
CALL_TIMEOUT_S = 300
"""Walking a long chain takes its time."""


class Answer(NamedTuple):
    """What the edge answered: a JSON document, a problem where the status is 400 or above.
    ``serving``: a running edge did."""

    status: int
    document: Any
    serving: bool


class _OverSocket(http.client.HTTPConnection):
    """HTTP over the folder's socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__("localhost", timeout=CALL_TIMEOUT_S)
        self._folder = folder

    def connect(self) -> None:
        """Raises FileNotFoundError, ConnectionRefusedError where no edge runs."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CALL_TIMEOUT_S)
        with short_path(self._folder) as path:
            self.sock.connect(path)


def call_edge(folder: Path, method: str, path: str, body: object = None) -> Answer:
    """Ask the store in ``folder``, whether it runs or not; one that starts, or that another command
    holds for a moment, is waited for. Raises NotProvisioned, FolderHeld, CannotStart."""
    if not (folder / SETTINGS_FILE).exists():
        raise NotProvisioned(folder)
    raw = b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    ends_at = time.monotonic() + TURN_WITHIN_S
    while True:
        answer = call_running(folder, method, path, raw, headers)
        if answer is not None:
            return answer
        try:
            return asyncio.run(_call_alone(folder, method, path, raw, headers))
        except FolderHeld:
            if time.monotonic() > ends_at:
                raise
            time.sleep(LOOK_EVERY_S)


def call_running(
    folder: Path, method: str, path: str, raw: bytes, headers: dict[str, str]
) -> Answer | None:
    """The answer of the edge that runs; None where none does. Raises CannotStart."""
    connection = _OverSocket(folder)
    try:
        connection.request(method, path, raw, headers)
        response = connection.getresponse()
        return Answer(response.status, json.loads(response.read(ANSWER_BYTES_MAX)), serving=True)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        return None
    except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
        raise CannotStart(
            f"The edge that runs in {folder} does not answer ({error}): wait a minute and run this "
            "again; if it stays, stop that `edge serve` and start it again."
        ) from error
    finally:
        connection.close()


async def _call_alone(
    folder: Path, method: str, path: str, raw: bytes, headers: dict[str, str]
) -> Answer:
    """No edge runs: own the folder for this one request."""
    import httpx

    from edge.box.box import open_box
    from edge.box.settings import read_settings

    async with open_box(folder, read_settings(folder)) as box:
        transport = httpx.ASGITransport(app=cast("Any", build_local_app(box)))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            response = await client.request(method, path, content=raw, headers=headers)
            return Answer(response.status_code, response.json(), serving=False)
