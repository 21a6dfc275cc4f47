"""What a basket would come to, before it is tendered: nothing is written."""

from typing import Any

import litestar
from litestar import Response, post

from edge.api.described import accepts
from edge.api.guard import answered_directly, box_of, workstation_of
from edge.api.limits import SALE_BYTES_MAX
from edge.domain.sale.quote import Quote
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.http.body import read_body


@post(
    "/quotes",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(QuoteSale),
    middleware=[answered_directly],
)
async def quote(request: litestar.Request[Any, Any, Any]) -> Response[Quote]:
    """The amounts of a basket and what is left to pay; the sale is priced anew."""
    box = box_of(request)
    asked, workstation_id = await read_body(request, QuoteSale), workstation_of(request)
    quoted = await box.reader.read(
        lambda db: quote_sale(db, asked, workstation_id, box.clock.moment())
    )
    return Response(quoted)


ROUTES = (quote,)
