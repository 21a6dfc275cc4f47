"""What stock is worth and what sales cost, as the store's rows have it (moving_cost.py): for
reports of margin and value. Minor units, no tax in any of them."""

import sqlite3
from datetime import date

import msgspec

from sync.protocol.identity import ItemId

_VALUE = """
SELECT coalesce(sum(worth_minor), 0), coalesce(sum(max(worth_minor, 0)), 0),
    count(*) FILTER (WHERE on_hand_milli > 0 AND unit_mills IS NOT NULL),
    count(*) FILTER (WHERE on_hand_milli < 0),
    count(*) FILTER (WHERE on_hand_milli <> 0 AND unit_mills IS NULL)
FROM stock_level
"""
_WORTH = """
SELECT l.item_id, coalesce(i.name, l.item_id), coalesce(i.department, ''), coalesce(i.unit, ''),
    l.on_hand_milli, l.worth_minor, l.unit_mills
FROM stock_level l LEFT JOIN item i ON i.item_id = l.item_id
WHERE (l.on_hand_milli <> 0 OR l.worth_minor <> 0)
    AND (:department IS NULL OR coalesce(i.department, '') = :department)
ORDER BY l.worth_minor DESC, l.item_id LIMIT :limit OFFSET :offset
"""
_BY_DEPARTMENT = """
SELECT coalesce(i.department, '') AS department, count(*), sum(l.on_hand_milli), sum(l.worth_minor)
FROM stock_level l LEFT JOIN item i ON i.item_id = l.item_id
WHERE l.on_hand_milli <> 0 OR l.worth_minor <> 0
GROUP BY 1 ORDER BY 4 DESC, 1
"""
_MOVED_ON = "coalesce(n.business_date, date(n.moved_at_ms / 1000, 'unixepoch'))"
"""Of a movement of no business day the date of its instant, in UTC."""


def _costs_by(line_key: str, movement_key: str) -> str:
    return f"""
SELECT key, sum(milli), sum(net), sum(cost), sum(difference), sum(unknown) FROM (
    SELECT {line_key} AS key, sum(n.quantity_milli) AS milli,
        sum(n.amount_minor - CASE WHEN n.tax_included THEN n.tax_minor ELSE 0 END) AS net,
        coalesce(sum(n.cost_minor), 0) AS cost, 0 AS difference,
        coalesce(sum(n.quantity_milli) FILTER (WHERE n.cost_minor IS NULL), 0) AS unknown
    FROM sale s JOIN sale_line n ON n.sale_id = s.sale_id
    WHERE s.business_date BETWEEN ? AND ? AND NOT s.training GROUP BY 1
    UNION ALL
    SELECT {movement_key}, 0, 0, 0, sum(n.difference_minor), 0 FROM stock_movement n
    WHERE {_MOVED_ON} BETWEEN ? AND ? AND n.difference_minor <> 0 GROUP BY 1
) GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - texts of ours


_COSTS_BY_ITEM = _costs_by("n.item_id", "n.item_id")
_COSTS_BY_DAY = _costs_by("s.business_date", _MOVED_ON)


_PUT_RIGHT = f"""
SELECT {_MOVED_ON} AS moved_on, n.item_id, coalesce(i.name, n.item_id), n.kind,
    n.difference_minor
FROM stock_movement n LEFT JOIN item i ON i.item_id = n.item_id
WHERE {_MOVED_ON} BETWEEN ? AND ? AND n.difference_minor <> 0 ORDER BY 1, n.rowid
"""  # noqa: S608 - texts of ours


class StockValue(msgspec.Struct, frozen=True):
    """``worth_minor``: of all items together, less what is oversold; ``above_minor``: without that.
    ``valued``: items on hand with a cost; ``oversold``: below zero; ``unknown``: not at zero, of
    which no cost was ever heard of: they are worth 0 here."""

    worth_minor: int
    above_minor: int
    valued: int
    oversold: int
    unknown: int


class ItemWorth(msgspec.Struct, frozen=True):
    """``unit_mills``: what a unit costs, in thousandths of a minor unit; None: not known."""

    item_id: ItemId
    name: str
    department: str
    unit: str
    on_hand_milli: int
    worth_minor: int
    unit_mills: int | None


class PutRight(msgspec.Struct, frozen=True):
    """What a movement (of ``kind``) put right in the cost of sales: above zero, goods that went out
    before had cost more than was said then."""

    moved_on: str
    item_id: ItemId
    name: str
    kind: str
    difference_minor: int


class DepartmentWorth(msgspec.Struct, frozen=True):
    """``items``: with something on hand, or below zero."""

    department: str
    items: int
    on_hand_milli: int
    worth_minor: int


class CostOfSales(msgspec.Struct, frozen=True):
    """Of an item or a day (``key``), returns subtracted: units, what customers paid without tax,
    what the lines' goods had cost, what receipts put right afterwards, and of how many units no
    cost was known. Margin = net - cost - difference."""

    key: str
    quantity_milli: int
    net_minor: int
    cost_minor: int
    difference_minor: int
    unknown_milli: int


def stock_value(db: sqlite3.Connection) -> StockValue:
    """What the store's goods had cost, now."""
    return StockValue(*db.execute(_VALUE).fetchone())


def worth_of_items(
    db: sqlite3.Connection, limit: int, offset: int, department: str | None = None
) -> tuple[ItemWorth, ...]:
    """Items that are not at zero, what is worth most first. ``department``: of that one, ``""`` of
    none; None: all."""
    values = {"limit": limit, "offset": offset, "department": department}
    return tuple(ItemWorth(*row) for row in db.execute(_WORTH, values))


def worth_by_department(db: sqlite3.Connection) -> tuple[DepartmentWorth, ...]:
    """What is worth most first; without a name what no department is known of."""
    return tuple(DepartmentWorth(*row) for row in db.execute(_BY_DEPARTMENT))


def put_right_on(db: sqlite3.Connection, first: date, last: date) -> tuple[PutRight, ...]:
    """What movements of these dates put right in the cost of sales, in their order."""
    days = (first.isoformat(), last.isoformat())
    return tuple(PutRight(*row) for row in db.execute(_PUT_RIGHT, days))


def cost_of_sales_by_item(
    db: sqlite3.Connection, first: date, last: date
) -> tuple[CostOfSales, ...]:
    """Of the business dates from ``first`` to ``last``, by item id."""
    days = (first.isoformat(), last.isoformat())
    return tuple(CostOfSales(*row) for row in db.execute(_COSTS_BY_ITEM, (*days, *days)))


def cost_of_sales_by_day(
    db: sqlite3.Connection, first: date, last: date
) -> tuple[CostOfSales, ...]:
    """The same by business date, as text."""
    days = (first.isoformat(), last.isoformat())
    return tuple(CostOfSales(*row) for row in db.execute(_COSTS_BY_DAY, (*days, *days)))
