"""What head office counts of a day's events of an epoch: through points of a span, and of each
event in it; and what searches for a difference found."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.home_events import counted_elsewhere
from central.reports.store_day import StoreDay, name_of
from central.reports.totals import NOTHING, Span, event_accounts, span_accounts
from sync.protocol.account import account_of, is_counted
from sync.protocol.change import Epoch
from sync.protocol.figures import Tally, Totals
from sync.protocol.manifest import Receipt

_EVENTS = """
SELECT r.seq, r.event_id, coalesce(s.receipt_number, r.kind) AS number
FROM raw_event AS r LEFT JOIN sale AS s ON s.store_id = r.store_id AND s.sale_id = r.event_id
WHERE r.store_id = $1 AND r.epoch_number = $2 AND r.epoch_fingerprint = $3 AND r.seq > $4
    AND r.seq <= $5
ORDER BY r.seq
"""


async def count_points(
    db: AsyncConnection, day: StoreDay, epoch: Epoch, after: int, points: Sequence[int]
) -> Mapping[int, Totals]:
    """Running figures behind ``after``, at each point."""
    firsts = [after, *points]
    spans = [Span(day, epoch, firsts[place] + 1, seq, place) for place, seq in enumerate(points)]
    found = await span_accounts(db, spans)
    twice = await _twice(db, day, epoch, after, points[-1]) if points else {}
    running, by_point = Tally(), {}
    for place, seq in enumerate(points):
        running.add_totals(found.get(place, NOTHING).store)
        for at, totals in twice.items():
            if firsts[place] < at <= seq:
                running.add_totals(totals)
        by_point[seq] = running.totals()
    return by_point


async def count_events(
    db: AsyncConnection, day: StoreDay, epoch: Epoch, after: int, through: int
) -> tuple[Receipt, ...]:
    """Each event of the span that has figures of the day here."""
    place = (day.store_id, *name_of(epoch), after, through)
    rows = await (await driver_of(db)).fetch(_EVENTS, *place)
    found = await event_accounts(db, Span(day, epoch, after + 1, through, 0))
    totals = {seq: account.store for seq, account in found.items()}
    totals |= await _twice(db, day, epoch, after, through)
    return tuple(
        Receipt(number, plain_uuid(event_id), day.business_date, totals[seq])
        for seq, event_id, number in rows
        if seq in totals
    )


async def _twice(
    db: AsyncConnection, day: StoreDay, epoch: Epoch, after: int, through: int
) -> Mapping[int, Totals]:
    """What stands there and counts by another arrival, as its box has it."""
    journal, within = (day.store_id, epoch), (after + 1, through)
    found = await counted_elsewhere(await driver_of(db), {journal: within})
    return {
        event.seq: account_of([event.fact], day.business_date).store
        for event in found.get(journal, ())
        if is_counted(event.fact, day.business_date)
    }
