"""A receipt that goods come back of: what the till shows before it takes any back, and the leave to
take them."""

from typing import Annotated, Any

import litestar
import msgspec
from litestar import get, post

from edge.api.described import Described, accepts
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import TheBox, Typed
from edge.box.leave import look_up, take_leave
from edge.domain.fields import Request, Word
from edge.usecases.sale.find_receipt import ReceiptToTakeBack
from sync.http.body import read_body


class AskForLeave(Request, frozen=True):
    """``code``: the receipt's, as it is scanned, or its number."""

    code: Annotated[Word, msgspec.Meta(description="Its code as it is scanned, or its number.")]


@get("/receipts", operation_class=Described)
async def to_take_back(code: Typed, box: TheBox) -> ReceiptToTakeBack:
    """The receipt with this code (its QR as it is scanned) or number, also one whose record has
    left this store's journal, and one that another shop gave, if head office is there: what of each
    line and payment has not gone back yet."""
    return await look_up(box, code)


@post(
    "/receipts/asks",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(AskForLeave),
)
async def ask_for_leave(request: litestar.Request[Any, Any, Any], box: TheBox) -> ReceiptToTakeBack:
    """Before goods of a receipt are taken back: head office gives leave to one shop at a time, and
    says what came back elsewhere. What another shop gave is taken back under it alone; 409
    ``leave-elsewhere`` while another shop has it. It takes a few seconds at most; a receipt of this
    shop is taken back whatever comes of it."""
    asked = await read_body(request, AskForLeave)
    return await take_leave(box, asked.code)


ROUTES = (to_take_back, ask_for_leave)
