"""Somebody on the line: a TLS proxy with a certificate of their own, which passes on what it reads
and keeps a copy."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

READ_BYTES = 65_536


@dataclass
class Middleman:
    """``read``: all that anybody sent through it, in the clear."""

    port: int = 0
    read: bytearray = field(default_factory=bytearray)


@contextmanager
def middleman(shown: tuple[Path, Path], to_port: int) -> Iterator[Middleman]:
    """Listens on the loopback address; speaks TLS to the real one, whoever that is."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.check_hostname, theirs.verify_mode = False, ssl.CERT_NONE
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(*shown)
    found, ready, stop = Middleman(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", to_port, ssl=theirs)
        up = asyncio.create_task(_pass_on(reader, there[1], found.read))
        await _pass_on(there[0], writer, bytearray())
        up.cancel()
        there[1].close()

    async def serve() -> None:
        server = await asyncio.start_server(between, "127.0.0.1", 0, ssl=ours)
        found.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                loop.run_until_complete(task)
        loop.close()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, copy: bytearray
) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        while piece := await reader.read(READ_BYTES):
            copy += piece
            writer.write(piece)
            await writer.drain()
    with suppress(OSError):
        writer.close()
