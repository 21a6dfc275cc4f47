"""Save an order that is not sent yet: all of it, as often as somebody likes. No fact says so."""

import sqlite3
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from edge.db.buying import knows_supplier
from edge.db.items import first_unknown
from edge.db.operators import require
from edge.db.purchase_orders import PurchaseOrder, find_order, put_lines, put_order
from edge.domain.fields import (
    AmountMinor,
    QuantityMilli,
    Request,
    ShortItem,
    ShortOperator,
    Word,
)
from edge.domain.item import UnknownItem
from edge.domain.purchase_order import ORDER, OrderedTwice, OrderEvent
from edge.domain.rights import Override
from edge.domain.stock import refuse_size
from edge.domain.supplier import UnknownSupplier
from edge.usecases.purchase_order.look_up import look_up_order
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX, OrderLine
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState
from sync.protocol.states import state_of


class WantedLine(Request, frozen=True):
    """How much of an item, in thousandths of its unit, and what one unit is to cost, or all of
    them. ``code``: the supplier's own."""

    item_id: ShortItem
    quantity_milli: QuantityMilli
    unit_cost_minor: AmountMinor | None = None
    code: Word | None = None
    cost_minor: AmountMinor | None = None


class SaveDraft(Request, frozen=True):
    """``order_id`` and ``event_id`` are made by the workstation: the first stays the order's, the
    other is this saving's."""

    event_id: UUID
    order_id: UUID
    operator_id: ShortOperator
    supplier_id: Word
    lines: Annotated[tuple[WantedLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    expected_on: date | None = None
    override_id: UUID | None = None


def save_draft(
    db: sqlite3.Connection, request: SaveDraft, moment: Moment, override: Override | None = None
) -> PurchaseOrder:
    """The order as it stands then.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, OrderSentAlready,
    OrderCancelled, OrderClosed, UnknownSupplier, UnknownItem, OrderedTwice,
    TooMuchAtOnce.
    """
    require(db, request.operator_id, Permission.ORDER_STOCK, request.order_id, override)
    held = find_order(db, request.order_id)
    ORDER.after(state_of(held), OrderEvent.SAVED, request.order_id)
    if not knows_supplier(db, request.supplier_id):
        raise UnknownSupplier(request.supplier_id)
    _refuse_lines(db, request.lines)
    lines = [_line(line) for line in request.lines]
    refuse_size([one.quantity_milli for one in lines], [one.asked_minor or 0 for one in lines])
    what = (request.supplier_id, "", 0, "", request.expected_on, request.operator_id)
    order = PurchaseOrder(
        request.order_id, OrderState.DRAFT, *what, moment.wall_ms, reason="", lines=()
    )
    put_order(db, order)
    put_lines(db, request.order_id, lines)
    return look_up_order(db, request.order_id)


def _line(line: WantedLine) -> OrderLine:
    return OrderLine(
        line.item_id, line.quantity_milli, line.unit_cost_minor, line.code, line.cost_minor
    )


def _refuse_lines(db: sqlite3.Connection, lines: tuple[WantedLine, ...]) -> None:
    """Items that are sold no more may still be ordered."""
    items = [line.item_id for line in lines]
    unknown = first_unknown(db, items)
    if unknown is not None:
        raise UnknownItem(items[unknown], field=f"lines[{unknown}].item_id")
    seen = set()
    for item in items:
        if item in seen:
            raise OrderedTwice(item)
        seen.add(item)
