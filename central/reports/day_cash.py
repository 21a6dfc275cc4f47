"""The cash of a store's day: what moved between drawers, the safe and the bank, what was counted.

What moved while no day was open (a safe is counted and emptied at any time) belongs here to the
date that the shop's clock showed.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.company import StoreOfCompany
from central.reports.deposits import DepositMoved, DepositSaid, say_deposits
from sync.protocol.drawer import CASH
from sync.protocol.identity import CompanyId

MOVES_SHOWN_MAX = 2_000
COUNTS_SHOWN_MAX = 1_000
KINDS = (
    *("float", "loan", "pickup", "paid_in", "paid_out", "settled", "carried"),
    *("safe_count", "deposit"),
)
"""In the order of a day."""
_IN_SAFE = """
SELECT coalesce(sum(safe_minor), 0)::bigint,
    coalesce(sum(safe_minor) FILTER (WHERE business_date = $2
        OR business_date IS NULL AND at_ms >= $3), 0)::bigint
FROM cash_moved
WHERE store_id = $1 AND (business_date <= $2 OR business_date IS NULL AND at_ms < $4)
"""
_MOVES = """
SELECT m.event_id, m.kind, m.business_date, t.workstation_id, m.operator_id, m.till_minor,
    m.safe_minor, m.reason, coalesce(m.bag_number, ''), m.at_ms
FROM cash_moved AS m LEFT JOIN till_session AS t
    ON t.store_id = m.store_id AND t.till_session_id = m.till_session_id
WHERE m.store_id = $1 AND (m.business_date = $2
    OR m.business_date IS NULL AND m.at_ms >= $3 AND m.at_ms < $4)
ORDER BY m.epoch_number, m.seq, m.event_id LIMIT $5
"""
_PIECES = """
SELECT event_id, face_minor, pieces FROM cash_pieces
WHERE store_id = $1 AND event_id = ANY($2) ORDER BY event_id, face_minor DESC
"""
_COUNTS = """
SELECT c.till_session_id, c.count_id, t.workstation_id, c.operator_id, c.blind, c.at_ms,
    d.tender_id, d.expected_minor, d.counted_minor
FROM till_count AS c
LEFT JOIN till_session AS t
    ON t.store_id = c.store_id AND t.till_session_id = c.till_session_id
CROSS JOIN LATERAL (
    SELECT 'cash' AS tender_id, c.expected_cash_minor AS expected_minor,
        c.counted_cash_minor AS counted_minor, 0 AS place
    UNION ALL
    SELECT o.tender_id, o.expected_minor, o.counted_minor, 1 FROM counted_tender AS o
    WHERE o.store_id = c.store_id AND o.count_id = c.count_id
) AS d
WHERE c.store_id = $1 AND c.business_date = $2
ORDER BY t.workstation_id, c.till_session_id, c.at_ms, c.count_id, d.place, d.tender_id LIMIT $3
"""
_SETTLED = """
SELECT t.till_session_id, t.workstation_id, t.operator_id, d.tender_id, d.expected_minor,
    d.counted_minor
FROM till_session AS t
CROSS JOIN LATERAL (
    SELECT 'cash' AS tender_id, t.expected_cash_minor AS expected_minor,
        t.counted_cash_minor AS counted_minor, 0 AS place
    UNION ALL
    SELECT o.tender_id, o.expected_minor, o.counted_minor, 1 FROM till_tender AS o
    WHERE o.store_id = t.store_id AND o.business_date = t.business_date
        AND o.till_session_id = t.till_session_id
) AS d
WHERE t.store_id = $1 AND t.business_date = $2 AND t.settled_id IS NOT NULL
    AND t.counted IS NOT FALSE
ORDER BY t.workstation_id, t.till_session_id, d.place, d.tender_id LIMIT $3
"""


_FOREIGN = """
SELECT t.foreign_currency, count(DISTINCT t.sale_id), sum(t.foreign_milli)::bigint,
    sum(t.amount_minor)::bigint
FROM sale_tender AS t JOIN sale AS s ON s.store_id = t.store_id AND s.sale_id = t.sale_id
WHERE t.store_id = $1 AND t.business_date = $2 AND t.foreign_currency IS NOT NULL
    AND NOT s.training
