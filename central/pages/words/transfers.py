"""What the page of goods between stores says."""

from collections.abc import Sequence
from types import MappingProxyType

from central.pages.words.figures import amount
from central.reports.wishes import InState
from sync.protocol.between_stores import OVERDUE_DAYS, GoodsState
from sync.protocol.counted import counted

title = "Transfers"
about = (
    "Goods between stores: what head office or a store wishes, what is on its way, what differs."
)
between = "From, to"
state = "State"
states = MappingProxyType(
    {
        "wished": ("Wished", "amber"),
        "cancelled": ("Not sent", "grey"),
        "unheard": ("Came; nobody heard yet that it was sent", "amber"),
        "in_transit": ("On its way", "amber"),
        "differs": ("Differs", "red"),
        "arrived": ("There", "green"),
        "closed": ("Settled, though it differs", "grey"),
    }
)
overdue = f"On its way for more than {OVERDUE_DAYS} days"
number = "Number"
wish = "Wish"
of_head_office = "of head office"
of_store = "of the store"
goods = "Goods"
wished, sent, came = "wished", "sent", "came"
why = "Who said what"
since = "Since"
none_yet = "No goods go between stores, and none are wished."
ask_title = "Ask a store to send goods"
sender = "From store"
receiver = "To store"
goods_hint = "A line each: the item's id, a space, how many. Such as: BUN 12"
reason = "Reason"
ask = "Ask"
end = "Wish it no more"
by_state = "What each state comes to"
by_state_hint = "What is sent for a wish is counted as a transfer of its own."
wishes = "Wishes"
sent_worth = "Sent, at cost"
missing_worth = "Not there, at cost"
command_hint = ("The same at a terminal: ", ".")
command = "central transfer ask S01 S02 BUN=12"


def summary(states: Sequence[InState], overdue: int, currency: str, decimals: int) -> str:
    """The answer first: what is on its way, and what needs somebody."""
    by_state = {one.state: one for one in states}
    said = []
    for state, what in (
        (GoodsState.IN_TRANSIT, "on the way"),
        (GoodsState.DIFFERS, "of which not all came"),
    ):
        if (one := by_state.get(state)) is not None and one.transfers:
            worth = amount(one.missing_minor, decimals)
            said.append(
                f"{counted(one.transfers, 'transfer')} {what}, {currency} {worth} not there"
            )
    if overdue:
        said.append(f"{counted(overdue, 'transfer')} overdue")
    return f"{'; '.join(said)}." if said else "Nothing is on its way, and nothing differs."
