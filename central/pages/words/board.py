"""What the board says."""

from datetime import date

from central.domain.day_verdict import Colour
from central.pages.words.figures import counted
from central.reports.board import Board

show = "Show"
newest_of_each = "Newest day of each store"
stores = "Stores"
no_store = ("No store yet. Open one: ", ".")
open_a_store = "central store add CODE"
all_days = "all days"
no_day = "none yet"
unresolved = "Other days that are not settled"
unresolved_hint = (
    "Each stays here until it is proven. A day whose date is still to come was opened, or sold on,"
    " with a wrong date."
)
still_to_come = "still to come"
first_stores = "First stores"
next_stores = "Next stores"
away = "Head office does not answer: the figures above are the last ones that it gave."


def summary(found: Board) -> str:
    """What a screen reader hears when it changes."""
    days = [line.day for line in found.lines if line.day is not None]
    by_colour = {colour: sum(day.colour is colour for day in days) for colour in Colour}
    others = len(found.unresolved) + found.more_unresolved
    said = (
        f"{counted(len(found.lines), 'store')}: {by_colour[Colour.GREEN]} proven,"
        f" {by_colour[Colour.AMBER]} not proven yet, {by_colour[Colour.RED]} differing."
    )
    return f"{said} {counted(others, 'other day')} not settled." if others else said


def stores_of(company: str, currency: str) -> str:
    """The table's caption."""
    return f"Stores of {company}, amounts in {currency}"


def sum_of(count: int, business_date: date) -> str:
    """The table's foot."""
    return f"Sum of {counted(count, 'store')} on {business_date}"


def unresolved_days(currency: str) -> str:
    """The second table's caption."""
    return f"Days beside the newest ones, the latest first, amounts in {currency}"


def more_unresolved(count: int) -> str:
    """What the second table has no room for."""
    return f"{counted(count, 'more day')} not settled: see each store's days."
