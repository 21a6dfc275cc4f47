"""A finished receipt is to go by e-mail: noted, and sent when the server for it is reached."""

import sqlite3

import msgspec

from edge.db.receipt_mails import count_waiting_mails, put_mail
from edge.domain.fields import Request, ShortOperator
from edge.domain.mail import MAILS_WAITING_MAX, MailAddress, MailsWait
from edge.usecases.sale.print import finished_sale
from sync.engine.journal import Moment
from sync.protocol.identity import EventId, SaleId


class MailReceipt(Request, frozen=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId
    operator_id: ShortOperator
    address: MailAddress


class MailNoted(msgspec.Struct, frozen=True):
    """It waits. Where it goes is not said again."""

    mail_id: EventId
    sale_id: SaleId


def mail_receipt(
    db: sqlite3.Connection, request: MailReceipt, sale_id: SaleId, moment: Moment
) -> MailNoted:
    """Raises NotFound, SaleArchived, SaleDamaged, MailsWait."""
    finished_sale(db, sale_id)
    waiting = count_waiting_mails(db)
    if waiting >= MAILS_WAITING_MAX:
        raise MailsWait(waiting)
    put_mail(db, request.event_id, sale_id, request.address, moment.wall_ms)
    return MailNoted(request.event_id, sale_id)
