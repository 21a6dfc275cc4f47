"""A receipt as it was printed, found by its number from anywhere; what is given of it is a copy."""

import sqlite3
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from edge.api.papers import page_of
from edge.api.parameters import QUERY_CHARACTERS_MAX, IdInPath, TheBox
from edge.api.printing import print_on
from edge.box.box import Box
from edge.domain.fields import one_case
from edge.domain.printing import NoPrinter, PrinterOut
from edge.domain.sale.completed import CompletedSale
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import page
from edge.pages.places import FIND, RECEIPTS, day_address, receipt_address
from edge.usecases.sale.look_up import look_up_receipt
from edge.usecases.sale.print import PaperFor, finished_sale
from sync.http.forms import read_form
from sync.http.page import PAGE_HEADERS, see_other
from sync.protocol.errors import NotFound, Refusal
from sync.protocol.identity import SaleId, WorkstationId
from sync.protocol.paper.page import Form
from sync.protocol.permissions import Permission
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
ONE = f"{RECEIPTS}/{{sale_id:uuid}}"
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.SEE_REPORTS)}


@get(FIND, **_NEEDS)
async def find(
    box: TheBox,
    text: Annotated[
        str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
) -> Response[Any]:
    """The receipt with this number."""
    found = await box.reader.read(lambda db: look_up_receipt(db, text))
    if found is None:
        raise NotFound(
            f"No receipt here has the number {text}.",
            remedy="Type it as it is printed, such as S01-W1-E1-000123.",
        )
    return see_other(receipt_address(found.sale_id))


@get(ONE, **_NEEDS)
async def show_receipt(request: AnyRequest, box: TheBox, sale_id: IdInPath) -> Response[Any]:
    """Its text, and the ways to give a copy."""
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
    def read(db: sqlite3.Connection) -> CompletedSale:
        return finished_sale(db, sale_id, copy=True)

    sale = await box.reader.read(read)
    return page(
        request,
        "receipt.html",
        status=refusal.status if refusal else 200,
        sale=sale,
        number=sale.receipt_number,
        day=day_address(sale.fact.business_date),
        printers=sorted(box.settings.printers),
        own=signed_in(request).workstation_id,
        refusal=refusal,
        printed=printed,
    )


ROUTES = (find, show_receipt, send_print, give_pdf)
