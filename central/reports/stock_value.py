"""What a store's goods are worth, and what those that are gone had cost: its movements in the order
(epoch, sequence, line), by the store's own rule (``sync/protocol/moving_cost.py``).

A moving average knows an order, so nothing of it is kept: it is made of the rows that are proven,
each time it is asked for. However events arrived, and after a rebuild, it is the same.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.identity import ItemId, StoreId
from sync.protocol.moving_cost import NOTHING_HELD, Held, move_cost

_ITEMS = """
SELECT k.item_id, coalesce(c.counted_milli - c.seen_milli, 0) + k.on_hand_milli AS on_hand_milli
FROM stock_level AS k
LEFT JOIN stock_count AS c ON c.store_id = k.store_id AND c.item_id = k.item_id
WHERE k.store_id = $1 ORDER BY k.item_id LIMIT $2 OFFSET $3
"""
_MOVES = """
SELECT item_id, sold, quantity_milli, cost_minor, unit_cost_minor FROM (
    SELECT l.item_id, true AS sold, -l.quantity_milli AS quantity_milli,
        -l.cost_minor AS cost_minor, l.unit_cost_minor, s.epoch_number, s.epoch_fingerprint, s.seq,
        l.line_no
    FROM sale AS s JOIN sale_line AS l ON l.store_id = s.store_id
        AND l.business_date = s.business_date AND l.sale_id = s.sale_id
    WHERE s.store_id = $1 AND l.item_id = ANY($2::text[]) AND NOT s.training
    UNION ALL
    SELECT item_id, false, quantity_milli, cost_minor, unit_cost_minor, epoch_number,
        epoch_fingerprint, seq, line_no
    FROM stock_movement WHERE store_id = $1 AND item_id = ANY($2::text[])
) AS moved ORDER BY item_id, epoch_number, epoch_fingerprint, seq, line_no
"""


class StockWorth(msgspec.Struct, frozen=True):
    """Of an item, in minor units. ``came_minor``: what came in otherwise than back from customers
    had cost; ``went_minor``: what went out unsold (waste, own use, back to a supplier, to another
    store); ``cost_of_sales_minor``: of what was sold less what came back, with what receipts put
    right. ``counted_minor``: what the last count took away (below zero: found). came = went + cost
    of sales + counted + worth. ``unit_mills``: a unit on average, in thousandths of a minor unit;
    None: no cost was ever stated."""

    item_id: ItemId
    on_hand_milli: int
    worth_minor: int
    unit_mills: int | None
    came_minor: int
    went_minor: int
    cost_of_sales_minor: int
    counted_minor: int


class _Sums(NamedTuple):
    held: Held = NOTHING_HELD
    came: int = 0
    went: int = 0
    cost_of_sales: int = 0


async def stock_value(db: AsyncConnection, store_id: StoreId, page: Page) -> tuple[StockWorth, ...]:
    """Items of a store that ever moved or were counted, by their ids."""
    connection = await driver_of(db)
    items = await connection.fetch(_ITEMS, store_id, *page)
    named = [row["item_id"] for row in items]
    sums: dict[str, _Sums] = dict.fromkeys(named, _Sums())
    async for row in connection.cursor(_MOVES, store_id, named):
        sums[row["item_id"]] = _after(sums[row["item_id"]], row)
    return tuple(
        _worth(row["item_id"], row["on_hand_milli"], sums[row["item_id"]]) for row in items
    )


def _after(sums: _Sums, row: Any) -> _Sums:
    """What goes out has the cost that the average gives it here, whatever its store said."""
    comes = row["quantity_milli"] > 0
    stated = row["cost_minor"] if comes else None
    cost, difference, held = move_cost(
        sums.held, row["quantity_milli"], stated, row["unit_cost_minor"]
    )
    put_right = sums.cost_of_sales + difference
    if row["sold"]:
        return sums._replace(held=held, cost_of_sales=put_right - (cost or 0))
    if comes:
        return sums._replace(held=held, came=sums.came + (cost or 0), cost_of_sales=put_right)
    return sums._replace(held=held, went=sums.went - (cost or 0), cost_of_sales=put_right)


def _worth(item_id: str, on_hand_milli: int, sums: _Sums) -> StockWorth:
    """What a count found to be otherwise comes and goes at the average."""
    held, counted = sums.held, 0
    if missing := on_hand_milli - held.on_hand_milli:
        cost, difference, held = move_cost(held, missing)
        counted = difference - (cost or 0)
    figures = (sums.came, sums.went, sums.cost_of_sales, counted)
    return StockWorth(ItemId(item_id), on_hand_milli, held.worth_minor, held.unit_mills, *figures)
