"""What is refused about a receipt's tenders: their kinds, sums, refunds, points.

Part of the tree that ``errors.py`` draws.
"""

from edge.domain.errors import BadTenders
from sync.protocol.facts import TENDERS_MAX
from sync.protocol.identity import TenderId
from sync.protocol.money import MINOR_MAX, format_minor


class TooManyTenders(BadTenders):
    """More tenders than a receipt may have."""

    slug = "too-many-tenders"
    title = "The receipt has too many tenders"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The receipt has {count:,} tenders; at most {TENDERS_MAX} are possible.",
            field="tenders",
            remedy="Pay with fewer tenders.",
        )
        self.count = count


class TenderMissing(BadTenders):
    """Something is to be paid and no tender was given."""

    slug = "tender-missing"
    title = "No tender was given"

    def __init__(self, total_minor: int, decimals: int) -> None:
        super().__init__(
            f"{format_minor(total_minor, decimals)} is to be paid, and no tender was given.",
            field="tenders",
            remedy="Choose how it is paid.",
        )
        self.total_minor = total_minor


class UnknownTender(BadTenders):
    """No tender has this id."""

    slug = "unknown-tender"
    title = "This tender is not known"

    def __init__(self, tender_id: TenderId, field: str) -> None:
        super().__init__(
            f"No tender has the id {tender_id!r}.",
            field=field,
            remedy="Choose one of the store's tenders.",
        )
        self.tender_id = tender_id


class InactiveTender(BadTenders):
    """The store no longer takes this tender."""

    slug = "inactive-tender"
    title = "This tender is no longer taken"

    def __init__(self, tender_id: TenderId, field: str) -> None:
        super().__init__(
            f"The store no longer takes {tender_id!r}.",
            field=field,
            remedy="Choose another tender.",
        )
        self.tender_id = tender_id


class WrongTenderAmount(BadTenders):
    """A tender of zero, of the wrong sign, or beyond what a receipt may hold."""

    slug = "wrong-tender-amount"
    title = "The tender's amount is not possible"

    def __init__(self, amount_minor: int, field: str, decimals: int) -> None:
        super().__init__(
            f"A tender of {format_minor(amount_minor, decimals)} is not possible here.",
            field=field,
            remedy="Give what the customer pays as a positive amount, what goes back as a "
            f"negative one, neither beyond {format_minor(MINOR_MAX, decimals)}; only cash may "
            "be zero.",
        )
        self.amount_minor = amount_minor


class TendersTooLarge(BadTenders):
    """All tenders together are more than a receipt may hold."""

    slug = "tenders-too-large"
    title = "The tenders are too large"

    def __init__(self, tendered_minor: int, decimals: int) -> None:
        super().__init__(
            f"The tenders come to {format_minor(tendered_minor, decimals)}; a receipt may hold "
            f"{format_minor(MINOR_MAX, decimals)}.",
            field="tenders",
            remedy="Look at what was given again; change is given from cash only.",
        )
        self.tendered_minor = tendered_minor


class TendersBelowTotal(BadTenders):
    """The tenders do not cover what is due."""

    slug = "tenders-below-total"
    title = "The tenders are below the total"

    def __init__(self, tendered_minor: int, due_minor: int, decimals: int) -> None:
        super().__init__(
            f"{format_minor(tendered_minor, decimals)} was tendered, "
            f"{format_minor(due_minor, decimals)} is due.",
            field="tenders",
            remedy="Take the rest by another tender.",
        )
        self.tendered_minor = tendered_minor
        self.due_minor = due_minor


class ChangeFromOtherThanCash(BadTenders):
    """Tenders that give no change come to more than the total."""

    slug = "change-not-from-cash"
    title = "Change is given from cash only"

    def __init__(self, tendered_minor: int, total_minor: int, decimals: int) -> None:
        super().__init__(
            f"Tenders other than cash come to {format_minor(tendered_minor, decimals)}, more than "
            f"the total of {format_minor(total_minor, decimals)}.",
            field="tenders",
            remedy="Charge at most what is to be paid; only cash gives change.",
        )
        self.tendered_minor = tendered_minor
        self.total_minor = total_minor


class RefundDiffers(BadTenders):
    """The refunded tenders are not what is to be given back."""

    slug = "refund-differs"
    title = "The refund is not what is due"

    def __init__(self, refunded_minor: int, due_minor: int, decimals: int) -> None:
        super().__init__(
            f"{format_minor(refunded_minor, decimals)} would be given back, "
            f"{format_minor(due_minor, decimals)} is due.",
            field="tenders",
            remedy="Give back exactly what is due, cash rounded as the store rounds it.",
        )
        self.refunded_minor = refunded_minor
        self.due_minor = due_minor


class TenderNotRefundable(BadTenders):
    """Money cannot go back by this tender."""

    slug = "tender-not-refundable"
    title = "This tender cannot be refunded"

    def __init__(self, tender_id: TenderId, field: str) -> None:
        super().__init__(
            f"Nothing can be given back by {tender_id!r}.",
            field=field,
            remedy="Choose another tender for the refund.",
        )
        self.tender_id = tender_id


class PointsWithoutCustomer(BadTenders):
    """Points are to be spent, and nobody knows whose."""

    slug = "points-without-customer"
    title = "Points need a customer"

    def __init__(self, field: str) -> None:
        super().__init__(
            "Points are to be spent, but the sale names no customer.",
            field=field,
            remedy="Name the customer, or pay otherwise.",
        )


class NotWholePoints(BadTenders):
    """A points tender that is no whole number of points."""

    slug = "not-whole-points"
    title = "The amount is no whole number of points"

    def __init__(self, amount_minor: int, field: str, decimals: int) -> None:
        super().__init__(
            f"{format_minor(amount_minor, decimals)} is no whole number of points.",
            field=field,
            remedy="Spend an amount that is, and pay the rest otherwise.",
        )
        self.amount_minor = amount_minor


class MorePointsThanRights(BadTenders):
    """More points than the customer may spend at this store now."""

    slug = "more-points-than-rights"
    title = "There are not enough points here"

    def __init__(self, points: int, points_here: int, field: str) -> None:
        super().__init__(
            f"{points:,} points are to be spent; {points_here:,} can be spent at this store now.",
            field=field,
            remedy="Spend fewer points and pay the rest otherwise.",
        )
        self.points = points
        self.points_here = points_here
