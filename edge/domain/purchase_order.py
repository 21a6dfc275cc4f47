"""An order at a supplier: its states, its number, and what is refused about it.

A draft is a row of the store and changes as often as somebody likes; what was sent is a fact and
stays. What came of it is a sum of movements (``sync/protocol/purchase_order.py``), so whether it is
partly received is never written down; that all of it came is, so that nobody adds it up again. How
much more may come than was ordered stands beside the table.
"""

from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sync.protocol.change import Epoch
from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import ItemId
from sync.protocol.purchase_order import OrderState
from sync.protocol.states import States


class OrderRefused(NotNow):
    order_id: UUID
    field = "order_id"


class UnknownOrder(
    OrderRefused, slug="unknown-purchase-order", status=404, title="This order is not known"
):
    detail = "This store knows no order {order_id}."
    remedy = "See which there are: GET /purchase-orders. Goods come in without an order as well."


class OrderNotSent(OrderRefused, slug="order-not-sent", title="The order was not sent yet"):
    detail = "The order {order_id} is a draft."
    remedy = "Send it first, or give the draft up."


class OrderSentAlready(OrderRefused, slug="order-sent-already", title="The order was sent already"):
    """What the supplier has is not changed behind its back."""

    detail = "The order {order_id} was sent, and is no draft any more."
    remedy = "Order what else is wanted with another order, or cancel this one."


class OrderCancelled(OrderRefused, slug="order-cancelled", title="The order was cancelled"):
    detail = "The order {order_id} was cancelled."
    remedy = "Make another one; goods that came all the same come in without an order."


class OrderClosed(OrderRefused, slug="order-closed", title="The order is closed"):
    detail = "The rest of the order {order_id} is not awaited any more."
    remedy = "Make another one; goods that came all the same come in without an order."


class OrderReceived(OrderRefused, slug="order-received", title="All of the order came"):
    detail = "All of the order {order_id} came: nothing of it is awaited."
    remedy = "What is not right about it goes back to the supplier."


class OrderPartlyReceived(
    OrderRefused, slug="order-partly-received", title="Some of the order came already"
):
    """What came is on the shelf."""

    detail = "Some of the order {order_id} came, so it cannot be cancelled."
    remedy = "Close it: what came stays, and the rest is not awaited."


class OrderedTwice(NotAcceptable, slug="ordered-twice", title="An item is ordered twice"):
    item_id: ItemId
    detail = "The item {item_id!r} stands in more than one line."
    remedy = "State each item once, with all that is wanted of it."
    field = "lines"


class OrderEvent(StrEnum):
    """What befalls an order. ``SAVED``: as a draft; ``CAME_PARTLY``, ``CAME``: of its lines some
    are open after that, or none."""

    SAVED = "saved"
    SENT = "sent"
    CAME_PARTLY = "came_partly"
    CAME = "came"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ORDER: States[OrderState, OrderEvent] = States(
    MappingProxyType(
        {
            None: {
                OrderEvent.SAVED: OrderState.DRAFT,
                OrderEvent.SENT: UnknownOrder,
                OrderEvent.CAME_PARTLY: UnknownOrder,
                OrderEvent.CAME: UnknownOrder,
                OrderEvent.CLOSED: UnknownOrder,
                OrderEvent.CANCELLED: UnknownOrder,
            },
            OrderState.DRAFT: {
                OrderEvent.SAVED: OrderState.DRAFT,
                OrderEvent.SENT: OrderState.SENT,
                OrderEvent.CAME_PARTLY: OrderNotSent,
                OrderEvent.CAME: OrderNotSent,
                OrderEvent.CLOSED: OrderNotSent,
                OrderEvent.CANCELLED: OrderState.CANCELLED,
            },
            OrderState.SENT: {
                OrderEvent.SAVED: OrderSentAlready,
                OrderEvent.SENT: OrderState.SENT,
                OrderEvent.CAME_PARTLY: OrderState.PARTLY,
                OrderEvent.CAME: OrderState.RECEIVED,
                OrderEvent.CLOSED: OrderState.CLOSED,
                OrderEvent.CANCELLED: OrderState.CANCELLED,
            },
            OrderState.PARTLY: {
                OrderEvent.SAVED: OrderSentAlready,
                OrderEvent.SENT: OrderState.PARTLY,
                OrderEvent.CAME_PARTLY: OrderState.PARTLY,
                OrderEvent.CAME: OrderState.RECEIVED,
                OrderEvent.CLOSED: OrderState.CLOSED,
                OrderEvent.CANCELLED: OrderPartlyReceived,
            },
            OrderState.RECEIVED: {
                OrderEvent.SAVED: OrderSentAlready,
                OrderEvent.SENT: OrderState.RECEIVED,
                OrderEvent.CAME_PARTLY: OrderState.RECEIVED,
                OrderEvent.CAME: OrderState.RECEIVED,
                OrderEvent.CLOSED: OrderReceived,
                OrderEvent.CANCELLED: OrderReceived,
            },
            OrderState.CANCELLED: {
                OrderEvent.SAVED: OrderCancelled,
                OrderEvent.SENT: OrderCancelled,
                OrderEvent.CAME_PARTLY: OrderCancelled,
                OrderEvent.CAME: OrderCancelled,
                OrderEvent.CLOSED: OrderCancelled,
                OrderEvent.CANCELLED: OrderState.CANCELLED,
            },
            OrderState.CLOSED: {
                OrderEvent.SAVED: OrderClosed,
                OrderEvent.SENT: OrderClosed,
                OrderEvent.CAME_PARTLY: OrderClosed,
                OrderEvent.CAME: OrderClosed,
                OrderEvent.CLOSED: OrderState.CLOSED,
                OrderEvent.CANCELLED: OrderClosed,
            },
        }
    )
)
"""Its refusals take the order's id."""


def order_number(store_code: str, epoch: Epoch, seq: int) -> str:
    """Of the order that is the event ``seq`` of an epoch: no other has it.

    >>> order_number("S01", Epoch(1, bytes.fromhex("aabbccdd")), 57)
    'PO-S01-1AABBCCDD-57'
    """
    return f"PO-{store_code}-{epoch.number}{epoch.fingerprint.hex().upper()}-{seq}"
