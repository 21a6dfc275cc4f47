"""A line to head office, in plain HTTP, on which one kind of request can have bad luck: its answer
is lost, or the request itself is kept on the way and delivered when nobody waits for it any more.
Everything else crosses."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PIECE_BYTES = 65_536
HEAD_END = b"\r\n\r\n"


@dataclass
class LosingLine:
    """``marked``: what the first line of such a request has in it. So many of the next ones are
    lost: ``losing`` lose their answers, ``keeping`` do not arrive. ``kept``: those, as they were
    sent; ``seen``: how many such requests came by at all. ``cut``: nothing crosses."""

    to_port: int
    marked: bytes
    port: int = 0
    losing: int = 0
    keeping: int = 0
    seen: int = 0
    cut: bool = False
    kept: list[bytes] = field(default_factory=list)
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where a box finds head office."""
        return f"http://127.0.0.1:{self.port}"

    def break_off(self) -> None:
        """Cut, with whatever is open."""
        self.cut = True
        for writer in list(self.open):
            writer.transport.abort()

    async def deliver(self, sent: bytes) -> bytes:
        """What head office answers to a request that was kept."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        writer.write(sent)
        answer = await _whole(await reader.readuntil(HEAD_END), reader)
        writer.close()
        return answer


@asynccontextmanager
async def losing_line(to_port: int, marked: bytes) -> AsyncIterator[LosingLine]:
    """The line inside the block, in the loop of the test."""
    line = LosingLine(to_port, marked)
    server = await asyncio.start_server(lambda box, back: _pass_on(line, box, back), "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        line.break_off()


async def _pass_on(
    line: LosingLine, box: asyncio.StreamReader, to_box: asyncio.StreamWriter
) -> None:
    if line.cut:
        to_box.transport.abort()
        return
    office, to_office = await asyncio.open_connection("127.0.0.1", line.to_port)
    line.open |= {to_box, to_office}
    lost = asyncio.Event()

    async def up() -> None:
        while piece := await box.read(PIECE_BYTES):
            if line.marked in piece.partition(b"\r\n")[0]:
                line.seen += 1
                if line.keeping:
                    line.keeping -= 1
                    line.kept.append(await _whole(piece, box))
                    break
                if line.losing:
                    line.losing -= 1
                    lost.set()
            to_office.write(piece)
            await to_office.drain()
        to_office.transport.abort()

    async def down() -> None:
        while (piece := await office.read(PIECE_BYTES)) and not lost.is_set():
            to_box.write(piece)
            await to_box.drain()
        to_box.transport.abort()

    with contextlib.suppress(OSError, RuntimeError):  # what breaks here is what this is for
        await asyncio.gather(up(), down())
    line.open -= {to_box, to_office}
    for writer in (to_box, to_office):
        writer.transport.abort()


async def _whole(piece: bytes, reader: asyncio.StreamReader) -> bytes:
    """The message that begins so, with its body."""
    head, _, body = piece.partition(HEAD_END)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    return piece + await reader.readexactly(int(fields[b"content-length"]) - len(body))
