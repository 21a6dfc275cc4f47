"""What the pages of stock say: value, margin, lots, serial numbers."""

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from central.pages.words.figures import amount
from central.reports.expiring import LotWorth, worth_of
from central.reports.stock_history import Part
from central.reports.stock_look import Sold, StoreWorth
from sync.http.written import quantity
from sync.protocol.counted import counted

title = "Stock"
value = "Value"
margin = "Margin"
lots = "Lots"
serials = "Serial numbers"
about_value = (
    "What is there at its moving average cost, as each store's journal says it. Came in = went out"
    " unsold + cost of sales + what counts missed + what is there."
)
about_margin = (
    "Without tax, at the cost that stands on each line. Costs that were heard of afterwards are put"
    " right on the date on which they came."
)
about_lots = (
    "Goods that went out without a lot are taken to be of what expired first; a lot is worth its"
    " share of its item."
)
on_hand = "On hand"
items = "Items"
oversold = "Below zero"
unknown = "Of no known cost"
worth = "Worth"
unit_cost = "A unit"
came = "Came in"
went = "Went out unsold"
cost_of_sales = "Cost of sales"
missed = "Counts missed"
put_right = "Put right"
net = "Sold, without tax"
cost = "Cost"
margin_of = "Margin"
left = "Left"
unknown_milli = "Units of no known cost"
lot = "Lot"
no_lot = "no lot"
last_day = "Last day"
days_left = "Days left"
within = "Last day within"
first = "First day"
last = "Last day"
when = "When"
what = "What"
after_it = "Then on hand"
worth_then = "Then worth"
why = "Which"
serial = "Serial number"
sold_times = "Sold"
back_times = "Came back"
stores = "Stores"
find = "Find"
moves = "Each movement"
twice = "Sold more often than it came back"
none_twice = "No serial number was sold more often than it came back."
not_met = "No goods with this number were met anywhere."
nothing_yet = "Nothing has moved here yet."
nothing_sold = "Nothing was sold on these days."
no_lots = "Nothing expires within these days."
lines = "Lines of receipts"
put_right_by = "What was put right by"
all_of_it = "All movements"

kinds = MappingProxyType(
    {
        "sale": "sold",
        "return": "came back",
        "receipt": "received",
        "adjustment": "adjusted",
        "waste": "waste",
        "own_use": "own use",
        "count": "counted",
        "transfer_out": "sent to another store",
        "transfer_in": "came from another store",
        "supplier_return": "sent back to a supplier",
    }
)
part = MappingProxyType(
    {Part.CAME: came, Part.WENT: went, Part.SOLD: cost_of_sales, Part.COUNTED: missed}
)


def within_days(days: int) -> str:
    """A choice: ``every lot``, ``today``, ``7 days``."""
    if days < 0:
        return "every lot"
    return counted(days, "day") if days else "today"


def left_of(lot: LotWorth) -> str:
    """``over for 3 days``, ``the last day``, ``5 days``."""
    if lot.days_left is None:
        return ""
    if lot.days_left < 0:
        return f"over for {counted(-lot.days_left, 'day')}"
    return counted(lot.days_left, "day") if lot.days_left else "the last day"


def value_summary(every: Sequence[StoreWorth], currency: str, decimals: int) -> str:
    """The answer first."""
    whole = amount(sum(one.worth_minor for one in every), decimals)
    said = f"{counted(len(every), 'store')} hold goods worth {currency} {whole}"
    below = sum(one.oversold for one in every)
    unsure = sum(one.unknown for one in every)
    more = []
    if below:
        more.append(f"{counted(below, 'item')} below zero")
    if unsure:
        more.append(f"{counted(unsure, 'item')} of no known cost, worth nothing here")
    return f"{'; '.join([said, *more])}."


def item_summary(on_hand_milli: int, worth_minor: int, currency: str, decimals: int) -> str:
    """What is there now."""
    return f"{quantity(on_hand_milli)} on hand, worth {currency} {amount(worth_minor, decimals)}."


def margin_summary(total: Sold, first: date, last: date, money: tuple[str, int]) -> str:
    """``money``: the currency and its decimals."""
    currency, decimals = money
    sold, left_of_it = amount(total.net_minor, decimals), amount(total.left_minor, decimals)
    return f"From {first} to {last}: {currency} {sold} sold without tax, {left_of_it} left of it."


def lots_summary(
    listed: Sequence[LotWorth], over: Sequence[LotWorth], currency: str, decimals: int
) -> str:
    """The answer first: what is over."""
    whole = f"{counted(len(listed), 'lot')} in the list, worth {currency}"
    said = f"{whole} {amount(worth_of(listed), decimals)}"
    if not over:
        return f"Nothing is over; {said}."
    word = "is" if len(over) == 1 else "are"
    lost = amount(worth_of(over), decimals)
    return f"{counted(len(over), 'lot')} {word} over, worth {currency} {lost}; {said}."


def serial_title(sought: str) -> str:
    """Above its movements."""
    return f"Where {sought} was met"


def of_store(name: str, code: str) -> str:
    """A heading."""
    return f"{name} ({code})"
