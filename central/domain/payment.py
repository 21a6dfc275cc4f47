"""Which line of an acquirer's or a bank's file is which tender of a receipt.

Three rules, one after the other, each over what the one before left:

1. *By reference*: the file's reference is the tender's (case and blanks aside). Of several tenders
   with one reference the one of that amount counts, then the nearest in time. Another amount is an
   exception: it *differs*.
2. *By amount and time*: a line and a tender of one amount within a window, where each is the only
   one that the other may be. A line that says a day and no time may be any moment of that day.
3. What is left of the file is *unknown*, or *several* where more than one tender may be it.

Nothing here is guessed: of two that may be it, neither is taken. A line that was matched or decided
on before is not looked at again, and neither is its tender.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

WINDOW_MS = 15 * 60 * 1_000
"""A terminal's clock and a box's may be so far apart."""


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


class TenderKey(NamedTuple):
    """A tender of a receipt."""

    store_id: UUID
    sale_id: UUID
    tender_no: int


class TakenTender(NamedTuple):
    """As a shop took it; what it gave back is below 0."""

    key: TenderKey
    reference: str
    amount_minor: int
    at_ms: int


class Found(NamedTuple):
    """What became of a line; ``tender``: which it is, also where the amount differs."""

    line_no: int
    state: LineState
    tender: TenderKey | None = None
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


def match(lines: Sequence[PaymentLine], tenders: Sequence[TakenTender]) -> tuple[Found, ...]:
    """Each line's state, in the order of the lines; a tender is one line's at most."""
    found = _by_reference(lines, tenders)
    used = {one.tender for one in found.values()}
    left = [line for line in lines if line.line_no not in found]
    free = [tender for tender in tenders if tender.key not in used]
    found.update(_by_amount_and_time(left, free))
    return tuple(found[line.line_no] for line in lines)


def _by_reference(lines: Sequence[PaymentLine], tenders: Iterable[TakenTender]) -> dict[int, Found]:
    """Those of equal amount first, so that no other line takes their tender."""
    named: defaultdict[str, list[TakenTender]] = defaultdict(list)
    for tender in tenders:
        if tender.reference:
            named[same_reference(tender.reference)].append(tender)
    found: dict[int, Found] = {}
    used: set[TenderKey] = set()
    for state in (LineState.MATCHED, LineState.DIFFERS):
        for line in lines:
            if not line.reference or line.line_no in found:
                continue
            may_be = [
                tender
                for tender in named[same_reference(line.reference)]
                if tender.key not in used
                and (state is LineState.DIFFERS or tender.amount_minor == line.amount_minor)
            ]
            if may_be:
                nearest = min(may_be, key=lambda tender: (_apart_ms(line, tender), tender.key))
                used.add(nearest.key)
                found[line.line_no] = Found(line.line_no, state, nearest.key, MatchedBy.REFERENCE)
    return found


def _by_amount_and_time(
    lines: Sequence[PaymentLine], tenders: Iterable[TakenTender]
) -> dict[int, Found]:
    of_amount: defaultdict[int, list[TakenTender]] = defaultdict(list)
    for tender in tenders:
        of_amount[tender.amount_minor].append(tender)
    may_be = {
        line.line_no: [
            tender.key
            for tender in of_amount[line.amount_minor]
            if line.from_ms is not None and _apart_ms(line, tender) <= WINDOW_MS
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


def _apart_ms(line: PaymentLine, tender: TakenTender) -> int:
    """0 within the line's own moments."""
    if line.from_ms is None or line.until_ms is None:
        return 0
    return max(line.from_ms - tender.at_ms, tender.at_ms - line.until_ms, 0)
