"""Orders at suppliers as rows, and what came of them: the movements of their deliveries. Orders
that head office told this box of (``told.py``) are read and acted upon as its own."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from edge.db.told import ORDER_LINES_KNOWN, ORDERS_CAME, ORDERS_KNOWN
from sync.protocol.facts import OrderLine
from sync.protocol.identity import EventId, ItemId, OperatorId
from sync.protocol.purchase_order import OrderState, Standing, came_to

ORDERS_LISTED_MAX = 200

_HEADS = f"""
SELECT o.order_id, o.state, o.supplier_id, coalesce(s.name, o.supplier_id), coalesce(s.over_bp, 0),
    o.number, o.expected_on, o.operator_id, o.changed_at_ms, o.reason
FROM {ORDERS_KNOWN} o LEFT JOIN supplier s ON s.supplier_id = o.supplier_id
"""  # noqa: S608 - constants
_FIND = f"{_HEADS} WHERE o.order_id = ?"
_NEWEST = "ORDER BY o.place DESC, o.changed_at_ms DESC, o.order_id LIMIT ? OFFSET ?"
_LIST = f"{_HEADS} {_NEWEST}"
_LINES_OF_ONE, _LINES_OF_PAGE = (
    f"""
WITH picked AS ({picked})
SELECT l.order_id, l.item_id, coalesce(i.name, l.item_id), coalesce(i.unit, 'each'),
    sum(l.quantity_milli), max(l.unit_cost_minor), max(l.code), max(l.cost_minor),
    sum(l.came_milli), CASE WHEN sum(l.unknown) = 0 THEN sum(l.came_minor) END
