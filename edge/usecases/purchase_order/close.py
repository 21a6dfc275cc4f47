"""End an order before all of it came: cancelled while nothing has, or its rest not awaited."""

import sqlite3
from uuid import UUID

from msgspec.structs import replace

from edge.db.days import find_open_day
from edge.db.journal import append
from edge.db.operators import require
from edge.db.purchase_orders import PurchaseOrder, find_order, put_order
from edge.domain.fields import Request, Sentence, ShortOperator
from edge.domain.purchase_order import ORDER, OrderEvent
from edge.domain.rights import Override
from sync.engine.journal import Moment
from sync.protocol.facts import PurchaseOrderClosed
from sync.protocol.identity import EventId, MovementId
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState
from sync.protocol.states import state_of


class CloseOrder(Request, frozen=True):
    """``closing_id`` is made by the workstation, before the first attempt. ``cancelled``: nothing
    of it came, and nothing shall."""

    closing_id: MovementId
    operator_id: ShortOperator
    cancelled: bool
    reason: Sentence
    override_id: UUID | None = None


def close_order(
    db: sqlite3.Connection,
    order_id: UUID,
    request: CloseOrder,
    moment: Moment,
    override: Override | None = None,
) -> PurchaseOrder:
    """As it ended; its event has the closing's id. A draft that is given up is no fact.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownOrder,
    OrderNotSent, OrderPartlyReceived, OrderReceived, OrderCancelled, OrderClosed, NotEnrolled.
    """
    require(db, request.operator_id, Permission.ORDER_STOCK, order_id, override)
    found = find_order(db, order_id)
    event = OrderEvent.CANCELLED if request.cancelled else OrderEvent.CLOSED
    order = ORDER.require(found, state_of(found), event, order_id)
    state = ORDER.after(order.state, event, order_id)
    if state is order.state:
        return order
    if order.state is not OrderState.DRAFT:
        day = find_open_day(db)
        date = None if day is None else day.business_date
        who = (request.closing_id, order_id, request.operator_id, date)
        fact = PurchaseOrderClosed(*who, request.cancelled, request.reason)
        append(db, fact, EventId(request.closing_id), moment)
    why = {"reason": request.reason, "operator_id": request.operator_id}
    ended = replace(order, state=state, changed_at_ms=moment.wall_ms, **why)
    put_order(db, ended)
    return ended
