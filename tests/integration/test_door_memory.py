"""What a request took is free again once it is answered, and waits for no garbage collector."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from typing import Any
from weakref import ReferenceType, ref

import pytest
from litestar.types import Receive, Scope, Send

from edge.server.listening import Listening, listening
from sync.http.limits import DoorLimits
from sync.http.sender import sender_of
from tests.servers import request

ASK = request("GET", "/health")
BODY = b"answered"


class Noting:
    """An application that notes which requests are still held, and what it was told of them."""

    def __init__(self) -> None:
        self.held: list[ReferenceType[Any]] = []
        self.gone: list[bool] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sender = sender_of(scope)
        assert sender is not None
        self.held.append(ref(sender.cycle()))
        self.gone.append(sender.is_gone)
        length = (b"content-length", str(len(BODY)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": BODY, "more_body": False})


@pytest.fixture
async def without_collector() -> AsyncIterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.usefixtures("without_collector")
async def test_a_request_that_is_answered_is_held_by_nothing() -> None:
    app = Noting()
    with socket.create_server(("127.0.0.1", 0)) as bound:
        async with listening(DoorLimits(), Listening(app, bound)):
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            for _ in range(3):
                writer.write(ASK)
                await reader.readuntil(BODY)
            writer.close()
            await writer.wait_closed()
    assert app.gone == [False] * 3
    assert [held() for held in app.held[:2]] == [None, None]