FROM (
    SELECT order_id, line_no, item_id, quantity_milli, unit_cost_minor, code, cost_minor,
        0 AS came_milli, NULL AS came_minor, 0 AS unknown
    FROM {ORDER_LINES_KNOWN} WHERE order_id IN (SELECT order_id FROM picked)
    UNION ALL
    SELECT c.order_id, 1000000, c.item_id, 0, NULL, NULL, NULL,
        c.quantity_milli, c.cost_minor, c.cost_minor IS NULL
    FROM {ORDERS_CAME} c WHERE c.order_id IN (SELECT order_id FROM picked)
) l LEFT JOIN item i ON i.item_id = l.item_id
GROUP BY l.order_id, l.item_id ORDER BY l.order_id, min(l.line_no), l.item_id
"""  # noqa: S608 - constants
    for picked in (
        "SELECT ? AS order_id",
        f"SELECT o.order_id FROM {ORDERS_KNOWN} o {_NEWEST}",  # noqa: S608 - constants
    )
)
_PUT = (
    "INSERT INTO purchase_order (order_id, state, supplier_id, number, expected_on, operator_id,"
    " changed_at_ms, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_id) DO UPDATE SET"
    " state = excluded.state, supplier_id = excluded.supplier_id, number = excluded.number,"
    " expected_on = excluded.expected_on, operator_id = excluded.operator_id,"
    " changed_at_ms = excluded.changed_at_ms, reason = excluded.reason"
)
_EMPTY = "DELETE FROM purchase_order_line WHERE order_id = ?"
_ADD_LINE = (
    "INSERT INTO purchase_order_line (order_id, line_no, item_id, quantity_milli, unit_cost_minor,"
    " code, cost_minor) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADD_RECEIPT = "INSERT INTO purchase_order_receipt (event_id, order_id) VALUES (?, ?)"


class OrderedLine(msgspec.Struct, frozen=True):
    """An item of an order; ``ordered_milli`` is 0 of what came and was not ordered. ``cost_minor``:
    what all of it was to cost, ``received_minor``: what came had cost; None: not known."""

    item_id: ItemId
    name: str
    unit: str
    ordered_milli: int
    unit_cost_minor: int | None
    code: str | None
    cost_minor: int | None
    received_milli: int
    received_minor: int | None
    open_milli: int
    difference_minor: int | None

    @property
    def standing(self) -> Standing:
        """What it has come to."""
        ordered = (self.ordered_milli, self.cost_minor)
        return Standing(*ordered, self.received_milli, self.received_minor)


class PurchaseOrder(msgspec.Struct, frozen=True):
    """``number``: as it stands on its paper, empty before it is sent; ``over_bp``: so much more
    than was ordered its supplier may bring; ``reason``: why it ended."""

    order_id: UUID
    state: OrderState
    supplier_id: str
    supplier_name: str
    over_bp: int
    number: str
    expected_on: date | None
    operator_id: OperatorId
    changed_at_ms: int
    reason: str
    lines: tuple[OrderedLine, ...]

    @property
    def cost_minor(self) -> int | None:
        """What all of it is to cost; None: not known of every line."""
        costs = [line.cost_minor for line in self.lines if line.ordered_milli]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    @property
    def is_awaited(self) -> bool:
        """Whether more of it is still to come."""
        return self.state in (OrderState.SENT, OrderState.PARTLY)


def find_order(db: sqlite3.Connection, order_id: UUID) -> PurchaseOrder | None:
    """None where the store knows none of this id."""
    head = db.execute(_FIND, (order_id.bytes,)).fetchone()
    if head is None:
        return None
    lines = db.execute(_LINES_OF_ONE, (order_id.bytes,))
    return _order(head, [row[1:] for row in lines])


def list_orders(db: sqlite3.Connection, limit: int, offset: int) -> tuple[PurchaseOrder, ...]:
    """The newest first, two statements however many."""
    page = (min(limit, ORDERS_LISTED_MAX), offset)
    lines: defaultdict[bytes, list[tuple[Any, ...]]] = defaultdict(list)
    for row in db.execute(_LINES_OF_PAGE, page):
        lines[row[0]].append(row[1:])
    return tuple(_order(head, lines[head[0]]) for head in db.execute(_LIST, page))


def put_order(db: sqlite3.Connection, order: PurchaseOrder) -> None:
    """Its own row as it stands now; its lines are another matter."""
    expected = None if order.expected_on is None else order.expected_on.isoformat()
    what = (order.order_id.bytes, order.state.value, order.supplier_id, order.number, expected)
    db.execute(_PUT, (*what, order.operator_id, order.changed_at_ms, order.reason))


def put_lines(db: sqlite3.Connection, order_id: UUID, lines: Iterable[OrderLine]) -> None:
    """These, and no others."""
    db.execute(_EMPTY, (order_id.bytes,))
    rows = enumerate(lines, start=1)
    db.executemany(
        _ADD_LINE,
        [
            (order_id.bytes, number, *(getattr(line, name) for name in OrderLine.__struct_fields__))
            for number, line in rows
        ],
    )


def add_receipt(db: sqlite3.Connection, order_id: UUID, event_id: EventId) -> None:
    """The movements of this event came of the order."""
    db.execute(_ADD_RECEIPT, (event_id.bytes, order_id.bytes))


def _order(head: tuple[Any, ...], rows: Iterable[tuple[Any, ...]]) -> PurchaseOrder:
    """``state`` of one that was sent is what its lines have come to."""
    order_id, said, *who, number, expected, operator_id, at_ms, reason = head
    lines = tuple(_line(row) for row in rows)
    state = OrderState(said)
    if state is OrderState.SENT:
        state = came_to(line.standing for line in lines)
    expected_on = None if expected is None else date.fromisoformat(expected)
    rest = (number, expected_on, OperatorId(operator_id), at_ms, reason, lines)
    values = (UUID(bytes=order_id), state, *who, *rest)
    return PurchaseOrder(*values)


def _line(row: tuple[Any, ...]) -> OrderedLine:
    item_id, name, unit, ordered, unit_cost, code, cost, received, received_minor = row
    if ordered:
        cost = OrderLine(item_id, ordered, unit_cost, code, cost).asked_minor
    standing = Standing(ordered, cost, received, received_minor)
    what = (ItemId(item_id), name, unit, ordered, unit_cost, code, *standing[1:])
    return OrderedLine(*what, standing.open_milli, standing.difference_minor)
