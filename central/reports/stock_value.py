"""What a store's goods are worth, what those that are gone had cost, and what is left of what was
sold: by the store's own rule, in the order of its journal (``valued``). However events arrived, and
after a rebuild, it is the same.
"""

from collections.abc import Mapping
from datetime import date

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.valuing import NOT_VALUED, Valued
from central.reports.sales import Page
from central.reports.valued import bring_up, kept_worth
from sync.protocol.identity import ItemId, StoreId

_ITEMS = "SELECT item_id FROM stock_level WHERE store_id = $1 ORDER BY item_id LIMIT $2 OFFSET $3"
_COST_OF_SALES = """
SELECT item_id, sum(milli)::bigint, sum(net)::bigint, sum(cost)::bigint,
    coalesce(sum(net - line_cost), 0)::bigint, sum(unknown)::bigint, sum(put_right)::bigint
FROM (
    SELECT l.item_id, l.quantity_milli AS milli,
        l.amount_minor - CASE WHEN l.tax_included THEN l.tax_minor ELSE 0 END AS net,
        coalesce(l.cost_minor, 0) AS cost, l.cost_minor AS line_cost,
        CASE WHEN l.cost_minor IS NULL THEN l.quantity_milli ELSE 0 END AS unknown, 0 AS put_right
    FROM sale_line AS l JOIN sale AS s ON s.store_id = l.store_id
        AND s.business_date = l.business_date AND s.sale_id = l.sale_id AND NOT s.training
    WHERE l.store_id = $1 AND l.business_date BETWEEN $2 AND $3
    UNION ALL
    SELECT item_id, 0, 0, 0, NULL, 0, put_right_minor FROM stock_put_right
    WHERE store_id = $1 AND moved_on BETWEEN $2 AND $3 AND item_id <> ALL($4::text[])
    UNION ALL
    SELECT item_id, 0, 0, 0, NULL, 0, minor FROM unnest($5::text[], $6::bigint[])
        AS now (item_id, minor)
) AS of_span GROUP BY 1 ORDER BY 1 LIMIT $7 OFFSET $8
"""


class StockWorth(msgspec.Struct, frozen=True):
    """Of an item, in minor units. ``came_minor``: what came in otherwise than back from customers
    had cost; ``went_minor``: what went out unsold (waste, own use, back to a supplier, to another
    store); ``cost_of_sales_minor``: of what was sold less what came back, with what receipts put
    right. ``counted_minor``: what counts took away (below zero: found). came = went + cost of sales
    + counted + worth. ``unit_mills``: a unit on average, in thousandths of a minor unit; None: no
    cost was ever stated."""

    item_id: ItemId
    on_hand_milli: int
    worth_minor: int
    unit_mills: int | None
    came_minor: int
    went_minor: int
    cost_of_sales_minor: int
    counted_minor: int


class CostOfSales(msgspec.Struct, frozen=True):
    """Of an item over business dates, less what came back, in minor units: ``net_minor`` without
    tax; ``cost_minor`` as it was frozen on the lines; ``margin_minor`` of the lines whose cost is
    known, the others' units are ``unknown_milli``. ``put_right_minor``: what costs that were heard
    of afterwards, on these dates, added to the cost of sales: margin less that is what is left."""

    item_id: ItemId
    quantity_milli: int
    net_minor: int
    cost_minor: int
    margin_minor: int
    unknown_milli: int
    put_right_minor: int


async def stock_value(db: AsyncConnection, store_id: StoreId, page: Page) -> tuple[StockWorth, ...]:
    """Items of a store that ever moved or were counted, by their ids. In a snapshot."""
    connection = await driver_of(db)
    named = [row["item_id"] for row in await connection.fetch(_ITEMS, store_id, *page)]
    found = await bring_up(connection, store_id, named)
    kept = await kept_worth(connection, store_id, [one for one in named if one not in found.worth])
    worth: Mapping[str, Valued] = {**kept, **found.worth}
    return tuple(_worth(item, worth.get(item, NOT_VALUED)) for item in named)


async def cost_of_sales(
    db: AsyncConnection, store_id: StoreId, first: date, last: date, page: Page
) -> tuple[CostOfSales, ...]:
    """Of the business dates first..last by item, with what was put right on them. In a snapshot."""
    connection = await driver_of(db)
    found = await bring_up(connection, store_id)
    put_right = {
        item: sum(minor for on, minor in one.put_right.items() if first <= on <= last)
        for item, one in found.worth.items()
    }
    now = {item: minor for item, minor in put_right.items() if minor}
    asked = (list(found.worth), list(now), list(now.values()), *page)
    rows = await connection.fetch(_COST_OF_SALES, store_id, first, last, *asked)
    return tuple(CostOfSales(*row) for row in rows)


def _worth(item: str, now: Valued) -> StockWorth:
    figures = (now.came, now.went, now.cost_of_sales, now.counted)
    return StockWorth(ItemId(item), *now.held, *figures)
