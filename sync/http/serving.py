"""How both servers listen: uvicorn in one process, behind a door of its own for each socket."""

from collections.abc import Callable
from typing import Any

import uvicorn

from sync.http.door import Door
from sync.http.handshake import tls_protocol
from sync.http.limits import DoorLimits
from sync.http.tls import ServedCertificate

GRACE_S = 5
"""Requests at work get this long to end when the server stops."""


def uvicorn_config(
    app: Any,
    limits: DoorLimits,
    *,
    certificate: ServedCertificate | None = None,
    is_proxy: Callable[[str], bool] = lambda _address: False,
) -> uvicorn.Config:
    """For one listening socket; with a certificate it speaks HTTPS. Addresses of clients are those
    of their connections: no header can claim another here. From a proxy come many."""
    door = Door(limits, is_proxy)
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http=door.protocol() if certificate is None else tls_protocol(door, certificate.context),
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
