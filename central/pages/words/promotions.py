"""What the page of promotions says."""

from central.domain.promotion_text import ARGUMENT
from sync.protocol.counted import counted

title = "Promotions"
name = "Name"
identity = "Id"
kind = "Kind"
takes = "What it takes"
when = "When and for whom"
state = "State"
none_yet = "No promotion is published yet. Publish the first: "
command = "central promotion set BUN3 of=BUN pieces=3 price=10.00 --kind several_for --name …"
costs = "What it cost"
first = "First date"
last = "Last date"
show = "Show"
receipts = "Receipts"
off = "Taken off"
nothing_off = "Nothing was taken off on these dates."
given_back = "Given back with goods that came back"
by_hand = {
    "discount": "by hand, off lines",
    "basket_discount": "by hand, off baskets",
    "voucher": "by vouchers",
}
kinds = {
    "amount_off": "amount off",
    "basket_off": "off the basket",
    "buy_get": "buy and get",
    "by_quantity": "by quantity",
    "percent_off": "percent off",
    "several_for": "several for a price",
    "together": "together",
    "unit_price": "another price",
}


new = "New promotion"
begin = "Write it"
what = "What it takes"
identity_hint = "Short and lasting: letters, digits, - _ or ."
name_hint = "Receipts show it"
keys = {
    "of": ("Of what", "Such as BUN, dept:Bread, but:BUN-6; or all"),
    "buy": ("Who buys of", "Items and departments, as BUN, dept:Bread; or all"),
    "buy_pieces": ("Pieces to buy", "A whole number"),
    "get": ("Gets of", "The same, or other goods"),
    "get_pieces": ("Pieces cheaper", "A whole number"),
    "pieces": ("Pieces together", "A whole number"),
    "price": ("Price", "An amount such as 10.00"),
    "off": ("Amount off each", "An amount such as 0.50"),
    "rate": ("Share off", "A percent such as 20%"),
    "tiers": ("From so many pieces on", "Rising, such as 3 5%; 6 10%"),
    "groups": ("Pieces of each group", "Such as 1 SANDWICH; 1 dept:Drinks"),
    "levels": ("From so much on", "Rising, such as 50.00 5.00; 100.00 10%"),
}
"""Of every kind's arguments, by their names: a label, and how it is typed."""
since = "From"
since_hint = "Such as 2026-12-01T06:00; empty: as it is, or now"
until = "Until"
until_hint = "When it is over; empty: never"
hours = "Hours"
hours_hint = "Such as mon-fri 17:00-19:00; sat 9:00-12:00; empty: always"
groups = "Groups of customers"
coupons = "Coupons"
zones = "Price zones"
commas = "Commas between; empty: all"
coupons_hint = "Codes with commas between; empty: none is asked for"
priority = "Priority"
priority_hint = "A higher one has the goods first; empty: 0"
times = "Times a receipt"
times_hint = "At most so often; empty: as often as it can"
alone = "Stands alone: what takes part in it takes part in nothing else"
_OF_KIND = {
    ("buy_get", "rate"): "A percent such as 50%; empty: they are free",
    ("basket_off", "of"): "Such as dept:Bread; empty: all of the basket",
    ("together", "price"): "Of all together, such as 7.90; or a share off",
    ("together", "rate"): "Of all together, such as 10%; or a price",
}
"""How some are typed in one kind."""
_LABELS = {
    "promotion_id": identity,
    "name": name,
    "kind": kind,
    "since": since,
    "until": until,
    "hours": hours,
    "groups": groups,
    "coupons": coupons,
    "zones": zones,
    "priority": priority,
    "alone": "Stands alone",
    "times": times,
}
save_draft = "Keep as a draft"
approve = "Approve and publish"
own_draft = "You drafted it: somebody else has to approve it."
behind = "Since this was drafted, something else was published, which the draft does not know of:"
not_yet = "It is worked out while you write."
what_approval_does = "What approving it changes"
after = "With the draft"
published_since = "Published since it was drafted"
what_changed = "What"
upon = "When it was drafted"
published_now = "Published now"
in_draft = "In the draft"
nothing = "nothing"
renew = "Take it into the draft"
approve_over = "Approve the draft in its place"
end = "End it now"
example = "An example"
no_example = "No goods with a price in the main zone are there for an example."
states = {"draft": "amber", "scheduled": "grey", "in force": "green", "ended": "grey"}
done = {
    "drafted": "It is kept as a draft; nothing is published of it yet.",
    "renewed": "The draft has what was published since; look at it, and approve it.",
    "approved": "It is approved and published: stores take it with their next pull.",
    "ended": "It ended: stores take that with their next pull.",
}
who = "Who"
stores = "Which stores have it"
store_has = {True: "has it", False: "not yet"}
waits_for = "Waits for approval"


def typed_as(kind: str, key: str) -> str:
    """How an argument of a kind is typed."""
    return _OF_KIND.get((kind, key), keys[key][1])


def labelled(field: str) -> str:
    """A field of the form as its label says."""
    key = field.removeprefix(ARGUMENT)
    if key != field:
        return keys[key][0]
    return _LABELS.get(field, field)


def made(by: str, at: str) -> str:
    """Of a draft."""
    return f"Drafted by {by}, {at} UTC."


def approved(by: str, at: str) -> str:
    """Of what was published."""
    return f"Approved by {by}, {at} UTC."


def worked(pieces: int, name: str, price: str, before: str, after: str) -> str:
    """``3 × 1.60 = 4.80 → 4.00  Red Bean Bun``: one line of an example."""
    return f"{pieces} × {price} = {before} → {after}  {name}"


def stores_told(have: int, count: int) -> str:
    """How many of a promotion's stores were handed it."""
    return f"{have} of {counted(count, 'store')} have it."


def summary(in_force: int, off_said: str) -> str:
    """The answer first; ``off_said``: an amount with its currency."""
    stand = "is" if in_force == 1 else "are"
    return f"{counted(in_force, 'promotion')} {stand} in force; {off_said} came off on these dates."
