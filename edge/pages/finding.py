"""One field for everything: a receipt's number leads to it, all else to what has that code, word or
name."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter

from edge.api.parameters import QUERY_CHARACTERS_MAX, TheBox
from edge.db.store import read_settings
from edge.domain.span import Span
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import tables_page
from edge.pages.places import FIND, receipt_address, report_address
from edge.usecases.box.find import FOUND_MAX, find_anything
from sync.http.page import see_other
from sync.protocol.permissions import Permission
from sync.protocol.text import TEXT_PATTERN

SOLD_DAYS = 91
"""So far back an item's receipts are led to."""


@get(FIND, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def find(
    request: Request[Any, Any, Any],
    box: TheBox,
    text: Annotated[
        str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
) -> Response[Any]:
    """Customers are shown to whoever may change them: who may only look at figures sees no name."""
    moment, may = box.clock.moment(), signed_in(request).may(Permission.EDIT_CUSTOMERS)
    found, settings = await box.reader.read(
        lambda db: (find_anything(db, text, moment, customers=may), read_settings(db))
    )
    if found.receipt is not None:
        return see_other(receipt_address(found.receipt))
    span = Span(found.last - timedelta(days=SOLD_DAYS - 1), found.last)
    sold = {
        one.item_id: report_address("item/rows", span, column="receipts", key=one.item_id)
        for one in found.items
    }
    return tables_page(
        request,
        "found.html",
        status=200 if found.items or found.customers or not text.strip() else 404,
        text=text,
        found=found,
        sold=sold,
        settings=settings,
        found_max=FOUND_MAX,
    )


ROUTES = (find,)
