"""What is refused about taking a whole receipt back because it should not have been."""

from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import ReceiptNumber, SaleId


class VoidHasLines(
    NotAcceptable, slug="void-has-lines", title="A post-void takes a whole receipt back"
):
    detail = "The request names a receipt to void, and lines of its own."
    remedy = "Leave lines and discounts out; sell other goods on another receipt."
    field = "lines"


class VoidReasonMissing(
    NotAcceptable, slug="void-reason-missing", title="A post-void needs a reason"
):
    detail = "Nothing says why the receipt is voided."
    remedy = "State the reason as the note."
    field = "note"


class VoidRefused(NotNow):
    sale_id: SaleId
    field = "post_void_of"


class NothingToVoid(
    VoidRefused, slug="nothing-to-void", status=422, title="This receipt is not known at this store"
):
    detail = "This store finished no sale {sale_id}."
    remedy = "Scan its code; a receipt is voided where it was made."


class VoidedAlready(
    VoidRefused, slug="voided-already", title="The receipt was taken back whole already"
):
    by: ReceiptNumber
    detail = "The receipt was voided by {by}."
    remedy = "Nothing is to be done: its money went back then."


class NotVoidable(VoidRefused, slug="not-voidable", title="This receipt cannot be voided"):
    receipt_number: ReceiptNumber
    why: str
    detail = "The receipt {receipt_number} cannot be voided: {why}."
    remedy = "Take its goods back as a return."
