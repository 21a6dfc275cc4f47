"""Receive goods that were ordered: in parts, with differences, and more of them by rule.

How much of a line may come beyond what was ordered its supplier says (``over_bp``); more, and what
nobody ordered, takes the word of somebody who may order.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from edge.db.operators import require
from edge.db.purchase_orders import PurchaseOrder, add_receipt, find_order, put_order
from edge.domain.fields import Request, Sentence, ShortOperator, Word
from edge.domain.purchase_order import ORDER, OrderEvent
from edge.domain.rights import Override
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.stock.receive_goods import GoodsLine, book_in
from sync.engine.journal import Moment
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import EventId, ItemId, MovementId
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState, Standing, came_to, is_beyond
from sync.protocol.states import state_of


class ReceiveOrder(Request, frozen=True):
    """``movement_id`` is made by the workstation, before the first attempt. ``document``: the
    supplier's delivery note. A line without a cost came for what was ordered for it."""

    movement_id: MovementId
    operator_id: ShortOperator
    lines: Annotated[tuple[GoodsLine, ...], Meta(min_length=1, max_length=LINES_MAX)]
    reason: Sentence = "delivery"
    document: Word | None = None
    override_id: UUID | None = None


def receive_order(
    db: sqlite3.Connection,
    order_id: UUID,
    request: ReceiveOrder,
    moment: Moment,
    override: Override | None = None,
) -> PurchaseOrder:
    """The order with what came of it so far; its event has the movement's id.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownOrder,
    OrderNotSent, OrderCancelled, OrderClosed, and what ``book_in`` raises.
    """
    found = find_order(db, order_id)
    after = _after(found, request.lines)
    permission = _needed_for(found, request.lines, after)
    require(db, request.operator_id, permission, request.movement_id, override)
    whole = came_to(after.values()) is OrderState.RECEIVED
    event = OrderEvent.CAME if whole else OrderEvent.CAME_PARTLY
    order = ORDER.require(found, state_of(found), event, order_id)
    book_in(
        db,
        request.movement_id,
        request.operator_id,
        [_at_cost(order, line) for line in request.lines],
        moment,
        reason=request.reason,
        document=request.document,
        order_id=order_id,
        supplier_id=order.supplier_id,
    )
    add_receipt(db, order_id, EventId(request.movement_id))
    if whole:
        put_order(db, replace(order, state=OrderState.RECEIVED))
    return look_up_order(db, order_id)


def _needed_for(
    order: PurchaseOrder | None, came: Iterable[GoodsLine], after: dict[ItemId, Standing]
) -> Permission:
    """Whoever receives goods takes what was ordered; beyond it, somebody who may order."""
    if order is None:
        return Permission.RECEIVE_STOCK
    items = [after[line.item_id] for line in came]
    over = any(is_beyond(one.ordered_milli, one.received_milli, order.over_bp) for one in items)
    return Permission.ORDER_STOCK if over else Permission.RECEIVE_STOCK


def _after(order: PurchaseOrder | None, lines: Iterable[GoodsLine]) -> dict[ItemId, Standing]:
    """What each item of the order, and of the delivery, will have come to."""
    came: Counter[ItemId] = Counter()
    for line in lines:
        came[line.item_id] += line.quantity_milli
    ordered = () if order is None else order.lines
    found = {one.item_id: one.standing for one in ordered}
    for item, milli in came.items():
        one = found.get(item, Standing(0, None, 0, None))
        found[item] = one._replace(received_milli=one.received_milli + milli)
    return found


def _at_cost(order: PurchaseOrder, line: GoodsLine) -> GoodsLine:
    """Where nothing is said of what it cost, what the order says of as much."""
    if line.cost_minor is not None or line.unit_cost_minor is not None:
        return line
    found = next((one for one in order.lines if one.item_id == line.item_id), None)
    share = None if found is None else found.standing.share_of(line.quantity_milli)
    return line if share is None else msgspec.structs.replace(line, cost_minor=share)
