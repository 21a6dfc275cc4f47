"""What is refused about a receipt that a box asks for, to take its goods back at another shop."""

from sync.protocol.errors import NotAcceptable


class ReceiptRefused(NotAcceptable):
    code: str
    field = "code"


class ReceiptUnknown(
    ReceiptRefused, slug="receipt-unknown", status=404, title="No shop of the company gave it"
):
    detail = "No shop of this company gave a receipt with the code or number {code!r}."
    remedy = "Scan its code again, or type the number as it is printed, S01-W1-E1-000123."


class ReceiptNotHeard(
    ReceiptRefused, slug="receipt-not-heard", status=404, title="The receipt is not here (yet)"
):
    store_code: str
    detail = "Head office has not heard of the receipt {code!r} of {store_code} (yet)."
    remedy = (
        "Look again once that shop has a line; or take the goods back there, or without a receipt."
    )


class ReceiptAmbiguous(
    ReceiptRefused, slug="receipt-ambiguous", status=409, title="Two receipts have this number"
):
    detail = "Two receipts were printed with the number {code!r}."
    remedy = "Scan the code on the paper instead: it is of one of them."
