"""What the page of promotions says."""

from central.pages.words.figures import counted

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
by_hand = {"discount": "by hand, off lines", "basket_discount": "by hand, off baskets"}
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


def summary(in_force: int, off_said: str) -> str:
    """The answer first; ``off_said``: an amount with its currency."""
    stand = "is" if in_force == 1 else "are"
    return f"{counted(in_force, 'promotion')} {stand} in force; {off_said} came off on these dates."
