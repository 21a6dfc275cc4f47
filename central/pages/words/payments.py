"""What the pages of payments say."""

from central.domain.payment import LineState
from central.pages.words.figures import amount
from central.reports.payments import PaymentException, PaymentFileSaid
from sync.protocol.counted import counted
from sync.protocol.facts import Outcome

title = "Payments"
files = "Files of acquirers and banks"
none_yet = "No file was brought in yet."
command = "central import payments FILE --source NAME"
command_hint = ("Bring one in with ", ": any CSV or workbook; its columns are mapped once.")
source = "Source"
file = "File"
days = "Days"
payments = "Payments"
total = "Total"
matched = "Matched"
exceptions = "Exceptions"
brought = "Brought in"
again = "Match again"
again_hint = "Receipts that have arrived since may be what is missing."
none_open = "Every payment is a receipt's, or was decided on."
line = "Line"
reference = "Reference"
when = "When"
paid = "In the file"
taken = "Taken in the shop"
what = "What it is"
reason = "Why"
decide = "Decide"
accept = "Accept"
dispute = "Dispute"
unsure_tenders = "Taken without the bank's word"
unsure_hint = "Receipts have these, and no file that was brought in is about them."
shop = "Shop"
receipt = "Receipt"
sold = "Sold"
tender = "Tender"
how = "How it was taken"

_STATES = {
    LineState.DIFFERS: "another amount than the receipt",
    LineState.SEVERAL: "more than one receipt may be it",
    LineState.UNKNOWN: "no receipt is known",
    LineState.ACCEPTED: "accepted",
    LineState.DISPUTED: "disputed",
}

_UNSURE = {
    Outcome.OFFLINE.value: "offline: the bank was not asked, and may refuse it yet",
    Outcome.ON_SIGHT.value: "on sight, of the customer's telephone",
}


def unsure(outcome: str | None) -> str | None:
    """How a tender was taken that may not come; None of one that whoever pays has confirmed."""
    return _UNSURE.get(outcome or "")


def state(one: PaymentException) -> str:
    """What an exception is."""
    return _STATES[one.state]


def summary(said: tuple[PaymentFileSaid, ...], decimals: int) -> str:
    """The answer first: what of all files is open."""
    count = sum(one.open for one in said)
    if not count:
        return none_open
    minor = sum(one.open_minor for one in said)
    word = "needs" if count == 1 else "need"
    return f"{counted(count, 'exception')} {word} a decision, {amount(minor, decimals)} together."


def decided(one: PaymentException, ago: str) -> str:
    """Who decided on it and why."""
    return f"{one.reason} ({one.decided_by}, {ago})"


def spans(one: PaymentFileSaid) -> str:
    """Which days a file is about."""
    if one.first_day is None:
        return "no dates"
    if one.first_day == one.last_day:
        return str(one.first_day)
    return f"{one.first_day} to {one.last_day}"
