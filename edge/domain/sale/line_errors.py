"""What is refused about a receipt's lines: their numbers, quantities, items, prices, originals.

Part of the tree that ``errors.py`` draws.
"""

from edge.domain.errors import BadLines
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.card import card_number_in
from sync.protocol.facts import LINES_MAX, TaxClass
from sync.protocol.identity import ItemId, SaleId
from sync.protocol.money import MINOR_MAX, QUANTITY_MILLI_MAX, format_minor


class TooManyLines(BadLines):
    """More lines than a receipt may have, or none."""

    slug = "too-many-lines"
    title = "The receipt has too many lines, or none"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"The receipt has {count:,} lines; from 1 to {LINES_MAX:,} are possible.",
            field="lines",
            remedy="Split the basket into several receipts.",
        )
        self.count = count


class WrongLineNumber(BadLines):
    """Line numbers are not 1, 2, 3, … in order: one is double, missing or out of place."""

    slug = "wrong-line-number"
    title = "The lines are not numbered 1, 2, 3, …"

    def __init__(self, line_no: int, expected: int) -> None:
        super().__init__(
            f"Line number {line_no} stands where {expected} belongs.",
            field=f"lines[{expected - 1}].line_no",
            remedy="Number the lines 1, 2, 3, … in their order, each number once.",
        )
        self.line_no = line_no
        self.expected = expected


class WrongQuantity(BadLines):
    """A quantity of zero, below zero, or absurd."""

    slug = "wrong-quantity"
    title = "The quantity is zero or absurd"

    def __init__(self, quantity_milli: int, field: str) -> None:
        super().__init__(
            f"A quantity of {quantity_milli:,} thousandths is not possible: from 1 to "
            f"{QUANTITY_MILLI_MAX:,} are.",
            field=field,
            remedy="Enter how many pieces, or how much; a return names its original line instead "
            "of a negative quantity.",
        )
        self.quantity_milli = quantity_milli


class QuantityNotWhole(BadLines):
    """Part of a piece, of an item whose unit does not divide."""

    slug = "quantity-not-whole"
    title = "This item is not divided"

    def __init__(self, name: str, unit: str, quantity_milli: int, field: str) -> None:
        super().__init__(
            f"{name!r} is counted by {unit!r}, which does not divide; the quantity is "
            f"{quantity_milli:,} thousandths.",
            field=field,
            remedy="Enter whole pieces: 1,000 thousandths each.",
        )
        self.unit = unit
        self.quantity_milli = quantity_milli


class QuantityTooLarge(BadLines):
    """All lines together hold more than a receipt may."""

    slug = "quantity-too-large"
    title = "The receipt's quantity is too large"

    def __init__(self, quantity_milli: int) -> None:
        super().__init__(
            f"The lines come to {quantity_milli:,} thousandths; a receipt may hold "
            f"{FIGURE_MAX:,} sold, and as much taken back.",
            field="lines",
            remedy="Look at the quantities again, or split the basket into several receipts.",
        )
        self.quantity_milli = quantity_milli


class AmountIsNothing(BadLines):
    """So little of an item that its price rounds to nothing."""

    slug = "amount-is-nothing"
    title = "The line comes to nothing"

    def __init__(self, name: str, quantity_milli: int, field: str) -> None:
        super().__init__(
            f"{quantity_milli:,} thousandths of {name!r} come to less than half of the smallest "
            "coin's unit.",
            field=field,
            remedy="Weigh or measure it again; take the line off if there is nothing to charge.",
        )
        self.quantity_milli = quantity_milli


class PointsTooMany(BadLines):
    """The receipt would move more points than a record may hold."""

    slug = "points-too-many"
    title = "The receipt moves too many points"

    def __init__(self, points: int, field: str) -> None:
        super().__init__(
            f"{points:,} points would move; a receipt may move {FIGURE_MAX:,}.",
            field=field,
            remedy="Split the basket into several receipts, or leave the customer out; head "
            "office sets what points are worth.",
        )
        self.points = points


class ItemMissing(BadLines):
    """A sale line names no item."""

    slug = "item-missing"
    title = "A line names no item"

    def __init__(self, line_no: int, field: str) -> None:
        super().__init__(
            f"Line {line_no} names neither a scan code nor an item.",
            field=field,
            remedy="Scan the item, or choose it by its name.",
        )
        self.line_no = line_no


class UnknownScanCode(BadLines):
    """No item has this scan code."""

    slug = "unknown-scan-code"
    title = "No item has this scan code"

    def __init__(self, scan_code: str, field: str) -> None:
        said = "of a card, it seems" if card_number_in(scan_code) else repr(scan_code)
        super().__init__(
            f"No item has the scan code {said}.",
            field=field,
            remedy="Scan it again, or find the item by its name.",
        )
        self.scan_code = scan_code


class UnknownItem(BadLines):
    """No item has this id."""

    slug = "unknown-item"
    title = "This item is not known"

    def __init__(self, item_id: str, field: str) -> None:
        super().__init__(
            f"No item has the id {item_id!r}.",
            field=field,
            remedy="Find the item by its scan code or name.",
        )
        self.item_id = item_id


class ItemDiffers(BadLines):
    """A line's scan code, item or original do not mean the same item."""

    slug = "item-differs"
    title = "The line names two different items"

    def __init__(self, stated: ItemId, found: ItemId, field: str) -> None:
        super().__init__(
            f"The line names the item {stated!r}, but what it points at is {found!r}.",
            field=field,
            remedy="Name the item once, by scan code or id; a return needs neither.",
        )
        self.stated = stated
        self.found = found


