"""Each movement of an item at a store, in the order of its journal, with what was there after it
and what it changed in what the goods are worth: the rows that the figures of ``stock_value`` add up
from, and the lines of receipts that those of ``cost_of_sales`` do."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.valuing import COUNTED, NOT_VALUED, Move, Valued, after_each
from central.reports.valued import STREAMS
from sync.protocol.change import Epoch
from sync.protocol.count_seen import lines_before
from sync.protocol.identity import StoreId

_AT = "coalesce((to_timestamp(r.occurred_at_ms / 1000) AT TIME ZONE 'UTC')::date, 'epoch')"
_RAW = """LEFT JOIN raw_event AS r ON r.store_id = m.store_id AND r.epoch_number = m.epoch_number
    AND r.epoch_fingerprint = m.epoch_fingerprint AND r.seq = m.seq"""
_MOVED = f"""
SELECT * FROM (
    SELECT m.item_id, 'sold' AS kind, s.business_date AS moved_on, -m.quantity_milli AS milli,
        -m.cost_minor AS cost_minor, m.unit_cost_minor, s.epoch_number, s.epoch_fingerprint, s.seq,
        m.line_no, 0::bigint AS seen_through, 0::bigint AS parent_through,
        CASE WHEN m.quantity_milli < 0 THEN 'return' ELSE 'sale' END AS what,
        s.tendered_at_ms AS at_ms, s.sale_id, s.receipt_number AS document, x.lot, x.serial
    FROM sale_line AS m JOIN sale AS s ON s.store_id = m.store_id
        AND s.business_date = m.business_date AND s.sale_id = m.sale_id
    LEFT JOIN lot_movement AS x ON x.store_id = m.store_id AND x.event_id = m.sale_id
        AND x.line_no = m.line_no
    WHERE m.store_id = $1 AND m.item_id = $2 AND NOT s.training
    UNION ALL
    SELECT m.item_id, 'moved', coalesce(m.business_date, {_AT}), m.quantity_milli, m.cost_minor,
        m.unit_cost_minor, m.epoch_number, m.epoch_fingerprint, m.seq, m.line_no, 0, 0, m.kind,
        r.occurred_at_ms, NULL, coalesce(t.number, o.number), x.lot, x.serial
    FROM stock_movement AS m {_RAW}
    LEFT JOIN lot_movement AS x ON x.store_id = m.store_id AND x.event_id = m.event_id
        AND x.line_no = m.line_no
    LEFT JOIN stock_transfer AS t ON t.store_id = m.store_id AND t.event_id = m.event_id
    LEFT JOIN purchase_order AS o ON o.store_id = m.store_id AND o.order_id = m.order_id
    WHERE m.store_id = $1 AND m.item_id = $2
    UNION ALL
    SELECT m.item_id, 'counted', {_AT}, m.counted_milli, NULL, NULL, m.epoch_number,
        m.epoch_fingerprint, m.seq, 0, m.seen_through, m.parent_through, 'count',
        r.occurred_at_ms, NULL, NULL, NULL, NULL
    FROM stock_counted AS m {_RAW}
    WHERE m.store_id = $1 AND m.item_id = $2
) AS moved ORDER BY epoch_number, epoch_fingerprint, seq, line_no
"""  # noqa: S608  texts of ours
_SOLD = """
SELECT s.sale_id, s.receipt_number, l.business_date, s.tendered_at_ms, l.quantity_milli,
    l.amount_minor - CASE WHEN l.tax_included THEN l.tax_minor ELSE 0 END, l.cost_minor
FROM sale_line AS l JOIN sale AS s ON s.store_id = l.store_id
    AND s.business_date = l.business_date AND s.sale_id = l.sale_id AND NOT s.training
WHERE l.store_id = $1 AND l.item_id = $2 AND l.business_date BETWEEN $3 AND $4
ORDER BY s.tendered_at_ms DESC, s.sale_id, l.line_no
"""
_MOVE = len(Move._fields)


class Part(StrEnum):
    """Of what an item's goods came to: rows of one of the columns."""

    CAME = "came"
    WENT = "went"
    SOLD = "sold"
    COUNTED = "counted"


class Moved(NamedTuple):
    """A movement, or a count. ``milli``: as it moved the stock; ``counted_milli``: what a count
    said. ``came_minor`` to ``counted_minor``: what it added to each. ``document``: the receipt's
    number, the transfer's or the order's."""

    what: str
    moved_on: date
    at_ms: int | None
    milli: int
    counted_milli: int | None
    on_hand_milli: int
    came_minor: int
    went_minor: int
    sold_minor: int
    counted_minor: int
    worth_minor: int
    put_right_minor: int
    sale_id: UUID | None
    document: str | None
    lot: str | None
    serial: str | None

    def is_part(self, part: Part) -> bool:
        """Whether it added to that."""
        return self.added[part] != 0

    @property
    def added(self) -> Mapping[Part, int]:
        """What it added to each."""
        figures = (self.came_minor, self.went_minor, self.sold_minor, self.counted_minor)
        return MappingProxyType(dict(zip(Part, figures, strict=True)))


class SoldLine(NamedTuple):
    """Of a receipt. ``cost_minor``: None where it is not known."""

    sale_id: UUID
    receipt_number: str
    business_date: date
    at_ms: int
    quantity_milli: int
    net_minor: int
    cost_minor: int | None

    @property
    def margin_minor(self) -> int | None:
        """What is left; None where its cost is not known."""
        return None if self.cost_minor is None else self.net_minor - self.cost_minor


async def item_history(db: AsyncConnection, store_id: StoreId, item_id: str) -> tuple[Moved, ...]:
    """All of it, the newest first."""
    connection = await driver_of(db)
    streams = await connection.fetch(STREAMS, store_id)
    lines = lines_before({Epoch(*row[:2]): row[3] for row in streams})
    rows = await connection.fetch(_MOVED, store_id, item_id)
    moves = [Move(*list(row)[:_MOVE]) for row in rows]
    before, found = NOT_VALUED, []
    for row, move, now in zip(rows, moves, after_each(moves, lines), strict=True):
        found.append(_moved(move, before, now, list(row)[_MOVE:]))
        before = now
    return tuple(reversed(found))


def _moved(move: Move, before: Valued, now: Valued, said: Sequence[Any]) -> Moved:
    what, at_ms, sale_id, *rest = said
    return Moved(
        what,
        move.moved_on,
        at_ms,
        now.held.on_hand_milli - before.held.on_hand_milli,
        move.milli if move.kind == COUNTED else None,
        now.held.on_hand_milli,
        now.came - before.came,
        now.went - before.went,
        now.cost_of_sales - before.cost_of_sales,
        now.counted - before.counted,
        now.held.worth_minor,
        sum(now.put_right.values()) - sum(before.put_right.values()),
        None if sale_id is None else plain_uuid(sale_id),
        *rest,
    )


async def sold_lines(
    db: AsyncConnection, store_id: StoreId, item_id: str, first: date, last: date
) -> tuple[SoldLine, ...]:
    """Of the business dates first..last, the newest first."""
    rows = await (await driver_of(db)).fetch(_SOLD, store_id, item_id, first, last)
    return tuple(SoldLine(plain_uuid(row[0]), *list(row)[1:]) for row in rows)