GROUP BY t.foreign_currency ORDER BY t.foreign_currency
"""


class CashMove(NamedTuple):
    """Into the drawer and into the safe above zero. ``holds_minor``: what the safe should hold
    afterwards. ``pieces``: (face, how many), where they were told."""

    event_id: UUID
    kind: str
    business_date: date | None
    workstation_id: str | None
    operator_id: str
    till_minor: int
    safe_minor: int
    reason: str
    bag_number: str
    at_ms: int
    holds_minor: int
    pieces: Sequence[tuple[int, int]]


class ForeignTaken(NamedTuple):
    """Cash of another currency that the day's receipts took: in thousandths of it, and what it was
    worth; the drawers should hold it."""

    currency: str
    receipts: int
    milli: int
    worth_minor: int


class KindSum(NamedTuple):
    """All movements of a kind."""

    kind: str
    times: int
    till_minor: int
    safe_minor: int


class CountLine(NamedTuple):
    """A tender of a count, or of what a till was settled by (``at_ms`` is None). ``number``: which
    count of its till; the second is a recount."""

    workstation_id: str | None
    operator_id: str
    number: int | None
    blind: bool
    at_ms: int | None
    tender_id: str
    expected_minor: int
    counted_minor: int

    @property
    def over_short_minor(self) -> int:
        """Counted less expected."""
        return self.counted_minor - self.expected_minor

    @property
    def is_cash(self) -> bool:
        """Of the drawer, and no slips."""
        return self.tender_id == CASH


class DayCash(NamedTuple):
    """``before_minor``, ``after_minor``: what the safe should hold when the day begins and ends.
    ``counts``: of open tills, then what each was settled by."""

    before_minor: int
    after_minor: int
    sums: Sequence[KindSum]
    moves: Sequence[CashMove]
    counts: Sequence[CountLine]
    deposits: Sequence[DepositSaid]
    foreign: Sequence[ForeignTaken]


async def day_cash(
    db: AsyncConnection,
    company_id: CompanyId,
    store: StoreOfCompany,
    business_date: date,
    now_ms: int,
) -> DayCash:
    """At most MOVES_SHOWN_MAX and COUNTS_SHOWN_MAX rows."""
    connection = await driver_of(db)
    begins, ends = _clock_day(business_date, store.zone)
    asked = (store.store_id, business_date, begins, ends)
    after, within = await connection.fetchrow(_IN_SAFE, *asked)
    rows = await connection.fetch(_MOVES, *asked, MOVES_SHOWN_MAX)
    told = await connection.fetch(_PIECES, store.store_id, [row[0] for row in rows])
    pieces: dict[UUID, list[tuple[int, int]]] = {}
    for event_id, face, count in told:
        pieces.setdefault(event_id, []).append((face, count))
    moves, holds = [], after - within
    for row in rows:
        holds += row["safe_minor"]
        told_of = (plain_uuid(row[0]), *row[1:], holds, pieces.get(row[0], ()))
        moves.append(CashMove._make(told_of))
    bags = [_bag(store, one) for one in moves if one.kind == "deposit"]
    stores = {UUID(bytes=store.store_id.bytes): (store.code, store.zone)}
    deposits = await say_deposits(db, company_id, stores, bags, now_ms)
    counts = await _counts(connection, store, business_date)
    taken = await connection.fetch(_FOREIGN, store.store_id, business_date)
    foreign = [ForeignTaken(*row) for row in taken]
    return DayCash(after - within, after, _sums(moves), moves, counts, deposits, foreign)


def _clock_day(day: date, zone: str) -> tuple[int, int]:
    """When it begins and ends in the shop, UTC ms."""
    where, zero = ZoneInfo(zone), datetime(1970, 1, 1, tzinfo=UTC)
    instants = (
        datetime(one.year, one.month, one.day, tzinfo=where)
        for one in (day, day + timedelta(days=1))
    )
    begins, ends = ((one - zero) // timedelta(milliseconds=1) for one in instants)
    return begins, ends


def _bag(store: StoreOfCompany, one: CashMove) -> DepositMoved:
    about = (store.store_id, one.event_id, one.business_date, one.operator_id)
    return DepositMoved(*about, one.bag_number, -one.safe_minor, one.reason, one.at_ms)


def _sums(moves: Sequence[CashMove]) -> tuple[KindSum, ...]:
    of = {kind: [one for one in moves if one.kind == kind] for kind in KINDS}
    return tuple(
        KindSum(
            kind,
            len(found),
            sum(one.till_minor for one in found),
            sum(one.safe_minor for one in found),
        )
        for kind, found in of.items()
        if found
    )


async def _counts(
    connection: Any, store: StoreOfCompany, business_date: date
) -> tuple[CountLine, ...]:
    asked = (store.store_id, business_date, COUNTS_SHOWN_MAX)
    lines = []
    numbers: dict[UUID, dict[UUID, int]] = {}
    for till, count_id, where, who, blind, at_ms, *said in await connection.fetch(_COUNTS, *asked):
        known = numbers.setdefault(till, {})
        number = known.setdefault(count_id, len(known) + 1)
        lines.append(CountLine(where, who, number, blind, at_ms, *said))
    for _, where, who, *said in await connection.fetch(_SETTLED, *asked):
        lines.append(CountLine(where, who, None, False, None, *said))
    return tuple(lines)
