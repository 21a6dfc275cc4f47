"""Send an order: from here on it is a fact, under the number that stands on its paper."""

import sqlite3
from uuid import UUID

from msgspec.structs import replace

from edge.db.days import find_open_day
from edge.db.journal import append, read_head
from edge.db.operators import require
from edge.db.purchase_orders import OrderedLine, PurchaseOrder, find_order, put_order
from edge.db.store import read_enrolment
from edge.domain.fields import Request, ShortOperator
from edge.domain.purchase_order import ORDER, OrderEvent, order_number
from edge.domain.rights import Override
from sync.engine.journal import Moment, NotEnrolled
from sync.protocol.facts import OrderLine, PurchaseOrderSent
from sync.protocol.identity import EventId
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState
from sync.protocol.states import state_of


class SendOrder(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: UUID
    operator_id: ShortOperator
    override_id: UUID | None = None


def send_order(
    db: sqlite3.Connection,
    order_id: UUID,
    request: SendOrder,
    moment: Moment,
    override: Override | None = None,
) -> PurchaseOrder:
    """With its number; one that was sent is given again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownOrder,
    OrderCancelled, OrderClosed, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ORDER_STOCK, order_id, override)
    found = find_order(db, order_id)
    order = ORDER.require(found, state_of(found), OrderEvent.SENT, order_id)
    if order.state is not OrderState.DRAFT:
        return order
    box, day, head = read_enrolment(db), find_open_day(db), read_head(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    number = order_number(box.store_code, head.epoch, head.seq + 1)
    fact = PurchaseOrderSent(
        order_id,
        order.supplier_id,
        request.operator_id,
        None if day is None else day.business_date,
        tuple(_line(line) for line in order.lines),
        order.expected_on,
        number,
    )
    append(db, fact, EventId(request.event_id), moment)
    what = {"number": number, "operator_id": request.operator_id}
    sent = replace(order, state=OrderState.SENT, changed_at_ms=moment.wall_ms, **what)
    put_order(db, sent)
    return sent


def _line(line: OrderedLine) -> OrderLine:
    """What was said of all of it is said; what follows from a unit's cost is not."""
    stated = OrderLine(line.item_id, line.ordered_milli, line.unit_cost_minor, line.code)
    if stated.asked_minor == line.cost_minor:
        return stated
    return replace(stated, cost_minor=line.cost_minor)
