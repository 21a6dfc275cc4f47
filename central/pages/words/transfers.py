"""What the page of goods between stores says."""

from types import MappingProxyType

from sync.protocol.between_stores import OVERDUE_DAYS

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
first_page = "First page"
next_page = "Next page"
command_hint = ("The same at a terminal: ", ".")
command = "central transfer ask S01 S02 BUN=12"
