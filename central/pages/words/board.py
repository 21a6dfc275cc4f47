"""What the board says."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from central.domain.day_state import CALM, DayState
from central.domain.incarnation import Expected
from central.pages.words.figures import NOT_KNOWN, ago, amount, change
from central.pages.words.signing import in_short
from central.pages.words.states import word
from central.reports.board import Board
from central.reports.day_cells import Cell, DateFoot
from central.reports.incarnation import Past
from sync.http.written import local_time
from sync.protocol.counted import counted

show = "Show"
total = "Total"
of_which_proven = "of which proven"
of_which_not_heard = "of which not heard"
nothing = "–"
newest = "Each store's newest day"
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

no_mirror = (
    "What head office decides has no mirror on another disk: after the last copy of its database it"
    " would be lost with that."
)
TO_COME = {
    Expected.CONTACT: "has not called since",
    Expected.EVENTS: "sends its receipts again",
    Expected.RIGHTS: "has not said which points it may spend",
    Expected.FORGOTTEN: "has a box that was replaced and has not said which points it was given",
}


def put_back(past: Past) -> str | None:
    """None: nothing of it is worth a word."""
    if past.since.begun_at_ms == 0 or not (past.expected or past.since.lost_since_ms):
        return None
    found = local_time(past.since.begun_at_ms, "UTC")
    said = f"Head office was put back to an older state; that was found {found} UTC."
    if past.since.lost_since_ms is not None:
        lost = local_time(past.since.lost_since_ms, "UTC")
        said += f" What was decided after {lost} UTC is lost: revoke, erase and write off again."
    if past.expected:
        owing = ", ".join(f"{one.store_code} {TO_COME[one.what]}" for one in past.expected)
        return f"{said} Still to come: {owing}."
    return f"{said} Every store has sent everything again."


def summary(found: Board, decimals: int) -> str:
    """What a reader wants to know first, and what a screen reader hears when it changes."""
    cells = [cell for row in found.rows for cell in row.cells if cell.state is not None]
    codes, dates_ = {row.code for row in found.rows}, frozenset(found.dates)
    outside = [
        line
        for line in found.unresolved
        if line.day is not None and not (line.code in codes and line.day.business_date in dates_)
    ]
    states = [*(cell.state for cell in cells), *(line.state for line in outside)]
    parted = [cell.difference_minor for cell in cells if cell.state is DayState.DIFFERS]
    parted += [line.difference_minor for line in outside if line.state is DayState.DIFFERS]
    said = [_answer(states, sum(one or 0 for one in parted), found, decimals)]
    said.append(f"{counted(len(found.lines), 'store')}: {_by_state(found)}.")
    others = len(found.unresolved) + found.more_unresolved
    if others:
        said.append(f"{counted(others, 'other day')} not settled.")
    return " ".join(said)


def _answer(
    states: Sequence[DayState | None], together_minor: int, found: Board, decimals: int
) -> str:
    """``2 of 41 days differ, by -1.00 together; 1 reopened; 3 stores not heard.``"""
    tally = Counter(states)
    days, differ, reopened = len(states), tally[DayState.DIFFERS], tally[DayState.REOPENED]
    if not days:
        return "No day has arrived."
    if differ:
        verb = "differs" if differ == 1 else "differ"
        said = f"{differ} of {counted(days, 'day')} {verb}, by {amount(together_minor, decimals)}"
        said += " together" if differ > 1 else ""
    elif tally[DayState.PROVEN] + tally[DayState.SIGNED] == days:
        said = "The one day is proven" if days == 1 else f"All {days} days are proven"
    else:
        said = f"None of {counted(days, 'day')} differs"
    if reopened:
        said += f"; {reopened} reopened since signed"
    silent = {
        row.code
        for row in found.rows
        if tally[DayState.NOT_HEARD] and any(cell.state is DayState.NOT_HEARD for cell in row.cells)
    }
    if silent:
        said += f"; {counted(len(silent), 'store')} not heard"
    return f"{said}."


def _by_state(found: Board) -> str:
    """Of the stores' newest days: those that are proven, and every other state that one is in."""
    tally = Counter(line.state for line in found.lines if line.state is not None)
    proven = tally.pop(DayState.PROVEN, 0) + tally.pop(DayState.SIGNED, 0)
    others = [
        f"{tally[state]} {_of_many(state, tally[state])}" for state in DayState if tally[state]
    ]
    return ", ".join([f"{proven} proven", *others])


def _of_many(state: DayState, count: int) -> str:
    return "differ" if state is DayState.DIFFERS and count > 1 else word(state)


def by_day(company: str, currency: str) -> str:
    """The first table's caption."""
    return f"Days of {company}, the stores with the worst first, amounts in {currency}"


def dates(count: int) -> str:
    """How many dates stand side by side."""
    return f"{count} days"


def short_date(on: date) -> str:
    """``Mon 23 Nov``."""
    return f"{on:%a} {on.day} {on:%b}"


def since(heard_ms: int | None, now_ms: int) -> str:
    """Beside a date on which nobody heard of the store: ``since 5 min ago``, ``never``."""
    return f"since {ago(heard_ms, now_ms)}" if heard_ms else ago(None, now_ms)


def cell(one: Cell, unheard_since: str, decimals: int) -> str:
    """Beside the state: by how much it differs or was corrected, since when nobody was heard, or
    what the day adds up to."""
    if one.state in CALM:
        return amount(one.total_minor, decimals)
    match one.state:
        case DayState.DIFFERS if one.differing:
            by = change(one.difference_minor or 0, "minor", decimals)
            return f"{by}, {counted(one.differing, 'figure')}"
        case DayState.REOPENED if one.correction:
            return in_short(one.correction, decimals)
        case DayState.NOT_HEARD if one.total_minor is None:
            return unheard_since
        case _:
            return amount(one.total_minor, decimals)


def cash(over_short_minor: int, decimals: int) -> str:
    """``cash 12.00 short``: what people counted, which no side differs about."""
    word_ = "over" if over_short_minor > 0 else "short"
    return f"cash {amount(abs(over_short_minor), decimals)} {word_}"


def unheard(foot: DateFoot, decimals: int) -> str:
    """What is here of stores that are not heard, and how many those are."""
    if not foot.unheard:
        return amount(0, decimals)
    return f"{amount(foot.unheard_minor, decimals)} + {counted(foot.unheard, 'store')} {NOT_KNOWN}"


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
