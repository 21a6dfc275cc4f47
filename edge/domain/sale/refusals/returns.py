"""What is refused about what comes back, by the sale that it came from."""

from dataclasses import KW_ONLY

from edge.domain.sale.refusals.lines import BadLine, BadLines
from sync.protocol.errors import NotAcceptable, NotNow
from sync.protocol.identity import CustomerId, ReceiptNumber, SaleId


class NothingReturned(BadLines, slug="nothing-returned", title="The return takes nothing back"):
    detail = "No line of the return names an original sale line."
    remedy = "Name the original of at least one line, or send it as a sale."


class NotUnverified(
    BadLine, slug="not-unverified", title="What has its receipt is not taken back without one"
):
    detail = "The line names its original, and a reason to take it back without one."
    remedy = "Leave the reason out."


class OriginalNotFound(
    BadLine, slug="original-not-found", title="The original sale line is not known at this store"
):
    sale_id: SaleId
    line_no: int
    detail = "This store knows no sale line {line_no} of the sale {sale_id}."
    remedy = "Take the original from its receipt: look that up first, also one of another shop."


class LeaveMissing(BadLine, slug="leave-missing", title="There is no leave to take this back here"):
    receipt_number: ReceiptNumber
    detail = (
        "This shop has no leave, or none any more, to take goods of the receipt {receipt_number} "
        "back, which it did not give."
    )
    remedy = "Look the receipt up once more: head office is asked for leave then."


class LeaveInDoubt(
    BadLine, slug="leave-in-doubt", title="This box does not know whether its leave still holds"
):
    receipt_number: ReceiptNumber
    detail = (
        "This shop has leave to take goods of the receipt {receipt_number} back until a certain "
        "day, and this box's clock is in doubt."
    )
    remedy = (
        "Wait until head office answers, which says what time it is; or take the goods back "
        "without a receipt."
    )


class TrainingDiffers(BadLine, slug="training-differs", title="Training and sales are kept apart"):
    receipt_number: ReceiptNumber
    was_training: bool
    detail = "The receipt {receipt_number} {said}."
    remedy = "Take back in training what was sold in training, and everything else outside of it."

    @property
    def said(self) -> str:
        """Of which kind it is."""
        return "is training: nothing was sold by it" if self.was_training else "is a sale's"


class CurrencyDiffers(
    BadLine, slug="currency-differs", title="The original was sold in another currency"
):
    sold_in: str
    store_in: str
    detail = "The original was sold in {sold_in}; this store's money is {store_in} now."
    remedy = (
        "Agree with head office on the amount, pay it out of the till with that reason (paid "
        "out), and book the goods in as an adjustment."
    )


class ReturnedMoreThanSold(
    BadLine, slug="returned-more-than-sold", title="More would come back than was sold"
):
    wanted_milli: int
    left_milli: int
    detail = "{wanted_milli} would come back; {left_milli} can."
    remedy = "Take back at most what was sold and has not come back yet."


class ReturnPriceDiffers(
    BadLine, slug="return-price-differs", title="A return has the price of its original"
):
    stated_minor: int
    original_minor: int
    decimals: int
    detail = "The line states a price of {stated_minor}; it was sold at {original_minor}."
    remedy = "Leave the price out."


class CustomerDiffers(
    NotAcceptable, slug="customer-differs", title="The original sale belongs to another customer"
):
    """Points of the originals are another customer's."""

    stated: CustomerId
    of_original: CustomerId
    detail = "An original sale earned points for {of_original}, not for {stated}."
    remedy = "Take back one customer's purchases at a time, and leave the customer out."
    field = "customer_id"


class LeaveElsewhere(
    NotNow, slug="leave-elsewhere", title="Another shop is taking goods of this receipt back"
):
    receipt_number: ReceiptNumber
    store_code: str
    _: KW_ONLY
    field: str = "code"
    detail = "{store_code} has leave to take goods of the receipt {receipt_number} back now."
    remedy = (
        "Look it up once more in a quarter of an hour, or take the goods back there; where that "
        "shop has no line, take them back without a receipt, or in three days."
    )


class LeaveRefused(
    NotNow, slug="leave-refused", title="Head office gave no leave to take this back"
):
    receipt_number: ReceiptNumber
    detail = (
        "Head office gave no leave to take goods of the receipt {receipt_number} back here: all of "
        "them came back, or it has not counted the last return yet."
    )
    remedy = "Look it up once more in a minute; or take the goods back without a receipt."
    field = "code"
