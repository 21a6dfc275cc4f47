"""How both servers listen: uvicorn in one process, behind a door of its own for each socket."""

from typing import Any, Literal

import uvicorn

from sync.http.door import Door
from sync.http.limits import DoorLimits

GRACE_S = 5
"""Requests at work get this long to end when the server stops."""


def uvicorn_config(
    app: Any, limits: DoorLimits, *, lifespan: Literal["on", "off"]
) -> uvicorn.Config:
    """For one listening socket. Addresses of clients are those of their connections: no header can
    claim another."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan=lifespan,
        ws="none",
        http=Door(limits).protocol(),
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
