"""What the pages of payments say."""

from central.domain.payment import LineState
from central.pages.words.figures import amount
from central.reports.payments import PaymentException, PaymentFileSaid
from central.usecases.payment.sought import DEPOSITS, PAYMENTS
from sync.protocol.counted import counted
from sync.protocol.facts import Outcome

title = "Payments"
files = "Files of acquirers and banks"
none_yet = "No file was brought in yet."
command = "central import payments FILE --source NAME"
deposits_command = "central import deposits FILE --source NAME"
command_hint = (
    "Bring one in with ",
    ", a bank's of the cash that shops brought with ",
    ": any CSV or workbook; its columns are mapped once.",
)
deposits_hint = "Bags of cash that left the shops' safes, and what the bank says of each."
about = "About"
source = "Source"
file = "File"
days = "Days"
payments = "Payments"
total = "Total"
matched = "Matched"
exceptions = "Exceptions"
brought = "Brought in"
again = "Match again"
none_open = "Every line is what a shop took, or was decided on."
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

_DECIDED = {LineState.ACCEPTED: "accepted", LineState.DISPUTED: "disputed"}
_STATES = {
    PAYMENTS: {
        LineState.DIFFERS: "another amount than the receipt",
        LineState.SEVERAL: "more than one receipt may be it",
        LineState.UNKNOWN: "no receipt is known",
        **_DECIDED,
    },
    DEPOSITS: {
        LineState.DIFFERS: "another amount than the shop's bag",
        LineState.SEVERAL: "more than one bag may be it",
        LineState.UNKNOWN: "no bag is known",
        **_DECIDED,
    },
}
_ABOUT = {PAYMENTS: "cards and codes", DEPOSITS: "deposits of cash"}
_TAKEN = {PAYMENTS: taken, DEPOSITS: "In the shop's bag"}
_AGAIN = {
    PAYMENTS: "Receipts that have arrived since may be what is missing.",
    DEPOSITS: "Deposits that have arrived since may be what is missing.",
}

_UNSURE = {
    Outcome.OFFLINE.value: "offline: the bank was not asked, and may refuse it yet",
    Outcome.ON_SIGHT.value: "on sight, of the customer's telephone",
}


def unsure(outcome: str | None) -> str | None:
    """How a tender was taken that may not come; None of one that whoever pays has confirmed."""
    return _UNSURE.get(outcome or "")


def of(kind: str) -> str:
    """What a file is about."""
    return _ABOUT[kind]


def taken_of(kind: str) -> str:
    """What a shop had, as the head of its column."""
    return _TAKEN[kind]


def again_hint(kind: str) -> str:
    """Why it may be looked for again."""
    return _AGAIN[kind]


def state(one: PaymentException, kind: str) -> str:
    """What an exception is, in a file of this kind."""
    return _STATES[kind][one.state]


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
