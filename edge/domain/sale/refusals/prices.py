"""What is refused about prices, taxes, their sums, and about when the basket was priced."""

from edge.domain.item import ItemRefused
from edge.domain.sale.refusals.lines import BadLine
from sync.protocol.errors import NotAcceptable
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.money import MINOR_MAX


class PriceMissing(ItemRefused, slug="price-missing", title="The item has no price"):
    open_price: bool
    detail = "{name!r} ({item_id}) has no price in force at the time of the sale."
    remedy = "{way_out}"

    @property
    def way_out(self) -> str:
        """What can be done about it."""
        if self.open_price:
            return "Enter its price and the reason."
        return "Take it off the receipt; head office publishes prices."


class OpenPriceReasonMissing(
    BadLine, slug="open-price-reason-missing", title="A price entered by hand needs a reason"
):
    item_id: ItemId
    detail = "The price of {item_id!r} was entered by hand, without a reason."
    remedy = "State the reason of the price."


class OpenPriceReasonSuperfluous(
    ItemRefused,
    slug="open-price-reason-superfluous",
    title="A reason belongs to a price entered by hand only",
):
    detail = "A reason is given for the price of {name!r} ({item_id}), but no price was entered."
    remedy = "Leave the reason out, or enter the price that it is for."


class OpenPriceNotAllowed(
    ItemRefused, slug="open-price-not-allowed", title="This item's price cannot be entered"
):
    detail = "The price of {name!r} ({item_id}) is fixed by head office."
    remedy = "Leave the price out."


class TaxRateMissing(BadLine, slug="tax-rate-missing", title="No tax rate is in force"):
    tax_class: TaxClass
    detail = "No rate of the tax class {tax_class.value!r} is in force on this business date."
    remedy = "Head office publishes tax rates; the item cannot be sold before."


class AmountIsNothing(BadLine, slug="amount-is-nothing", title="The line comes to nothing"):
    name: str
    quantity_milli: int
    detail = "{quantity_milli} of {name!r} come to less than half of the smallest coin's unit."
    remedy = "Weigh or measure it again; take the line off if there is nothing to charge."


class AmountTooLarge(BadLine, slug="amount-too-large", title="The receipt's amount is too large"):
    amount_minor: int
    decimals: int
    detail = "{amount_minor} is more than a receipt may hold, {limit_minor}."
    limit_minor = MINOR_MAX
    remedy = "Look at quantity and price again."


class TotalDiffers(
    NotAcceptable, slug="total-differs", title="The total is not what the store computes"
):
    stated_minor: int
    computed_minor: int
    decimals: int
    detail = "The request states {stated_minor}, the store computes {computed_minor}."
    remedy = "Show the customer the store's total, and tender again."
    field = "total_minor"


class TenderedTooLongAgo(
    NotAcceptable, slug="tendered-too-long-ago", title="The basket was priced too long ago"
):
    age_s: int
    age_max_s: int
    detail = (
        "The basket was priced {age_s:,} seconds before it arrived; at most {age_max_s:,} "
        "are possible."
    )
    remedy = "Abandon this sale, and tender the basket again at today's prices."
    field = "tendered_at"


class TenderedInTheFuture(
    NotAcceptable, slug="tendered-in-the-future", title="The basket was priced in the future"
):
    ahead_s: int
    ahead_max_s: int
    detail = (
        "The basket was priced {ahead_s:,} seconds from now; at most {ahead_max_s:,} are possible."
    )
    remedy = "Set the workstation's clock, and tender the basket again."
    field = "tendered_at"
