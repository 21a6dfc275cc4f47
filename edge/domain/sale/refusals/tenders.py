"""What is refused about a receipt's tenders: their kinds, sums and refunds."""

from dataclasses import KW_ONLY

from edge.domain.rights import PermissionRefused
from sync.protocol.errors import NotAcceptable
from sync.protocol.facts import TENDERS_MAX
from sync.protocol.identity import OperatorId, ReceiptNumber, TenderId
from sync.protocol.money import MINOR_MAX
from sync.protocol.permissions import Permission


class BadTenders(NotAcceptable):
    """A tender, or the set of them."""

    field = "tenders"
    limit_minor = MINOR_MAX


class BadTender(BadTenders):
    """One of them, which ``field`` names."""

    _: KW_ONLY
    field: str


class TenderRefused(BadTender):
    tender_id: TenderId


class TooManyTenders(BadTenders, slug="too-many-tenders", title="The receipt has too many tenders"):
    count: int
    detail = f"The receipt has {{count:,}} tenders; at most {TENDERS_MAX} are possible."
    remedy = "Pay with fewer tenders."


class TenderMissing(BadTenders, slug="tender-missing", title="No tender was given"):
    total_minor: int
    decimals: int
    detail = "{total_minor} is to be paid, and no tender was given."
    remedy = "Choose how it is paid."


class UnknownTender(TenderRefused, slug="unknown-tender", title="This tender is not known"):
    detail = "No tender has the id {tender_id!r}."
    remedy = "Choose one of the store's tenders."


class InactiveTender(TenderRefused, slug="inactive-tender", title="This tender is no longer taken"):
    detail = "The store no longer takes {tender_id!r}."
    remedy = "Choose another tender."


class TenderNotRefundable(
    TenderRefused, slug="tender-not-refundable", title="This tender cannot be refunded"
):
    detail = "Nothing can be given back by {tender_id!r}."
    remedy = "Choose another tender for the refund."


class VoucherLowersPrice(
    TenderRefused, slug="voucher-lowers-price", title="This voucher lowers the price"
):
    detail = "A voucher of {tender_id!r} lowers the price, and pays nothing."
    remedy = "Take it off the price as a voucher, and the rest by a tender."


class VoucherPays(TenderRefused, slug="voucher-pays", title="This tender lowers no price"):
    detail = "What {tender_id!r} takes pays, and lowers no price."
    remedy = "Take it as a tender."


class VoucherTakenBefore(
    PermissionRefused, slug="voucher-taken-before", title="This voucher was taken already"
):
    reference: str
    receipt_number: ReceiptNumber
    _: KW_ONLY
    field: str
    detail = "The voucher {reference!r} was taken for the receipt {receipt_number} already."
    remedy = (
        "Look at its number, and take another voucher or another tender; or somebody who may "
        "allows it with their PIN: POST /overrides."
    )


def voucher_taken_before(
    operator_id: OperatorId, reference: str, receipt_number: ReceiptNumber, field: str
) -> VoucherTakenBefore:
    """Of that operator."""
    permission = Permission.VOUCHER_AGAIN.value
    return VoucherTakenBefore(operator_id, permission, reference, receipt_number, field=field)


class VoucherBuysNothing(
    TenderRefused, slug="voucher-buys-nothing", title="This voucher buys nothing of this basket"
):
    detail = "Nothing of this basket is left for which a voucher of {tender_id!r} is good."
    remedy = "Give the voucher back to the customer, and sell without it."


class VoucherNotForGoods(
    TenderRefused, slug="voucher-not-for-goods", title="This voucher does not buy these goods"
):
    room_minor: int
    decimals: int
    detail = "A voucher of {tender_id!r} may pay {room_minor} of this basket, and no more."
    remedy = "Take the rest by another tender."


class WrongTenderAmount(
    BadTender, slug="wrong-tender-amount", title="The tender's amount is not possible"
):
    """Zero, of the wrong sign, or beyond what a receipt may hold."""

    amount_minor: int
    decimals: int
    detail = "A tender of {amount_minor} is not possible here."
    remedy = (
        "Give what the customer pays as a positive amount, what goes back as a negative one, "
        "neither beyond {limit_minor}; only cash may be zero."
    )


class TendersTooLarge(BadTenders, slug="tenders-too-large", title="The tenders are too large"):
    tendered_minor: int
    decimals: int
    detail = "The tenders come to {tendered_minor}; a receipt may hold {limit_minor}."
    remedy = "Look at what was given again; change is given from cash only."


class TendersBelowTotal(
    BadTenders, slug="tenders-below-total", title="The tenders are below the total"
):
    tendered_minor: int
    due_minor: int
    decimals: int
    detail = "{tendered_minor} was tendered, {due_minor} is due."
    remedy = "Take the rest by another tender."


class ChangeFromOtherThanCash(
    BadTenders, slug="change-not-from-cash", title="Change is given from cash only"
):
    tendered_minor: int
    total_minor: int
    decimals: int
    detail = (
        "Tenders other than cash come to {tendered_minor}, more than the total of {total_minor}."
    )
    remedy = "Charge at most what is to be paid; only cash gives change."


class RefundDiffers(BadTenders, slug="refund-differs", title="The refund is not what is due"):
    refunded_minor: int
    due_minor: int
    decimals: int
    detail = "{refunded_minor} would be given back, {due_minor} is due."
    remedy = "Give back exactly what is due, cash rounded as the store rounds it."
