"""Which line of an acquirer's or a bank's file is what a shop took: a tender of a receipt, or a bag
of cash on its way to the bank.

Three rules, one after the other, each over what the one before left:

1. *By reference*: the file's reference is the tender's, or the bag's number (case and blanks
   aside). Of several with one reference the one of that amount counts, then the nearest in time.
   Another amount is an exception: it *differs*.
2. *By amount and time*: a line and a taking of one amount within a window, where each is the only
   one that the other may be. A line that says a day and no time may be any moment of that day.
3. What is left of the file is *unknown*, or *several* where more than one taking may be it.

Nothing here is guessed: of two that may be it, neither is taken. A line that was matched or decided
on before is not looked at again, and neither is what it was matched with.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

WINDOW_MS = 15 * 60 * 1_000
"""A terminal's clock and a box's may be so far apart."""
DAY_MS = 24 * 60 * 60 * 1_000
WORD_LETTERS_MIN = 4
"""A shorter word of a bank's text is too common to be a bag's number."""


class LineState(StrEnum):
    """What is known of a line of a file. The first is no exception; the last two are what a person
    said of one."""

    MATCHED = "matched"
    DIFFERS = "differs"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


OPEN = frozenset({LineState.DIFFERS, LineState.SEVERAL, LineState.UNKNOWN})
"""Exceptions that nobody has decided on."""


class MatchedBy(StrEnum):
    """How a line found its tender."""

    REFERENCE = "reference"
    AMOUNT_AND_TIME = "amount and time"


class PaymentLine(NamedTuple):
    """A line of the file. The amount is signed: what was given back is below 0. It happened between
    the two instants (UTC ms, equal where the file says a time); None: the file does not say."""

    line_no: int
    reference: str
    amount_minor: int
    from_ms: int | None
    until_ms: int | None


class TakenKey(NamedTuple):
    """A tender of a receipt by the receipt and its number there; a bag by its deposit's event, and
    0."""

    store_id: UUID
    taken_id: UUID
    taken_no: int


class Taken(NamedTuple):
    """As a shop took it; what it gave back is below 0."""

    key: TakenKey
    reference: str
    amount_minor: int
    at_ms: int


class Matching(NamedTuple):
    """By amount and time a line is at most ``early_ms`` before what it is, and ``late_ms`` after
    it. ``words``: a bank writes a bag's number in the midst of its own words."""

    early_ms: int
    late_ms: int
    words: bool = False


OF_TENDERS = Matching(WINDOW_MS, WINDOW_MS)
OF_DEPOSITS = Matching(DAY_MS, 10 * DAY_MS, words=True)
"""A bank credits a bag days after it left the safe; never before, but for time zones."""


class Found(NamedTuple):
    """What became of a line; ``taken``: which it is, also where the amount differs."""

    line_no: int
    state: LineState
    taken: TakenKey | None = None
    by: MatchedBy | None = None


def day_of(instant_ms: int) -> date:
    """The day in UTC.

    >>> day_of(-1)
    datetime.date(1969, 12, 31)
    """
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=instant_ms)).date()


def same_reference(text: str) -> str:
    """As references are compared.

    >>> same_reference(" ab 12-3 ")
    'AB12-3'
    """
    return "".join(text.split()).upper()


def references_said(text: str, *, words: bool) -> tuple[str, ...]:
    """What a line's reference may name, the whole of it first; with ``words`` each word that has a
    digit and is long enough.

    >>> references_said("Cash dep. 00417-A shop 3", words=True)
    ('CASHDEP.00417-ASHOP3', '00417-A')
    """
    whole = same_reference(text)
    if not whole:
        return ()
    parts = [same_reference(word) for word in text.split()] if words else []
    named = [
        one
        for one in parts
        if len(one) >= WORD_LETTERS_MIN and any(letter.isdigit() for letter in one)
    ]
    return (whole, *(one for one in named if one != whole))


def match(lines: Sequence[PaymentLine], taken: Sequence[Taken], how: Matching) -> tuple[Found, ...]:
    """Each line's state, in the order of the lines; a taking is one line's at most."""
    found = _by_reference(lines, taken, how)
    used = {one.taken for one in found.values()}
    left = [line for line in lines if line.line_no not in found]
    free = [one for one in taken if one.key not in used]
    found.update(_by_amount_and_time(left, free, how))
    return tuple(found[line.line_no] for line in lines)


def _by_reference(
    lines: Sequence[PaymentLine], taken: Iterable[Taken], how: Matching
) -> dict[int, Found]:
    """Those of equal amount first, so that no other line takes what they are."""
    named: defaultdict[str, list[Taken]] = defaultdict(list)
    for one in taken:
        if one.reference:
            named[same_reference(one.reference)].append(one)
    found: dict[int, Found] = {}
    used: set[TakenKey] = set()
    for state in (LineState.MATCHED, LineState.DIFFERS):
        for line in lines:
            if line.line_no in found:
                continue
            may_be = [
                one
                for said in references_said(line.reference, words=how.words)
                for one in named.get(said, ())
                if one.key not in used
                and (state is LineState.DIFFERS or one.amount_minor == line.amount_minor)
            ]
            if may_be:
                nearest = min(may_be, key=lambda one: (_apart_ms(line, one), one.key))
                used.add(nearest.key)
                found[line.line_no] = Found(line.line_no, state, nearest.key, MatchedBy.REFERENCE)
    return found


def _by_amount_and_time(
    lines: Sequence[PaymentLine], taken: Iterable[Taken], how: Matching
) -> dict[int, Found]:
    of_amount: defaultdict[int, list[Taken]] = defaultdict(list)
    for one in taken:
        of_amount[one.amount_minor].append(one)
    may_be = {
        line.line_no: [
            one.key for one in of_amount[line.amount_minor] if _within(line, one.at_ms, how)
        ]
        for line in lines
    }
    wanted = Counter(key for keys in may_be.values() for key in keys)
    found = {}
    for number, keys in may_be.items():
        if len(keys) == 1 and wanted[keys[0]] == 1:
            by = MatchedBy.AMOUNT_AND_TIME
            found[number] = Found(number, LineState.MATCHED, keys[0], by)
        else:
            found[number] = Found(number, LineState.SEVERAL if keys else LineState.UNKNOWN)
    return found


def _within(line: PaymentLine, at_ms: int, how: Matching) -> bool:
    if line.from_ms is None or line.until_ms is None:
        return False
    return line.until_ms >= at_ms - how.early_ms and line.from_ms <= at_ms + how.late_ms


def _apart_ms(line: PaymentLine, taken: Taken) -> int:
    """0 within the line's own moments."""
    if line.from_ms is None or line.until_ms is None:
        return 0
    return max(line.from_ms - taken.at_ms, taken.at_ms - line.until_ms, 0)
