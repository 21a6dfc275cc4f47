"""What is refused about a receipt's lines: their numbers, quantities and what they name."""

from dataclasses import KW_ONLY

from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.errors import NotAcceptable
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import ItemId
from sync.protocol.money import QUANTITY_MILLI_MAX
from sync.protocol.units import format_milli


class BadLines(NotAcceptable):
    """A line, or the set of them."""

    field = "lines"


class BadLine(BadLines):
    """One of them, which ``field`` names."""

    _: KW_ONLY
    field: str


class TooManyLines(
    BadLines, slug="too-many-lines", title="The receipt has too many lines, or none"
):
    count: int
    detail = f"The receipt has {{count:,}} lines; from 1 to {LINES_MAX:,} are possible."
    remedy = "Split the basket into several receipts."


class WrongLineNumber(
    BadLines, slug="wrong-line-number", title="The lines are not numbered 1, 2, 3, …"
):
    line_no: int
    expected: int
    detail = "Line number {line_no} stands where {expected} belongs."
    remedy = "Number the lines 1, 2, 3, … in their order, each number once."
    field = "lines[{place}].line_no"

    @property
    def place(self) -> int:
        """The line's, from 0."""
        return self.expected - 1


class WrongQuantity(BadLine, slug="wrong-quantity", title="The quantity is zero or absurd"):
    quantity_milli: int
    detail = (
        "A quantity of {quantity_milli} is not possible: from 0.001 to "
        f"{format_milli(QUANTITY_MILLI_MAX)} are."
    )
    remedy = (
        "Enter how many pieces, or how much; a return names its original line instead of a "
        "negative quantity."
    )


class QuantityNotWhole(BadLine, slug="quantity-not-whole", title="This item is not divided"):
    name: str
    unit: str
    quantity_milli: int
    detail = (
        "{name!r} is counted by {unit!r}, which does not divide; the quantity is {quantity_milli}."
    )
    remedy = "Enter whole pieces."


class QuantityTooLarge(
    BadLines, slug="quantity-too-large", title="The receipt's quantity is too large"
):
    quantity_milli: int
    detail = (
        "The lines come to {quantity_milli}; a receipt may hold "
        f"{format_milli(FIGURE_MAX)} sold, and as much taken back."
    )
    remedy = "Look at the quantities again, or split the basket into several receipts."


class ItemMissing(BadLine, slug="item-missing", title="A line names no item"):
    line_no: int
    detail = "Line {line_no} names neither a scan code nor an item."
    remedy = "Scan the item, or choose it by its name."


class ItemDiffers(BadLine, slug="item-differs", title="The line names two different items"):
    stated: ItemId
    found: ItemId
    detail = "The line names the item {stated!r}, but what it points at is {found!r}."
    remedy = "Name the item once, by scan code or id; a return needs neither."
