"""What is refused about discounts that an operator gives by hand."""

from edge.domain.sale.refusals.lines import BadLine


class DiscountTooLarge(BadLine, slug="discount-too-large", title="The discount is too large"):
    discount_minor: int
    left_minor: int
    decimals: int
    detail = "{discount_minor} would come off {left_minor}."
    remedy = "Take off at most what it costs; nothing falls below zero."


class DiscountOnReturn(
    BadLine, slug="discount-on-return", title="Goods that come back bear no discount"
):
    detail = "The line takes goods back: what was paid for them goes back, no more and no less."
    remedy = "Leave the discount out."


class DiscountOutOfScope(
    BadLine, slug="discount-out-of-scope", title="This item bears no discount"
):
    name: str
    detail = "{name!r} is a deposit, stored value or the like: nothing comes off it by hand."
    remedy = "Leave the discount out; one off the basket leaves this line as it is."
