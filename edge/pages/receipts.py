"""A receipt as it is printed: the paper that is given first is the receipt, whoever gives it, and
all after that are copies."""

import sqlite3
from typing import Any

from litestar import Request, Response, get, post

from edge.api.papers import page_of
from edge.api.parameters import IdInPath, TheBox
from edge.api.printing import print_on
from edge.box.box import Box
from edge.db.receipt_prints import was_given
from edge.domain.fields import one_case
from edge.domain.printing import NoPrinter, PrinterOut
from edge.domain.sale.completed import CompletedSale
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import page
from edge.pages.places import RECEIPTS, day_address
from edge.usecases.sale.print import PaperFor, finished_sale
from sync.http.forms import read_form
from sync.http.page import PAGE_HEADERS
from sync.protocol.errors import Refusal
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.paper.page import Form
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
ONE = f"{RECEIPTS}/{{sale_id:uuid}}"
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.SEE_REPORTS)}


@get(ONE, **_NEEDS)
async def show_receipt(request: AnyRequest, box: TheBox, sale_id: IdInPath) -> Response[Any]:
    """Its text as it would be given now, and the ways to give it."""
    return await _shown(request, box, SaleId(sale_id))


@post(f"{ONE}/print", status_code=303, **_NEEDS)
async def send_print(request: AnyRequest, box: TheBox, sale_id: IdInPath) -> Response[Any]:
    """On the printer that was chosen. No drawer opens: nobody at one asked for it."""
    at = WorkstationId(one_case((await read_form(request)).get("printer", "")))
    sale = SaleId(sale_id)
    try:
        await print_on(box, at, sale, PaperFor.CUSTOMER, drawer=False)
    except (NoPrinter, PrinterOut) as refusal:
        return await _shown(request, box, sale, refusal)
    return await _shown(request, box, sale, printed=True)


@get(f"{ONE}/copy.pdf", **_NEEDS)
async def give_pdf(box: TheBox, sale_id: IdInPath) -> Response[bytes]:
    """As a page: given out by this, as from the till."""
    answer = await page_of(box, SaleId(sale_id), Form.ROLL)
    answer.headers.update(PAGE_HEADERS)
    return answer


async def _shown(
    request: AnyRequest,
    box: Box,
    sale_id: SaleId,
    refusal: Refusal | None = None,
    *,
    printed: bool = False,
) -> Response[Any]:
    def read(db: sqlite3.Connection) -> tuple[CompletedSale, bool]:
        given = was_given(db, sale_id)
        return finished_sale(db, sale_id, copy=given), given

    sale, is_copy = await box.reader.read(read)
    return page(
        request,
        "receipt.html",
        status=refusal.status if refusal else 200,
        sale=sale,
        is_copy=is_copy,
        number=sale.receipt_number,
        day=day_address(sale.fact.business_date),
        printers=sorted(box.settings.printers),
        own=signed_in(request).workstation_id,
        refusal=refusal,
        printed=printed,
    )


ROUTES = (show_receipt, send_print, give_pdf)
