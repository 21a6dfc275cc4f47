"""A receipt by e-mail: asked for here, sent by the timer."""

import sqlite3
from typing import Any

import litestar
from litestar import Response, post

from edge.api.described import accepts
from edge.api.once import At, once
from edge.api.parameters import IdInPath, TheBox
from edge.domain.mail import NoMail
from edge.usecases.mail.ask import MailNoted, MailReceipt, mail_receipt
from sync.protocol.identity import SaleId


@post("/sales/{sale_id:uuid}/mails", operation_class=accepts(MailReceipt))
async def mail(
    request: litestar.Request[Any, Any, Any], sale_id: IdInPath, box: TheBox
) -> Response[MailNoted]:
    """Send the receipt to the address that the customer said for it. It waits until the server for
    e-mail is reached; the address is kept until then, and no longer."""
    if box.settings.mail is None:
        raise NoMail

    def note(db: sqlite3.Connection, asked: MailReceipt, at: At) -> MailNoted:
        return mail_receipt(db, asked, SaleId(sale_id), at.moment)

    return await once(request, box, MailReceipt, MailNoted, lambda asked: asked.event_id, note)


ROUTES = (mail,)
