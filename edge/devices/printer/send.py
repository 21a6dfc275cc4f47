"""Send bytes to a printer: at an address of the shop's network, or as a file (a USB printer's
device, a folder's file). Whatever comes between, the sale is long finished."""

import asyncio
import contextlib
import os
from pathlib import Path

from edge.devices.at import DeviceAt

CONNECT_TIMEOUT_S = 3
SEND_TIMEOUT_S = 10
END_S = 0.5
"""A printer that broke off says so within this; one that keeps the line open has all of it."""


class PrinterSilent(Exception):
    """It took nothing, or nobody knows how much. The text says why."""


async def send_to_printer(at: DeviceAt | Path, data: bytes) -> None:
    """All of it, or PrinterSilent."""
    try:
        if isinstance(at, Path):
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await asyncio.to_thread(_append, at, data)
        else:
            await _send(at, data)
    except TimeoutError as error:
        raise PrinterSilent("It takes nothing: paper, cover, or the line to it.") from error
    except OSError as error:
        raise PrinterSilent(f"It cannot be reached ({error.strerror or error}).") from error


async def _send(at: DeviceAt, data: bytes) -> None:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        reader, writer = await asyncio.open_connection(*at)
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            writer.write(data)
            await writer.drain()
            writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_S):
                await reader.read()
    finally:
        writer.close()


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
