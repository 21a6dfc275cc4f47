"""Sockets at work: each answered by its application, until they are let go."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import uvicorn

from sync.http.limits import DoorLimits
from sync.http.serving import uvicorn_config
from sync.http.tls import ServedCertificate


class Listening(NamedTuple):
    """An application's socket. ``certificate``: what is shown there; without one it is plain."""

    app: Any
    bound: socket.socket
    certificate: ServedCertificate | None = None


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to ``serve_stores`` and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Several servers share a loop: none of them may take the signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does."""
        await super().startup(sockets=sockets)
        self.answering.set()


@asynccontextmanager
async def listening(limits: DoorLimits, *sockets: Listening) -> AsyncIterator[None]:
    """Answer the requests of each inside the block; then let those at work end, all at once."""
    servers = [
        _Server(uvicorn_config(one.app, limits, certificate=one.certificate)) for one in sockets
    ]
    serving = [
        asyncio.create_task(server.serve(sockets=[one.bound]))
        for server, one in zip(servers, sockets, strict=True)
    ]
    for server in servers:
        await server.answering.wait()
    try:
        yield
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*serving)
