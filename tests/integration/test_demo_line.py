"""The demo's line between a box and head office: cut it is dead, losing it delivers unanswered."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from central.demo.line import Line


class Echo:
    """A server that counts what reached it and answers each line."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.arrived = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.append(line)
            self.arrived.set()
            writer.write(b"answer to " + line)
            await writer.drain()
        writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, Line]]:
    echo = Echo()
    server = await asyncio.start_server(echo.answer, "127.0.0.1", 0)
    line = Line(server.sockets[0].getsockname()[1])
    await line.start()
    try:
        yield echo, line
    finally:
        await line.stop()
        server.close()


async def ask(line: Line, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    try:
        writer.write(text)
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_an_open_line_carries_both_ways(echo: tuple[Echo, Line]) -> None:
    _, line = echo
    assert await ask(line, b"one\n") == b"answer to one\n"


async def test_a_cut_line_delivers_nothing_and_closes_what_was_open(
    echo: tuple[Echo, Line],
) -> None:
    server, line = echo
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(b"before\n")
    assert await reader.readline() == b"answer to before\n"
    line.cut()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.transport.abort()
    assert await ask(line, b"while cut\n") == b""
    line.mend()
    assert await ask(line, b"after\n") == b"answer to after\n"
    assert server.heard == [b"before\n", b"after\n"]


async def test_a_losing_line_delivers_the_request_and_loses_its_answer(
    echo: tuple[Echo, Line],
) -> None:
    server, line = echo
    line.lose_answers()
    assert await ask(line, b"lost\n") == b""
    await server.arrived.wait()
    assert server.heard == [b"lost\n"]
    assert line.answers_lost == 1
