"""Asks terminals again about payments whose end nobody knows: at the start, for the box may have
fallen down in between, and from time to time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from edge.box.box import Box
from edge.db.payment_attempts import open_attempts
from edge.domain.payment.attempt import OWED


@asynccontextmanager
async def asking_terminals(box: Box) -> AsyncIterator[None]:
    """Keep asking inside the block."""
    stopping = asyncio.Event()
    loop = asyncio.create_task(_keep_asking(box, stopping))
    try:
        yield
    finally:
        stopping.set()
        await box.terminals.close()
        await loop


async def _keep_asking(box: Box, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        for attempt in await box.reader.read(open_attempts):
            if attempt.state in OWED:
                box.terminals.ask_again(attempt)
        with suppress(TimeoutError):
            async with asyncio.timeout(box.settings.ask_terminal_every_s):
                await stopping.wait()
