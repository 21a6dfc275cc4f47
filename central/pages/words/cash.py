"""What the page of a day's cash says."""

from collections.abc import Sequence
from datetime import date

from central.pages.words.figures import amount
from central.reports.day_cash import CountLine, DayCash
from sync.protocol.counted import counted as counted_words

title = "Cash"
hint = (
    "Cash that moved without a sale. Into a drawer and into the safe is above zero, out of it"
    " below: what goes from one to the other stands once in each. What customers gave is in the"
    " day's figures."
)
sums = "What it adds up to"
moves = "Every movement"
counts = "Counts"
counts_hint = (
    "A count leaves its till open and is never changed: whoever counts again makes a recount. What"
    " the till was settled by stands last. Blind: whoever counted did not know what was expected."
)
safe = "Safe"
when = "When"
kind = "Kind"
times = "Times"
till = "At"
why = "Why"
drawer = "Drawer"
holds = "Safe then holds"
pieces = "Notes and coins"
count = "Count"
tender = "Tender"
expected = "Expected"
counted = "Counted"
over_short = "Over or short"
nothing = "No cash moved on this day but in sales."
no_counts = "No drawer was counted on this day."
bags = "To the bank"
all_deposits = "All deposits"
foreign = "Cash of other currencies"
foreign_hint = (
    "What customers gave of it, counted among the cash by what it was worth: so much of what the"
    " drawers should hold is in these currencies."
)
currency = "Currency"
receipts = "Receipts"
handed = "Handed over"
worth = "Worth"

_KINDS = {
    "float": "Float of a till",
    "loan": "Loan, from the safe",
    "pickup": "Pickup, into the safe",
    "paid_in": "Paid in",
    "paid_out": "Paid out",
    "settled": "Drawer settled, into the safe",
    "carried": "Drawer of a box that is gone",
    "safe_count": "Safe counted",
    "deposit": "To the bank",
}


def kind_of(name: str) -> str:
    """A movement's kind; one that is not known here by its own name."""
    return _KINDS.get(name, name)


def of_day(store_code: str, business_date: date) -> str:
    """The page's heading."""
    return f"Cash of {store_code} on {business_date}"


def caption(what: str, business_date: date, currency: str) -> str:
    """A table's."""
    return f"{what} on {business_date}, amounts in {currency}"


def summary(cash: DayCash, decimals: int) -> str:
    """The answer first."""
    return (
        f"The safe should hold {amount(cash.after_minor, decimals)} at the end of the day, after"
        f" {amount(cash.before_minor, decimals)} at its beginning."
        f" {_counted(cash.counts, decimals)}"
    )


def _counted(lines: Sequence[CountLine], decimals: int) -> str:
    settled = [one for one in lines if one.number is None and one.is_cash]
    off = [one for one in settled if one.over_short_minor]
    if not settled:
        return "No till was settled by a count yet."
    tills = counted_words(len(settled), "till")
    if not off:
        return f"{tills} settled, none over or short."
    sum_minor = sum(one.over_short_minor for one in off)
    return f"{tills} settled, {len(off)} over or short, by {amount(sum_minor, decimals)} together."


def number(one: CountLine) -> str:
    """``Count``, ``Recount 2``, ``Settled``."""
    if one.number is None:
        return "Settled"
    said = "Count" if one.number == 1 else f"Recount {one.number}"
    return f"{said}, blind" if one.blind else said


def pieces_of(told: Sequence[tuple[int, int]], decimals: int) -> str:
    """``2 × 50.00, 4 × 10.00``; empty where the sum alone was told."""
    return ", ".join(f"{count} × {amount(face, decimals)}" for face, count in told)
