"""Stage 2: from raw events to projections (protocol.md, Push).

One unit of work per set of events of one stream: read what comes after the cursor, decide which are
ready (``line_up``), fold them, write the rows as sets (``keep_ready``), move the cursor. So a set
counts once, whoever repeats it. If the rows of a set cannot be kept, the set is halved until the
one event stands alone; it is set aside with the reason, and delays nothing but its own aggregate.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

from central.archive.port import (
    EVENTS_APPLIED_MAX,
    Archive,
    ArchiveUnit,
    Contended,
    Standing,
    StreamKey,
)
from central.domain.hole import Holes, may_lack
from central.projections.arrival import epoch_root
from central.projections.event import Place, RawEvent
from central.projections.line_up import (
    APPLIER_VERSION,
    Aside,
    AsideState,
    Read,
    Reason,
    applied_roots,
    line_up,
    reason_for,
    wanted,
)
from central.projections.unwritable import Unwritable
from central.usecases.journal.end_epochs import end_epochs
from central.usecases.journal.fill_holes import fill_holes
from central.usecases.journal.heal_damaged import heal_damaged
from central.usecases.journal.keep_ready import keep_ready
from central.usecases.journal.read_arrived import read_arrived
from central.usecases.journal.tell_twice import tell_given_up, tell_numbers, tell_twice
from sync.protocol.aggregate import root_of
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, CustomerId, StoreId

T = TypeVar("T")
ATTEMPTS_MAX = 5
ROUNDS_MAX = 1_000
"""Of events that one unit frees by applying what they waited for."""


class Applied(NamedTuple):
    """What was done: ``events`` dealt with, ``set_aside`` of them in quarantine; ``more`` wait.
    ``elsewhere``: nothing, for another unit is at this store. ``missing``: the next event is not
    here although it was acknowledged; what comes after it waits until it is (``mend_streams``)."""

    events: int
    set_aside: int
    more: bool
    elsewhere: bool = False
    missing: int | None = None


class Outcome(NamedTuple):
    """What became of a set of events."""

    roots: frozenset[UUID]
    customers: frozenset[CustomerId]
    aside: frozenset[Place]


async def apply_events(
    archive: Archive,
    store_id: StoreId,
    epoch: Epoch,
    limit: int = EVENTS_APPLIED_MAX,
    *,
    wait: bool = True,
) -> Applied:
    """Apply the next events of a stream, at most ``limit``. Not ``wait``: a store that another unit
    is at is left to it. Raises Contended when it met other units ATTEMPTS_MAX times in a row;
    nothing is lost then, the next call goes on."""
    key = StreamKey(store_id, epoch)
    return await insist(lambda: _apply_next(archive, key, limit, wait))


async def insist(attempt: Callable[[], Awaitable[T]]) -> T:
    """Repeat a unit of work that had to give way to another."""
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return await attempt()
        except Contended:
            continue
    return await attempt()


async def _apply_next(archive: Archive, key: StreamKey, limit: int, wait: bool) -> Applied:
    async with archive.unit() as unit:
        if not wait and not await unit.try_store(key):
            return Applied(0, 0, True, elsewhere=True)
        standing = await unit.begin_applying(key)
        if standing is None:
            return Applied(0, 0, False)
        company_id = standing.company_id
        if standing.applied_through >= standing.watermark:
            if standing.watermark == 0:  # it is new: perhaps something of it came home before
                freed = await apply_freed(unit, company_id, key.store_id, _known(key), limit)
                await unit.publish_customers(company_id, freed.customers)
            return Applied(0, 0, False)
        found = await unit.events_after(key, standing.applied_through, limit)
        events = _without_gap(found, standing.applied_through, standing.holes)
        if not events:
            return await _nothing_next(unit, key, standing, found)
        filled = await fill_holes(unit, key, events)
        outcome = _both(
            await apply_set(unit, company_id, filled, tried_before=False),
            await apply_set(unit, company_id, events, tried_before=False),
        )
        healed = await heal_damaged(unit, key.store_id, events)
        whole = await apply_set(unit, company_id, healed, tried_before=True)
        outcome = _both(outcome, whole)
        if standing.applied_through == 0:
            outcome = _both(outcome, _known(key))
        outcome = await apply_freed(unit, company_id, key.store_id, outcome, limit)
        await unit.publish_customers(company_id, outcome.customers)
        through = events[-1].seq
        await unit.save_applied(key, through)
        return Applied(len(events), len(outcome.aside), through < standing.watermark)


async def _nothing_next(
    unit: ArchiveUnit, key: StreamKey, standing: Standing, found: Sequence[RawEvent]
) -> Applied:
    """The next event is lost; or a hole reaches to where the box goes on, with nothing behind."""
    missing = standing.applied_through + 1
    if found or not may_lack(standing.holes, missing, standing.watermark):
        return Applied(0, 0, False, missing=missing)
    await unit.save_applied(key, standing.watermark)
    return Applied(0, 0, False)


def _known(key: StreamKey) -> Outcome:
    """What came home of this epoch before it was known can be tried again."""
    root = epoch_root(key.store_id, key.epoch)
    return Outcome(frozenset({root.id}), frozenset(), frozenset())


def _without_gap(
    events: Sequence[RawEvent], applied_through: int, holes: Holes
) -> Sequence[RawEvent]:
    """Those that follow without a gap: a sequence that is missing is never stepped over, but where
    its box has said that it keeps it no more."""
    dense, last = 0, applied_through
    for event in events:
        if event.seq != last + 1 and not may_lack(holes, last + 1, event.seq - 1):
            break
        dense, last = dense + 1, event.seq
    return events[:dense]


async def apply_set(
    unit: ArchiveUnit, company_id: CompanyId, events: Sequence[RawEvent], *, tried_before: bool
) -> Outcome:
    """Apply events of one store in their order, halving a set that cannot be kept.

    ``tried_before``: they come out of quarantine, and leave it if they are applied.
    """
    roots: set[UUID] = set()
    customers: set[CustomerId] = set()
    aside: set[Place] = set()
    parts: list[Sequence[Read]] = [await read_arrived(unit, events)] if events else []
    while parts:
        part = parts.pop()
        tried = await _try(unit, company_id, part)
        if tried is None:
            middle = len(part) // 2
            parts += [part[middle:], part[:middle]]
            continue
        roots |= tried.roots
        customers |= tried.customers
        aside |= tried.aside
        if tried_before:
            places = {read.arrived for read in part}
            await unit.release(part[0].raw.store_id, places - tried.aside)
    await end_epochs(unit, events, aside)
    return Outcome(frozenset(roots), frozenset(customers), frozenset(aside))


async def apply_freed(
    unit: ArchiveUnit, company_id: CompanyId, store_id: StoreId, outcome: Outcome, limit: int
) -> Outcome:
    """Try again what waited for roots that moved, and what that frees in turn: from the start where
    a page freed some."""
    after: Place | None = None
    for _ in range(ROUNDS_MAX):
        waiting = await unit.waiting_for(store_id, outcome.roots, after, limit)
        if not waiting:
            break
        tried = await apply_set(unit, company_id, waiting, tried_before=True)
        places = frozenset((event.epoch, event.seq) for event in waiting)
        after = (waiting[-1].epoch, waiting[-1].seq) if places <= tried.aside else None
        outcome = Outcome(
            outcome.roots | tried.roots,
            outcome.customers | tried.customers,
            (outcome.aside - places) | (outcome.aside & tried.aside),
        )
    return outcome


def _both(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.roots | other.roots, one.customers | other.customers, one.aside | other.aside
    )


async def _try(unit: ArchiveUnit, company_id: CompanyId, part: Sequence[Read]) -> Outcome | None:
    """None: the set cannot be kept and has more than one event."""
    store_id = part[0].raw.store_id
    lined_up = line_up(part, await unit.held(store_id, wanted(part)))
    try:
        customers = await keep_ready(unit, company_id, store_id, lined_up)
    except Unwritable as refused:
        if len(part) > 1:
            return None
        await _set_aside(unit, store_id, [_refused(part[0], refused)])
        return Outcome(frozenset(), frozenset(), frozenset({part[0].arrived}))
    await _set_aside(unit, store_id, (*lined_up.aside, *lined_up.asides_before))
    await tell_twice(unit, store_id, lined_up.twice)
    await tell_numbers(unit, store_id, lined_up.numbers_twice)
    await tell_given_up(unit, store_id, lined_up.given_up)
    aside = frozenset((one.epoch, one.seq) for one in lined_up.aside)
    return Outcome(applied_roots(lined_up), customers, aside)


async def _set_aside(unit: ArchiveUnit, store_id: StoreId, asides: Iterable[Aside]) -> None:
    await unit.set_aside(store_id, tuple(asides), APPLIER_VERSION)


def _refused(read: Read, refused: Unwritable) -> Aside:
    fact = None if read.recovered else read.fact
    root = None if fact is None or isinstance(fact, Reason) else root_of(fact)
    return Aside(*read.arrived, reason_for(AsideState.ERROR, root, str(refused)))
