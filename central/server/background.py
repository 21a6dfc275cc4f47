"""What head office does between requests: gives due grants, numbers publications, applies what
arrived, publishes the PINs in it, makes the roots of days that are proven, joins customers who were
created twice, tries again what an older applier set aside, shortens logs, looks whether its
database was put back to its past.

Each loop waits for a nudge or its timer, then works until nothing is left, and rests: what nudges
it meanwhile is one round, where a busy chain would have it look at the same things after each batch
of each store. A round that fails is written down and re-arms itself: here, as at the HTTP border,
everything is caught.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import structlog

from central.archive.port import StreamKey
from central.office.head_office import HeadOffice
from central.usecases.box.give_first_grants import drain_due_grants
from central.usecases.customer.match import match_customers
from central.usecases.day.make_roots import make_roots
from central.usecases.decision.look_back import look_back
from central.usecases.feed.compact_feeds import compact_feeds
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.grant.goodwill import drain_due_goodwill
from central.usecases.grant.share_out import drain_due_shares
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.retry_quarantined import retry_quarantined
from central.usecases.journal.settle_days import settle_days
from central.usecases.loyalty.settle import drain_due_loyalty
from central.usecases.people.open_pins import open_pins
from central.usecases.stock.keep_value import keep_values
from central.usecases.telling.let_go import mark_old
from central.usecases.telling.tell import tell_due

log = structlog.get_logger()

STREAMS_AT_ONCE_MAX = 3
UNITS_IN_A_ROW_MAX = 1_000
"""Of one stream in one round; the next round goes on."""

SEQUENCE_REST_S = 0.2
SETTLE_EVERY_S = 60
SETTLE_REST_S = 2
ROOTS_EVERY_S = 600
PINS_EVERY_S = 10
PINS_REST_S = 1
LOOK_BACK_EVERY_S = 10
CUSTOMERS_EVERY_S = 10
CUSTOMERS_REST_S = 1
VALUE_EVERY_S = 600
VALUE_REST_S = 5
COMPACT_EVERY_S = 6 * 3_600
RETRY_EVERY_S = 3_600
"""The first try is at the start, which is when a newer applier comes."""

Round = Callable[[], Awaitable[object]]


class _Pace(NamedTuple):
    """Seconds: how long a loop waits that nobody nudges, and how long it rests after a round."""

    every_s: float
    rest_s: float = 0


@asynccontextmanager
async def background(office: HeadOffice) -> AsyncIterator[None]:
    """The loops run while the block does; their last round ends before it is left."""
    stopping = asyncio.Event()
    settings, nudges = office.settings, office.nudges
    sequence = _Pace(settings.sequence_every_s, SEQUENCE_REST_S)
    loops = (
        ("sequence", nudges.published, sequence, _sequencing),
        ("apply", nudges.ingested, _Pace(settings.apply_every_s), _applying),
        ("retry", asyncio.Event(), _Pace(RETRY_EVERY_S), _retrying),
        ("settle", nudges.applied, _Pace(SETTLE_EVERY_S, SETTLE_REST_S), _settling),
        ("roots", asyncio.Event(), _Pace(ROOTS_EVERY_S), _rooting),
        ("compact", asyncio.Event(), _Pace(COMPACT_EVERY_S), _compacting),
        ("past", asyncio.Event(), _Pace(LOOK_BACK_EVERY_S), _looking_back),
        ("pins", nudges.folded, _Pace(PINS_EVERY_S, PINS_REST_S), _opening_pins),
        ("value", nudges.unvalued, _Pace(VALUE_EVERY_S, VALUE_REST_S), _valuing),
        ("customers", nudges.numbered, _Pace(CUSTOMERS_EVERY_S, CUSTOMERS_REST_S), _matching),
    )
    tasks = [
        asyncio.create_task(_loop(name, stopping, nudge, pace, round_of(office)))
        for name, nudge, pace, round_of in loops
    ]
    try:
        yield
    finally:
        stopping.set()
        for _, nudge, _, _ in loops:
            nudge.set()
        await asyncio.gather(*tasks)


async def _loop(
    name: str, stopping: asyncio.Event, nudge: asyncio.Event, pace: _Pace, round_: Round
) -> None:
    while not stopping.is_set():
        nudge.clear()
        try:
            await round_()
        except Exception as error:
            log.error("background round failed", loop=name, exc_info=error)
        if pace.rest_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pace.rest_s)
        with suppress(TimeoutError):
            await asyncio.wait_for(nudge.wait(), pace.every_s)


def _sequencing(office: HeadOffice) -> Round:
    async def sequence() -> None:
        await drain_due_grants(office.engine, office.clock_ms())
        await drain_due_loyalty(office.engine, office.clock_ms())
        await drain_due_shares(office.engine, office.clock_ms())
        await drain_due_goodwill(office.engine, office.clock_ms())
        await tell_due(office.engine, office.clock_ms())
        if await drain_publications(office.engine):
            office.nudges.numbered.set()

    return sequence


def _matching(office: HeadOffice) -> Round:
    async def match() -> None:
        if await match_customers(office.engine, office.key, office.clock_ms()):
            office.nudges.published.set()

    return match


def _valuing(office: HeadOffice) -> Round:
    async def keep() -> None:
        if not await keep_values(office.engine):
            office.nudges.unvalued.set()

    return keep


def _compacting(office: HeadOffice) -> Round:
    async def compact() -> None:
        await compact_feeds(office.engine, office.clock_ms())
        await mark_old(office.engine, office.clock_ms())

    return compact


def _applying(office: HeadOffice) -> Round:
    return _Applying(office).apply


class _Applying:
    """Streams that are behind, some at a time: one that fails delays no other.

    Several head-office processes share them out: a store that another one is at is passed over, and
    asked for again at the end, for that one may have looked before the newest events came. ``gaps``
    were told already: a stream waits at its gap for as long as it takes.
    """

    def __init__(self, office: HeadOffice) -> None:
        self.office = office
        self.turns = asyncio.Semaphore(STREAMS_AT_ONCE_MAX)
        self.gaps: set[tuple[StreamKey, int]] = set()
        self.asked_at_s = float("-inf")

    async def apply(self) -> None:
        """What this process took in itself needs no question. What others did is asked for at the
        timer's pace, of all stores at once: one machine of the database that is away must not stop
        the others' stores."""
        arrived = self.office.nudges.take_arrived()
        await self._apply_all(arrived)
        now_s = asyncio.get_running_loop().time()
        if arrived and now_s - self.asked_at_s < self.office.settings.apply_every_s:
            return
        self.asked_at_s = now_s
        await self._apply_all(await self.office.archive.behind())

    async def _apply_all(self, streams: Sequence[StreamKey]) -> None:
        if not streams:
            return
        elsewhere = await self._apply_some(streams, wait=False)
        if elsewhere:
            await self._apply_some(elsewhere, wait=True)
        self.office.nudges.published.set()
        self.office.nudges.applied.set()
        self.office.nudges.folded.set()

    async def _apply_some(self, streams: Sequence[StreamKey], wait: bool) -> list[StreamKey]:
        """Those that another process is at."""
        outcomes = await asyncio.gather(
            *(self._apply_stream(stream, wait) for stream in streams), return_exceptions=True
        )
        for stream, outcome in zip(streams, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                log.error("applying failed", store=str(stream.store_id), exc_info=outcome)
        return [stream for stream, done in zip(streams, outcomes, strict=True) if done is False]

    async def _apply_stream(self, stream: StreamKey, wait: bool) -> bool:
        """False: another process is at it."""
        async with self.turns:
            for _ in range(UNITS_IN_A_ROW_MAX):
                applied = await apply_events(
                    self.office.archive, stream.store_id, stream.epoch, wait=wait
                )
                if applied.missing is not None and (stream, applied.missing) not in self.gaps:
                    self.gaps.add((stream, applied.missing))
                    log.error(
                        "an acknowledged event is lost: run `central verify`, `central mend`",
                        store=str(stream.store_id),
                        epoch=str(stream.epoch),
                        seq=applied.missing,
                    )
                if applied.elsewhere or not applied.more:
                    return not applied.elsewhere
        return True


def _settling(office: HeadOffice) -> Round:
    async def settle() -> None:
        await settle_days(office.engine, office.clock_ms())

    return settle


def _rooting(office: HeadOffice) -> Round:
    async def make() -> None:
        await make_roots(office.engine, office.key, office.clock_ms())

    return make


def _looking_back(office: HeadOffice) -> Round:
    """A database may be put back to its past under a head office that runs."""

    async def look() -> None:
        if await look_back(office.engine, office.clock_ms()) is not None:
            office.nudges.published.set()

    return look


def _opening_pins(office: HeadOffice) -> Round:
    async def open_new() -> None:
        if await open_pins(office.engine, office.key):
            office.nudges.published.set()

    return open_new


def _retrying(office: HeadOffice) -> Round:
    """Events that an older applier set aside, store by store (protocol.md, Push, stage 2)."""

    async def retry() -> None:
        """One store's failure is written down and ends no other's try."""
        streams = await office.archive.streams()
        for store_id in dict.fromkeys(stream.store_id for stream in streams):
            trying = retry_quarantined(office.archive, store_id)
            for outcome in await asyncio.gather(trying, return_exceptions=True):
                if isinstance(outcome, BaseException):
                    log.error("trying again failed", store=str(store_id), exc_info=outcome)

    return retry
