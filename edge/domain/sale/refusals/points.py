"""What is refused about points, earned and spent."""

from edge.domain.sale.refusals.lines import BadLine
from edge.domain.sale.refusals.tenders import BadTender
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import NotNow


class PointsTooMany(BadLine, slug="points-too-many", title="The receipt moves too many points"):
    points: int
    detail = f"{{points:,}} points would move; a receipt may move {FIGURE_MAX:,}."
    remedy = (
        "Split the basket into several receipts, or leave the customer out; head office sets "
        "what points are worth."
    )


class PointsWithoutCustomer(
    BadTender, slug="points-without-customer", title="Points need a customer"
):
    detail = "Points are to be spent, but the sale names no customer."
    remedy = "Name the customer, or pay otherwise."


class NotWholePoints(
    BadTender, slug="not-whole-points", title="The amount is no whole number of points"
):
    amount_minor: int
    decimals: int
    detail = "{amount_minor} is no whole number of points."
    remedy = "Spend an amount that is, and pay the rest otherwise."


class MorePointsThanRights(
    BadTender, slug="more-points-than-rights", title="There are not enough points here"
):
    points: int
    points_here: int
    detail = "{points:,} points are to be spent; {points_here:,} can be spent at this store now."
    remedy = "Spend fewer points and pay the rest otherwise."


class PointsDidNotPay(BadTender, slug="points-did-not-pay", title="Points did not pay for it"):
    amount_minor: int
    decimals: int
    detail = "Points did not pay {amount_minor} of what comes back."
    remedy = "Give back by points what they paid, as the quote says it, and the rest otherwise."


class NothingToAskFor(
    NotNow, slug="nothing-to-ask-for", title="Head office gives this box no rights now"
):
    detail = (
        "This box goes on in an epoch of its own, to which head office gives no rights to spend."
    )
    remedy = "Spend the points that are here, and pay the rest otherwise; call head office."
