"""What is refused about prices that an operator sets by hand."""

from edge.domain.sale.refusals.lines import BadLine


class PriceOverrideOnReturn(
    BadLine, slug="price-override-on-return", title="The price of goods that come back stands"
):
    detail = "The line takes goods back: what was paid for them goes back, no more and no less."
    remedy = "Leave the price out."


class PriceOverrideOutOfScope(
    BadLine, slug="price-override-out-of-scope", title="This item's price cannot be set by hand"
):
    name: str
    detail = "{name!r} is a deposit, stored value or the like: its price is what it is worth."
    remedy = "Leave the price out."


class PriceSetTwice(BadLine, slug="price-set-twice", title="The line has two prices by hand"):
    name: str
    detail = "{name!r} has an open price, which was typed, and a price in its place."
    remedy = "Type the one price that it is sold at, and leave the other out."
