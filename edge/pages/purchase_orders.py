"""An order at a supplier: sent, on paper or as a file, followed until all of it came, closed."""

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from edge.api.papers import PDF_TYPE
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.buying import find_supplier
from edge.db.mails import mail_about
from edge.db.purchase_orders import PurchaseOrder
from edge.db.store import read_settings
from edge.domain.mail import is_mail_address
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import tables_page
from edge.pages.places import ORDERS, order_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.usecases.mail.ask import MailOrder, mail_order
from edge.usecases.purchase_order.close import CloseOrder, close_order
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.purchase_order.paper import order_paper
from edge.usecases.purchase_order.send import SendOrder, send_order
from sync.http.forms import read_form
from sync.http.page import PAGE_HEADERS, see_other
from sync.protocol.errors import Refusal
from sync.protocol.paper.page import Form
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
ONE = f"{ORDERS}/{{order_id:uuid}}"
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.RECEIVE_STOCK)}


@get(ONE, **_NEEDS)
async def show_order(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """What was ordered, what came, what is open, and what it cost more."""
    return await _shown(request, box, order_id)


@post(f"{ONE}/send", status_code=303, **_NEEDS)
async def send_sent(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """It goes to the supplier: on paper, or as a file, from then on."""
    form, who = await read_form(request), {"operator_id": signed_in(request).operator_id}
    try:
        asked = as_typed(SendOrder, {**form, **who}, "event_id", "operator_id")
        await act(
            request,
            box,
            PurchaseOrder,
            lambda db, at: send_order(db, order_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, order_id, form, refusal)
    return see_other(order_address(order_id))


@post(f"{ONE}/mail", status_code=303, **_NEEDS)
async def send_by_mail(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """Its paper and its table go to the supplier, as soon as the server for e-mail is reached."""
    form, who = await read_form(request), {"operator_id": signed_in(request).operator_id}
    try:
        has_server = box.settings.mail is not None
        asked = as_typed(MailOrder, {**form, **who}, "event_id", "operator_id")
        await act(
            request,
            box,
            PurchaseOrder,
            lambda db, at: mail_order(
                db, asked, order_id, at.moment, at.override, has_server=has_server
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, order_id, form, refusal)
    return see_other(order_address(order_id))


@post(f"{ONE}/close", status_code=303, **_NEEDS)
async def send_closed(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """Given up before anything came, or its rest is not awaited."""
    form, who = await read_form(request), {"operator_id": signed_in(request).operator_id}
    try:
        said = as_typed(
            _Closing,
            {**form, **who, "closing_id": form.get("event_id", "")},
            *("closing_id", "operator_id", "reason"),
        )
        what = (said.closing_id, said.operator_id, bool(form.get("cancelled")), said.reason)
        asked = CloseOrder(*what)
        await act(
            request,
            box,
            PurchaseOrder,
            lambda db, at: close_order(db, order_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, order_id, form, refusal)
    return see_other(order_address(order_id))


class _Closing(CloseOrder, frozen=True, kw_only=True):
    """The form's own words, before it is said which of the two it is."""

    cancelled: bool = False


@get(f"{ONE}/order.pdf", media_type=PDF_TYPE, **_NEEDS)
async def give_order_pdf(box: TheBox, order_id: IdInPath) -> Response[bytes]:
    """The paper for the supplier, the same each time. Raises UnknownOrder, PagesBusy,
    PageNotMade."""
    paper = await box.reader.read(lambda db: order_paper(db, order_id))
    async with box.pages.turn():
        made = await box.pages.set_page(paper.blocks, Form.A4, paper.title, paper.at_ms)
    name = f'inline; filename="{paper.title}.pdf"'
    headers = {**PAGE_HEADERS, "Content-Disposition": name}
    return Response(made, media_type=PDF_TYPE, headers=headers)


async def _shown(
    request: AnyRequest,
    box: Box,
    order_id: UUID,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[Any]:
    def read(db: sqlite3.Connection) -> dict[str, Any]:
        order = look_up_order(db, order_id)
        supplier = find_supplier(db, order.supplier_id)
        mail = mail_about(db, order_id)
        return {"order": order, "supplier": supplier, "mail": mail, "settings": read_settings(db)}

    look = await box.reader.read(read)
    return tables_page(
        request,
        "order.html",
        status=refusal.status if refusal else 200,
        **look,
        address=order_address(order_id),
        goes_by_mail=box.settings.mail is not None,
        mailable=is_mail_address(look["supplier"].email),
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_order, send_sent, send_by_mail, send_closed, give_order_pdf)
