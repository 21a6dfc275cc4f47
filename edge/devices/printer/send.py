"""Send bytes to a printer: at an address of the shop's network, or as a file (a USB printer's
device, a folder's file). Whatever comes between, the sale is long finished."""

import asyncio
import contextlib
import os
from pathlib import Path

from edge.devices.at import DeviceAt
from edge.devices.printer.ask import QUESTIONS, Condition, condition_of

CONNECT_TIMEOUT_S = 3
SEND_TIMEOUT_S = 10
ANSWER_S = 0.3
OUT = {
    Condition.PAPER_OUT: "It has no paper.",
    Condition.COVER_OPEN: "Its cover is open.",
}
END_S = 0.5
"""A printer that broke off says so within this; one that keeps the line open has all of it."""


class PrinterSilent(Exception):
    """It took nothing, or nobody knows how much. The text says why."""


async def send_to_printer(at: DeviceAt | Path, data: bytes, *, asks: bool) -> bool:
    """All of it, or PrinterSilent. ``asks``: how it is, first, so that nothing is left in a printer
    without paper. Whether it answers such questions."""
    try:
        if not isinstance(at, Path):
            return await _send(at, data, asks=asks)
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await asyncio.to_thread(_append, at, data)
    except TimeoutError as error:
        raise PrinterSilent("It takes nothing: paper, cover, or the line to it.") from error
    except OSError as error:
        raise PrinterSilent(f"It cannot be reached ({error.strerror or error}).") from error
    return False


async def _send(at: DeviceAt, data: bytes, *, asks: bool) -> bool:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        reader, writer = await asyncio.open_connection(*at)
    try:
        said = await _asked(reader, writer) if asks else Condition.SILENT
        if said in OUT:
            raise PrinterSilent(OUT[said])
        async with asyncio.timeout(SEND_TIMEOUT_S):
            writer.write(data)
            await writer.drain()
            writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await reader.read()
    finally:
        writer.close()
    return said is not Condition.SILENT


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Condition:
    writer.write(QUESTIONS)
    try:
        async with asyncio.timeout(ANSWER_S):
            return condition_of(await reader.readexactly(2))
    except (TimeoutError, asyncio.IncompleteReadError):
        return Condition.SILENT


def _append(path: Path, data: bytes) -> None:
    """A device that takes nothing keeps no thread waiting: it is opened to say so."""
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(opened, "wb", buffering=0) as device:
        left = memoryview(data)
        while left:
            written = device.write(left)
            if written is None:
                raise OSError(f"it took {len(data) - len(left)} of {len(data)} bytes")
            left = left[written:]
