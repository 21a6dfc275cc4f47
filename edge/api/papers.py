"""A receipt in another form than on the printer: as PDF, and made out to a buyer."""

import sqlite3
from typing import Annotated

from litestar import Response, get, post
from litestar.params import QueryParameter

from edge.api.described import Described
from edge.api.once import At, writes
from edge.api.parameters import IdInPath, TheBox
from edge.db.receipt_prints import note_printed
from edge.usecases.sale.make_invoice import InvoiceMade, MakeInvoice, make_invoice
from edge.usecases.sale.print import hand_over
from sync.protocol.identity import SaleId
from sync.protocol.paper.page import Form

PDF_TYPE = "application/pdf"


@get("/sales/{sale_id:uuid}/receipt.pdf", operation_class=Described, media_type=PDF_TYPE)
async def receipt_pdf(
    sale_id: IdInPath, box: TheBox, form: Annotated[Form, QueryParameter()] = Form.ROLL
) -> Response[bytes]:
    """The customer's receipt, or invoice, as a page: given out by this as by a printer, so that
    whatever is given of it later is a copy. 409 ``pdf-not-made`` touches no sale."""
    sale = SaleId(sale_id)
    async with box.pages.turn():
        given = (await box.reader.read(lambda db: hand_over(db, sale))).sale
        made = await box.pages.set_page(
            given.paper, form, given.receipt_number, given.fact.tendered_at_ms
        )
        now_ms = box.clock.moment().wall_ms
        await box.writer.run(lambda db: note_printed(db, sale, now_ms))
    name = f'inline; filename="{given.receipt_number}.pdf"'
    return Response(made, media_type=PDF_TYPE, headers={"Content-Disposition": name})


@writes(post, "/sales/{sale_id:uuid}/invoice")
def invoice(db: sqlite3.Connection, asked: MakeInvoice, at: At, sale_id: IdInPath) -> InvoiceMade:
    """Make a finished receipt out to a buyer, as a full tax invoice: every form that it is given in
    says so from then on."""
    return make_invoice(db, asked, SaleId(sale_id), at.moment)


ROUTES = (receipt_pdf, invoice)
