"""A receipt that goods come back of: what the till shows before it takes any back."""

from litestar import get

from edge.api.described import Described
from edge.api.parameters import TheBox, Typed
from edge.usecases.sale.find_receipt import ReceiptToTakeBack, find_receipt
from sync.protocol.errors import NotFound


@get("/receipts", operation_class=Described)
async def to_take_back(code: Typed, box: TheBox) -> ReceiptToTakeBack:
    """The receipt with this code (its QR as it is scanned) or number, also one whose record has
    left this store's journal: what of each line and payment has not gone back yet."""
    found = await box.reader.read(lambda db: find_receipt(db, code))
    if found is None:
        raise NotFound(
            f"No receipt of this store has the code or number {code.strip()!r}.",
            remedy="Scan its code again, or type the number as it is printed, S01-W1-E1-000123; "
            "what another shop sold goes back there, or without a receipt.",
            field="code",
        )
    return found


ROUTES = (to_take_back,)
