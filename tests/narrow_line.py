"""A line to head office that takes so many bits a second each way, as a shop's may: a relay that
passes each piece on when such a line would have had the time for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

PIECE_BYTES = 4_096


@dataclass
class NarrowLine:
    """``port``: where a box finds head office. ``down`` and ``up``: bytes that crossed so far."""

    bits_per_s: int
    port: int = 0
    down: int = 0
    up: int = 0


@contextmanager
def narrow_line(to_port: int, bits_per_s: int) -> Iterator[NarrowLine]:
    """The line inside the block, in a thread of its own."""
    line, ready, stop = NarrowLine(bits_per_s), threading.Event(), threading.Event()
    relay = threading.Thread(target=lambda: asyncio.run(_relay(line, to_port, ready, stop)))
    relay.start()
    ready.wait()
    try:
        yield line
    finally:
        stop.set()
        relay.join()


async def _relay(
    line: NarrowLine, to_port: int, ready: threading.Event, stop: threading.Event
) -> None:
    way_down, way_up = _Way(line.bits_per_s), _Way(line.bits_per_s)

    async def pass_on(box: asyncio.StreamReader, to_box: asyncio.StreamWriter) -> None:
        office, to_office = await asyncio.open_connection("127.0.0.1", to_port)

        async def up() -> None:
            async for piece in way_up.pieces(box, to_office):
                line.up += piece

        async def down() -> None:
            async for piece in way_down.pieces(office, to_box):
                line.down += piece

        await asyncio.gather(up(), down())

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    ready.set()
    await asyncio.to_thread(stop.wait)
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


class _Way:
    """One direction, which all connections share."""

    def __init__(self, bits_per_s: int) -> None:
        self._bits_per_s = bits_per_s
        self._free_at = 0.0

    async def pieces(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> AsyncIterator[int]:
        """Each piece's bytes, once it crossed."""
        loop, never = asyncio.get_running_loop(), asyncio.Event()
        with suppress(OSError):
            while piece := await reader.read(PIECE_BYTES):
                began = max(self._free_at, loop.time())
                self._free_at = began + len(piece) * 8 / self._bits_per_s
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._free_at):
                        await never.wait()
                writer.write(piece)
                await writer.drain()
                yield len(piece)
        writer.close()
