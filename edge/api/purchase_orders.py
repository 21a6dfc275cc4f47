"""Orders at suppliers: drafted, sent, received against, ended. They say what goods cost, so looks
are for whoever may receive goods."""

import sqlite3
from typing import Any

import litestar
import msgspec
from litestar import Response, get, post

from edge.api.allowed import allow
from edge.api.described import Described, accepts
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, once, writes
from edge.api.parameters import PAGE, IdInPath, Limit, Offset, TheBox
from edge.db.purchase_orders import PurchaseOrder, list_orders
from edge.usecases.mail.ask import MailOrder, mail_order
from edge.usecases.purchase_order.close import CloseOrder, close_order
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.purchase_order.receive import ReceiveOrder, receive_order
from edge.usecases.purchase_order.save_draft import SaveDraft, save_draft
from edge.usecases.purchase_order.send import SendOrder, send_order
from sync.protocol.permissions import Permission

AnyRequest = litestar.Request[Any, Any, Any]


class OrdersAnswer(msgspec.Struct, frozen=True):
    """A page of them, the newest first."""

    orders: tuple[PurchaseOrder, ...]


@get("/purchase-orders", operation_class=Described)
async def listed(
    request: AnyRequest, box: TheBox, limit: Limit = PAGE, offset: Offset = 0
) -> OrdersAnswer:
    """Drafts and orders of this store, each with what came of it."""
    await allow(request, box, Permission.RECEIVE_STOCK)
    return OrdersAnswer(await box.reader.read(lambda db: list_orders(db, limit, offset)))


@get("/purchase-orders/{order_id:uuid}", operation_class=Described)
async def one(request: AnyRequest, box: TheBox, order_id: IdInPath) -> PurchaseOrder:
    """With what was ordered, what came, what is open, and differences of cost."""
    await allow(request, box, Permission.RECEIVE_STOCK)
    return await box.reader.read(lambda db: look_up_order(db, order_id))


@writes(post, "/purchase-orders", request_max_body_size=SALE_BYTES_MAX)
def save(db: sqlite3.Connection, asked: SaveDraft, at: At) -> PurchaseOrder:
    """An order that is not sent yet, all of it, in place of what was saved before."""
    return save_draft(db, asked, at.moment, at.override)


@writes(post, "/purchase-orders/{order_id:uuid}/send")
def send(db: sqlite3.Connection, asked: SendOrder, at: At, order_id: IdInPath) -> PurchaseOrder:
    """It goes to the supplier; the answer has its number."""
    return send_order(db, order_id, asked, at.moment, at.override)


@post("/purchase-orders/{order_id:uuid}/mails", operation_class=accepts(MailOrder))
async def mail(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[PurchaseOrder]:
    """Its paper and its table go to the supplier by e-mail, as soon as the server for it is
    reached."""
    has_server = box.settings.mail is not None

    def note(db: sqlite3.Connection, asked: MailOrder, at: At) -> PurchaseOrder:
        return mail_order(db, asked, order_id, at.moment, at.override, has_server=has_server)

    return await once(request, box, MailOrder, PurchaseOrder, lambda asked: asked.event_id, note)


@writes(
    post,
    "/purchase-orders/{order_id:uuid}/receipts",
    request_id="movement_id",
    request_max_body_size=SALE_BYTES_MAX,
)
def receive(
    db: sqlite3.Connection, asked: ReceiveOrder, at: At, order_id: IdInPath
) -> PurchaseOrder:
    """Goods came of it, all or some, also more than was ordered as far as its supplier's rule
    goes; its id is the movement's."""
    return receive_order(db, order_id, asked, at.moment, at.override)


@writes(post, "/purchase-orders/{order_id:uuid}/close", request_id="closing_id")
def close(db: sqlite3.Connection, asked: CloseOrder, at: At, order_id: IdInPath) -> PurchaseOrder:
    """Cancelled before anything came, or what did not come is not awaited any more."""
    return close_order(db, order_id, asked, at.moment, at.override)


ROUTES = (listed, one, save, send, mail, receive, close)
