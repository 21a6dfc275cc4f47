"""Stock on hand of a company's stores: what was counted last, and what moved without the count
having seen it (``central/projections/stock_counts.py``)."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.identity import CompanyId, ItemId, StoreId

ITEMS_MAX = 10_000

_STOCK = """
SELECT o.store_id, o.code, k.item_id,
    coalesce(c.counted_milli - c.seen_milli, 0) + k.on_hand_milli
FROM store AS o JOIN stock_level AS k USING (store_id)
LEFT JOIN stock_count AS c ON c.store_id = k.store_id AND c.item_id = k.item_id
WHERE o.company_id = $1 AND ($2::uuid IS NULL OR o.store_id = $2)
ORDER BY o.code, k.item_id LIMIT $3 OFFSET $4
"""


FIRST_ITEMS = Page(ITEMS_MAX, 0)


class StockOnHand(msgspec.Struct, frozen=True):
    """Thousandths of a unit; below zero means that more was sold than was ever received."""

    store_id: StoreId
    store_code: str
    item_id: ItemId
    on_hand_milli: int
    oversold: bool


async def stock_by_store(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId | None = None,
    page: Page = FIRST_ITEMS,
) -> tuple[StockOnHand, ...]:
    """Items of a company's stores, or of one store, by store code and item."""
    rows = await (await driver_of(db)).fetch(_STOCK, company_id, store_id, *page)
    return tuple(
        StockOnHand(StoreId(plain_uuid(store)), code, ItemId(item), on_hand, on_hand < 0)
        for store, code, item, on_hand in rows
    )