class InactiveItem(BadLines):
    """The item is no longer sold."""

    slug = "inactive-item"
    title = "This item is no longer sold"

    def __init__(self, item_id: ItemId, name: str, field: str) -> None:
        super().__init__(
            f"{name!r} ({item_id}) is no longer sold.",
            field=field,
            remedy="Take it off the receipt; head office can make it active again.",
        )
        self.item_id = item_id


class PriceMissing(BadLines):
    """No price is in force and none was given."""

    slug = "price-missing"
    title = "The item has no price"

    def __init__(self, item_id: ItemId, name: str, field: str, *, open_price: bool) -> None:
        super().__init__(
            f"{name!r} ({item_id}) has no price in force at the time of the sale.",
            field=field,
            remedy="Enter its price and the reason."
            if open_price
            else "Take it off the receipt; head office publishes prices.",
        )
        self.item_id = item_id


class OpenPriceReasonMissing(BadLines):
    """A price was entered by hand without a reason."""

    slug = "open-price-reason-missing"
    title = "A price entered by hand needs a reason"

    def __init__(self, item_id: ItemId, field: str) -> None:
        super().__init__(
            f"The price of {item_id!r} was entered by hand, without a reason.",
            field=field,
            remedy="State the reason of the price.",
        )
        self.item_id = item_id


class OpenPriceReasonSuperfluous(BadLines):
    """A reason for a price by hand, and no price by hand."""

    slug = "open-price-reason-superfluous"
    title = "A reason belongs to a price entered by hand only"

    def __init__(self, item_id: ItemId, name: str, field: str) -> None:
        super().__init__(
            f"A reason is given for the price of {name!r} ({item_id}), but no price was entered.",
            field=field,
            remedy="Leave the reason out, or enter the price that it is for.",
        )
        self.item_id = item_id


class OpenPriceNotAllowed(BadLines):
    """A price was entered for an item that has a fixed one."""

    slug = "open-price-not-allowed"
    title = "This item's price cannot be entered"

    def __init__(self, item_id: ItemId, name: str, field: str) -> None:
        super().__init__(
            f"The price of {name!r} ({item_id}) is fixed by head office.",
            field=field,
            remedy="Leave the price out.",
        )
        self.item_id = item_id


class TaxRateMissing(BadLines):
    """No rate of the item's tax class is in force on the business date."""

    slug = "tax-rate-missing"
    title = "No tax rate is in force"

    def __init__(self, tax_class: TaxClass, field: str) -> None:
        super().__init__(
            f"No rate of the tax class {tax_class.value!r} is in force on this business date.",
            field=field,
            remedy="Head office publishes tax rates; the item cannot be sold before.",
        )
        self.tax_class = tax_class


class AmountTooLarge(BadLines):
    """An amount, or all of them together, beyond what a receipt may hold."""

    slug = "amount-too-large"
    title = "The receipt's amount is too large"

    def __init__(self, amount_minor: int, field: str, decimals: int) -> None:
        super().__init__(
            f"{format_minor(amount_minor, decimals)} is more than a receipt may hold, "
            f"{format_minor(MINOR_MAX, decimals)}.",
            field=field,
            remedy="Look at quantity and price again.",
        )
        self.amount_minor = amount_minor


class OriginalNotFound(BadLines):
    """The line to take back is not a sale line of this store."""

    slug = "original-not-found"
    title = "The original sale line is not known at this store"

    def __init__(self, sale_id: SaleId, line_no: int, field: str) -> None:
        super().__init__(
            f"This store knows no sale line {line_no} of the sale {sale_id}.",
            field=field,
            remedy="Take the original from its receipt; goods go back where they were bought.",
        )
        self.sale_id = sale_id
        self.line_no = line_no


class CurrencyDiffers(BadLines):
    """The original was sold in another currency than the store's."""

    slug = "currency-differs"
    title = "The original was sold in another currency"

    def __init__(self, sold_in: str, store_in: str, field: str) -> None:
        super().__init__(
            f"The original was sold in {sold_in}; this store's money is {store_in} now.",
            field=field,
            remedy="Agree with head office on the amount, pay it out of the till with that reason "
            "(paid out), and book the goods in as an adjustment.",
        )
        self.sold_in = sold_in
        self.store_in = store_in


class ReturnedMoreThanSold(BadLines):
    """More of a line would come back than was sold."""

    slug = "returned-more-than-sold"
    title = "More would come back than was sold"

    def __init__(self, wanted_milli: int, left_milli: int, field: str) -> None:
        super().__init__(
            f"{wanted_milli:,} thousandths would come back; {left_milli:,} can.",
            field=field,
            remedy="Take back at most what was sold and has not come back yet.",
        )
        self.wanted_milli = wanted_milli
        self.left_milli = left_milli


class ReturnPriceDiffers(BadLines):
    """A return line states another price than its original."""

    slug = "return-price-differs"
    title = "A return has the price of its original"

    def __init__(self, stated_minor: int, original_minor: int, field: str, decimals: int) -> None:
        super().__init__(
            f"The line states a price of {format_minor(stated_minor, decimals)}; it was sold at "
            f"{format_minor(original_minor, decimals)}.",
            field=field,
            remedy="Leave the price out.",
        )
        self.stated_minor = stated_minor
        self.original_minor = original_minor


class NothingReturned(BadLines):
    """A return without a line that takes something back."""

    slug = "nothing-returned"
    title = "The return takes nothing back"

    def __init__(self) -> None:
        super().__init__(
            "No line of the return names an original sale line.",
            field="lines",
            remedy="Name the original of at least one line, or send it as a sale.",
        )
