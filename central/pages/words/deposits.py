"""What the page of deposits says, and the page of a day's cash of each."""

from collections.abc import Sequence

from central.domain.deposit import DepositState
from central.pages.words.figures import amount
from central.reports.deposits import DepositSaid
from sync.protocol.counted import counted

title = "Deposits"
heading = "Cash on its way to the bank"
none_yet = "No shop has brought cash to the bank in these days."
bag = "Bag"
shop = "Shop"
day = "Day"
left = "Left the safe"
by = "By"
paid = "In the bag"
credited = "The bank credited"
credited_on = "Credited on"
what = "What is known"
reason = "Why"
accept = "Accept"
dispute = "Dispute"
every_state = "Any"
every_store = "Every store"
days = "Days back"
late = "A bag is late after so many days"
late_save = "Save"
show = "Show"
no_day = "no open day"
payments = "Files of acquirers and banks"
line = "Decide on the bank's line"
command = "central import deposits FILE --source NAME"
command_hint = (
    "Bring the bank's file in with ",
    ": any CSV or workbook; its columns are mapped once. Lines are matched by the bag's number,"
    " then by amount and date.",
)

_STATES = {
    DepositState.CREDITED: "credited",
    DepositState.IN_TRANSIT: "in transit",
    DepositState.ANOTHER_AMOUNT: "credited another amount",
    DepositState.LATE: "not credited",
    DepositState.ACCEPTED: "accepted",
    DepositState.DISPUTED: "disputed",
}
_COLOURS = {
    DepositState.CREDITED: "green",
    DepositState.IN_TRANSIT: "none",
    DepositState.ANOTHER_AMOUNT: "amber",
    DepositState.LATE: "amber",
    DepositState.ACCEPTED: "green",
    DepositState.DISPUTED: "red",
}
_SINCE = frozenset({DepositState.IN_TRANSIT, DepositState.LATE})


def late_is(days: int) -> str:
    """What the company says."""
    return f"A bag that the bank has not credited is late after {counted(days, 'day')}."


def state(of: DepositState) -> str:
    """Its name."""
    return _STATES[of]


def colour(of: DepositState) -> str:
    """Beside its name."""
    return _COLOURS[of]


def known(one: DepositSaid) -> str:
    """``not credited for 7 days``."""
    said = _STATES[one.state]
    if one.state not in _SINCE:
        return said
    return f"{said} for {counted(one.days, 'day')}" if one.days else f"{said} since today"


def summary(every: Sequence[DepositSaid], decimals: int) -> str:
    """The answer first: what needs a person, and what is on its way."""
    needs = [one for one in every if one.open]
    on_way = [one for one in every if one.state is DepositState.IN_TRANSIT]
    told = "No bag needs a decision"
    if needs:
        word = "needs" if len(needs) == 1 else "need"
        missing = amount(sum(one.undecided_minor for one in needs), decimals)
        told = f"{counted(len(needs), 'bag')} {word} a decision, {missing} not credited"
    carried = amount(sum(one.moved.amount_minor for one in on_way), decimals)
    return f"{told}; {counted(len(on_way), 'bag')} in transit, {carried}."


def decided(one: DepositSaid, ago: str) -> str:
    """Who decided on it and why."""
    return "" if one.decided is None else f"{one.decided.reason} ({one.decided.by}, {ago})"
