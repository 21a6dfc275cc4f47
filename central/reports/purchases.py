"""What stores ordered of their suppliers, and what came: order by order, each with its lines. What
came is the sum of the movements that name the order; state and differences follow by the shops' own
rule (``sync/protocol/purchase_order.py``)."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.identity import CompanyId, ItemId, StoreId
from sync.protocol.purchase_order import OrderState, Standing, came_to

_ORDERS = """
SELECT p.store_id, o.code, p.order_id, p.number, p.supplier_id, p.expected_on, p.sent_at_ms,
    e.cancelled, e.reasons
FROM store AS o JOIN purchase_order AS p USING (store_id)
LEFT JOIN LATERAL (
    SELECT bool_and(x.cancelled) AS cancelled, string_agg(DISTINCT x.reason, '; ') AS reasons
    FROM purchase_order_end AS x WHERE x.store_id = p.store_id AND x.order_id = p.order_id
) AS e ON true
WHERE o.company_id = $1 AND ($2::uuid IS NULL OR p.store_id = $2)
ORDER BY p.sent_at_ms DESC, p.order_id, p.store_id LIMIT $3 OFFSET $4
"""
_LINES = """
SELECT store_id, order_id, item_id, sum(ordered)::bigint AS ordered, max(cost) AS cost,
    sum(came)::bigint AS came,
    CASE WHEN bool_and(known) THEN sum(came_for)::bigint END AS came_for
FROM (
    SELECT l.store_id, l.order_id, l.line_no, l.item_id, l.quantity_milli AS ordered,
        l.cost_minor AS cost, 0 AS came, NULL::bigint AS came_for, true AS known
    FROM purchase_order_line AS l WHERE l.order_id = ANY($1::uuid[])
    UNION ALL
    SELECT m.store_id, m.order_id, 1000000, m.item_id, 0, NULL, m.quantity_milli, m.cost_minor,
        m.cost_minor IS NOT NULL
    FROM stock_movement AS m WHERE m.order_id = ANY($1::uuid[])
) AS x GROUP BY 1, 2, 3 ORDER BY 1, 2, min(line_no), 3
"""


class PurchasedLine(msgspec.Struct, frozen=True):
    """An item of an order, in thousandths and minor units. ``open_milli``: not there yet;
    ``over_milli``: beyond what was ordered (all of it where nobody ordered it).
    ``difference_minor``: so much more what came had cost than as much of it was to cost; None: not
    known."""

    item_id: ItemId
    ordered_milli: int
    received_milli: int
    open_milli: int
    over_milli: int
    cost_minor: int | None
    received_minor: int | None
    difference_minor: int | None


class Purchase(msgspec.Struct, frozen=True):
    """An order of a store. ``difference_minor``: of the lines where it is known; ``reasons``: why
    it ended, empty while it did not."""

    store: str
    order_id: UUID
    number: str
    supplier_id: str
    state: OrderState
    expected_on: date | None
    sent_at_ms: int
    difference_minor: int
    reasons: str
    lines: tuple[PurchasedLine, ...]


async def purchases(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None, page: Page
) -> tuple[Purchase, ...]:
    """The newest first; two statements however many."""
    connection = await driver_of(db)
    heads = await connection.fetch(_ORDERS, company_id, store_id, *page)
    lines: dict[tuple[UUID, UUID], list[Any]] = {}
    for row in await connection.fetch(_LINES, [head["order_id"] for head in heads]):
        lines.setdefault((row["store_id"], row["order_id"]), []).append(row)
    return tuple(_purchase(head, lines[head["store_id"], head["order_id"]]) for head in heads)


def _purchase(head: Any, rows: list[Any]) -> Purchase:
    columns = ("ordered", "cost", "came", "came_for")
    standings = [Standing(*(row[name] for name in columns)) for row in rows]
    state = came_to(standings)
    if head["cancelled"] is not None:
        state = OrderState.CANCELLED if head["cancelled"] else OrderState.CLOSED
    lines = tuple(
        PurchasedLine(
            ItemId(row["item_id"]),
            one.ordered_milli,
            one.received_milli,
            one.open_milli,
            one.over_milli,
            one.cost_minor,
            one.received_minor,
            one.difference_minor,
        )
        for row, one in zip(rows, standings, strict=True)
    )
    return Purchase(
        head["code"],
        plain_uuid(head["order_id"]),
        head["number"],
        head["supplier_id"],
        state,
        head["expected_on"],
        head["sent_at_ms"],
        sum(line.difference_minor or 0 for line in lines),
        head["reasons"] or "",
        lines,
    )
