"""A receipt in another form than on the printer: as PDF, by the browser, made out to a buyer."""

import sqlite3
from typing import Annotated, Any

import litestar
import msgspec
from litestar import Response, get, post
from litestar.params import QueryParameter

from edge.api.described import Described, accepts
from edge.api.guard import refuse_other_operator
from edge.api.once import At, writes
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.domain.fields import Request, ShortOperator
from edge.usecases.sale.make_invoice import (
    DrawnSeal,
    InvoiceMade,
    MakeInvoice,
    draw_seal,
    make_invoice,
)
from edge.usecases.sale.print import HandedOver, hand_over, take_back_paper
from sync.http.body import read_body
from sync.program.pages import PageNotMade
from sync.protocol.identity import SaleId
from sync.protocol.paper.page import Form

PDF_TYPE = "application/pdf"


@get("/sales/{sale_id:uuid}/receipt.pdf", operation_class=Described, media_type=PDF_TYPE)
async def receipt_pdf(
    sale_id: IdInPath, box: TheBox, form: Annotated[Form, QueryParameter()] = Form.ROLL
) -> Response[bytes]:
    """The customer's receipt, or invoice, as a page: given out by this as by a printer, so that
    whatever is given of it later is a copy. 409 ``pdf-not-made`` touches no sale."""
    return await page_of(box, SaleId(sale_id), form)


async def page_of(box: Box, sale: SaleId, form: Form) -> Response[bytes]:
    """The same for whoever may have it. Raises NotFound, SaleArchived, SaleDamaged, PageNotMade."""
    now_ms = box.clock.moment().wall_ms
    async with box.pages.turn():
        given = await box.writer.run(lambda db: hand_over(db, sale, now_ms))
        made = await _page(box, given, form)
    name = f'inline; filename="{given.sale.receipt_number}.pdf"'
    return Response(made, media_type=PDF_TYPE, headers={"Content-Disposition": name})


async def _page(box: Box, given: HandedOver, form: Form) -> bytes:
    """Raises PageNotMade, and then it was not given out."""
    sale = given.sale
    try:
        number, at_ms = sale.receipt_number, sale.fact.tendered_at_ms
        return await box.pages.set_page(sale.paper, form, number, at_ms)
    except PageNotMade:
        if not given.is_copy:
            await box.writer.run(lambda db: take_back_paper(db, sale.sale_id))
        raise


class HandOut(Request, frozen=True):
    """Who gives it."""

    operator_id: ShortOperator


class HandedOut(msgspec.Struct, frozen=True):
    """The receipt's text, as it is to be printed now."""

    is_copy: bool
    receipt: str


@post("/sales/{sale_id:uuid}/hand-out", status_code=200, operation_class=accepts(HandOut))
async def hand_out(
    request: litestar.Request[Any, Any, Any], sale_id: IdInPath, box: TheBox
) -> HandedOut:
    """The text for whoever prints it without a printer of the box's, through a browser: it is given
    out by this, as nobody hears what came of that paper; what is given later is a copy."""
    asked = await read_body(request, HandOut)
    refuse_other_operator(request, asked.operator_id)
    sale, now_ms = SaleId(sale_id), box.clock.moment().wall_ms

    def give(db: sqlite3.Connection) -> HandedOut:
        given = hand_over(db, sale, now_ms)
        return HandedOut(given.is_copy, given.sale.receipt)

    return await box.writer.run(give)


@writes(post, "/sales/{sale_id:uuid}/invoice", drawing=draw_seal)
def invoice(
    db: sqlite3.Connection, asked: MakeInvoice, at: At, sale_id: IdInPath, drawn: DrawnSeal
) -> InvoiceMade:
    """Make a finished receipt out to a buyer, as a full tax invoice: every form that it is given in
    says so from then on."""
    return make_invoice(db, asked, SaleId(sale_id), drawn, at.moment)


ROUTES = (receipt_pdf, hand_out, invoice)
