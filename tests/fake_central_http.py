"""The tests' own head office behind real HTTP."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

from sync.engine.transport import Request
from tests.fake_central import FakeCentral
from tests.patience import PATIENCE_S


def _asgi(central: FakeCentral) -> Callable[..., Awaitable[None]]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        query = scope["query_string"].decode()
        path = scope["path"] + (f"?{query}" if query else "")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = await central.answer(Request(scope["method"], path, headers, body))
        pairs = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        start = {"type": "http.response.start", "status": answer.status, "headers": pairs}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})

    return app


class _Server(uvicorn.Server):
    """Says when it answers; leaves signals alone, for it runs in a thread."""

    answering: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.answering.set()


@contextlib.contextmanager
def served(central: FakeCentral) -> Iterator[str]:
    """The address of ``central`` behind real HTTP inside the block."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    config = uvicorn.Config(
        _asgi(central), log_config=None, access_log=False, lifespan="off", date_header=False
    )
    server = _Server(config)
    server.answering = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
    thread.start()
    assert server.answering.wait(PATIENCE_S)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
