"""A finished receipt, or an order that was sent, is to go by e-mail: noted, and sent when the
server for it is reached."""

import sqlite3
from uuid import UUID

import msgspec

from edge.db.buying import find_supplier
from edge.db.mails import count_waiting_mails, put_mail
from edge.db.operators import require
from edge.db.purchase_orders import PurchaseOrder
from edge.domain.fields import Request, ShortOperator
from edge.domain.mail import (
    MAILS_WAITING_MAX,
    MailAddress,
    MailKind,
    MailsWait,
    NoMail,
    NoSupplierAddress,
    is_mail_address,
)
from edge.domain.purchase_order import OrderNotSent
from edge.domain.rights import Override
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.sale.print import finished_sale
from sync.engine.journal import Moment
from sync.protocol.identity import EventId, SaleId
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import OrderState


class MailReceipt(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId
    operator_id: ShortOperator
    address: MailAddress


class MailOrder(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: UUID
    operator_id: ShortOperator
    override_id: UUID | None = None


class MailNoted(msgspec.Struct, frozen=True):
    """It waits. Where it goes is not said again."""

    mail_id: EventId
    sale_id: SaleId


def mail_receipt(
    db: sqlite3.Connection, request: MailReceipt, sale_id: SaleId, moment: Moment
) -> MailNoted:
    """Raises NotFound, SaleArchived, SaleDamaged, MailsWait."""
    finished_sale(db, sale_id)
    _note(db, request.event_id, MailKind.RECEIPT, sale_id, request.address, moment)
    return MailNoted(request.event_id, sale_id)


def mail_order(
    db: sqlite3.Connection,
    request: MailOrder,
    order_id: UUID,
    moment: Moment,
    override: Override | None = None,
    *,
    has_server: bool,
) -> PurchaseOrder:
    """To its supplier, also one that was ended since: its paper says so. ``has_server``: one for
    e-mail is named at this store.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, NoMail,
    UnknownOrder, OrderNotSent, NoSupplierAddress, MailsWait.
    """
    require(db, request.operator_id, Permission.ORDER_STOCK, order_id, override)
    if not has_server:
        raise NoMail
    order = look_up_order(db, order_id)
    if order.state is OrderState.DRAFT:
        raise OrderNotSent(order_id)
    address = find_supplier(db, order.supplier_id).email
    if not is_mail_address(address):
        raise NoSupplierAddress(order.supplier_id)
    _note(db, request.event_id, MailKind.ORDER, order_id, address, moment)
    return order


def _note(
    db: sqlite3.Connection,
    mail_id: UUID,
    kind: MailKind,
    subject_id: UUID,
    address: str,
    moment: Moment,
) -> None:
    waiting = count_waiting_mails(db)
    if waiting >= MAILS_WAITING_MAX:
        raise MailsWait(waiting)
    put_mail(db, mail_id, kind, subject_id, address, moment.wall_ms)
