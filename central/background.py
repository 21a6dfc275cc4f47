"""What head office does between requests: numbers publications, applies what arrived.

Each loop waits for a nudge or its timer, then works until nothing is left. A round that fails is
written down and re-arms itself: here, as at the HTTP border, everything is caught.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from central.office import Office
from central.usecases.sequence_publications import drain_publications

log = structlog.get_logger()

Round = Callable[[], Awaitable[object]]


@asynccontextmanager
async def background(office: Office) -> AsyncIterator[None]:
    """The loops run while the block does; their last round ends before it is left."""
    stopping = asyncio.Event()
    settings, nudges = office.settings, office.nudges
    loops = (("sequence", nudges.published, settings.sequence_every_s, _sequencing(office)),)
    tasks = [
        asyncio.create_task(_loop(name, stopping, nudge, every_s, round_))
        for name, nudge, every_s, round_ in loops
    ]
    try:
        yield
    finally:
        stopping.set()
        for _, nudge, _, _ in loops:
            nudge.set()
        await asyncio.gather(*tasks)


async def _loop(
    name: str, stopping: asyncio.Event, nudge: asyncio.Event, every_s: float, round_: Round
) -> None:
    while not stopping.is_set():
        nudge.clear()
        try:
            await round_()
        except Exception as error:
            log.error("background round failed", loop=name, exc_info=error)
        with suppress(TimeoutError):
            await asyncio.wait_for(nudge.wait(), every_s)


def _sequencing(office: Office) -> Round:
    async def sequence() -> None:
        await drain_publications(office.engine)

    return sequence
