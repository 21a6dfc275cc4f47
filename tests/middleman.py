"""Somebody on the line: a TLS proxy with a certificate of its own, which passes on what it reads
and keeps a copy. An honest one ends TLS before a head office that speaks plain HTTP."""

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
def middleman(
    shown: tuple[Path, Path], to_port: int, *, onward_by_tls: bool = True
) -> Iterator[Middleman]:
    """Listens on the loopback address; speaks TLS to the real one, whoever that is, or plain."""
    found, ready, stop = Middleman(), threading.Event(), threading.Event()
    theirs = _anybody() if onward_by_tls else None
    between = threading.Thread(
        target=lambda: asyncio.run(_stand_between(shown, to_port, theirs, found, ready, stop))
    )
    between.start()
    ready.wait()
    try:
        yield found
    finally:
        stop.set()
        between.join()


def _anybody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _stand_between(
    shown: tuple[Path, Path],
    to_port: int,
    theirs: ssl.SSLContext | None,
    found: Middleman,
    ready: threading.Event,
    stop: threading.Event,
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(*shown)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection("127.0.0.1", to_port, ssl=theirs)
        await asyncio.gather(_pipe(reader, on, found.read), _pipe(back, writer, bytearray()))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=ours)
    found.port = server.sockets[0].getsockname()[1]
    ready.set()
    await asyncio.to_thread(stop.wait)
    server.close()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)


async def _pipe(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, copy: bytearray
) -> None:
    with suppress(OSError):
        while piece := await reader.read(READ_BYTES):
            copy += piece
            writer.write(piece)
            await writer.drain()
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
