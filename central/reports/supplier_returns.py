"""Goods that stores sent back to their suppliers: what they had cost, and what was credited."""

from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.identity import CompanyId, StoreId

_RETURNS = """
SELECT o.code, m.event_id, max(m.supplier_id) AS supplier_id,
    min(m.business_date) AS business_date, -sum(m.quantity_milli)::bigint AS milli,
    CASE WHEN bool_and(m.cost_minor IS NOT NULL) THEN -sum(m.cost_minor)::bigint END AS cost,
    max(c.credited) AS credited, max(c.numbers) AS numbers
FROM store AS o JOIN stock_movement AS m USING (store_id)
LEFT JOIN LATERAL (
    SELECT sum(x.amount_minor)::bigint AS credited, string_agg(x.number, ', ' ORDER BY x.number)
        AS numbers
    FROM supplier_credit AS x WHERE x.store_id = m.store_id AND x.movement_id = m.event_id
) AS c ON true
WHERE o.company_id = $1 AND ($2::uuid IS NULL OR m.store_id = $2) AND m.kind = 'supplier_return'
GROUP BY o.code, m.store_id, m.event_id
ORDER BY business_date DESC NULLS FIRST, m.event_id LIMIT $3 OFFSET $4
"""


class ReturnedGoods(msgspec.Struct, frozen=True):
    """One return, in thousandths and minor units. ``cost_minor``: what the store says that the
    goods had cost, None: not known; ``open_minor``: of that so much is not credited, below zero:
    more was; ``numbers``: of the credit notes, empty while none came."""

    store: str
    movement_id: UUID
    supplier_id: str
    business_date: str | None
    quantity_milli: int
    cost_minor: int | None
    credited_minor: int
    open_minor: int | None
    numbers: str


async def supplier_returns(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None, page: Page
) -> tuple[ReturnedGoods, ...]:
    """The newest first."""
    rows = await (await driver_of(db)).fetch(_RETURNS, company_id, store_id, *page)
    return tuple(
        ReturnedGoods(
            row["code"],
            plain_uuid(row["event_id"]),
            row["supplier_id"] or "",
            None if row["business_date"] is None else row["business_date"].isoformat(),
            row["milli"],
            row["cost"],
            row["credited"] or 0,
            None if row["cost"] is None else row["cost"] - (row["credited"] or 0),
            row["numbers"] or "",
        )
        for row in rows
    )
