"""What the page of what somebody must look at says."""

from datetime import date

from central.pages.words.figures import counted

nothing = (
    "Nothing: no event that came is set aside, and nobody knows of more. Days that differ are on"
    " the board."
)
claims = "What may be missing"
claims_hint = "The days that it may belong to are not proven until it is here, or you give it up."
why_no_more = "Why nothing more will come"
give_up = "Give it up"
set_aside = "Events that count nowhere yet"
set_aside_hint = "They are kept as they came, and are tried again after an update of head office."
overspent = "Points spent that nobody gave"
twins = "Customers who may be the same person"
twins_hint = (
    "Made at two shops while one could not hear of the other. Both stay, with their points. Make"
    " one of them inactive, or change the code or address at a till."
)
pins = "PINs that only one store knows"
pins_hint = ("They hold up nobody where they were chosen. ", " gives the operator another one.")
pins_command = "central operator pin"
noticed = "What head office noticed"
what_it_was = "What it was"
clear = "Clear it"


def summary(count: int) -> str:
    """How much there is."""
    things = counted(count, "thing")
    return f"{things} to look at. Nothing of it stops a shop, or was lost on its way here."


def days_from(first_day: date | None) -> str:
    """Which days a claim touches; None: every one."""
    return f"Days from {first_day} on." if first_day else "Any day."


def event(store_code: str, seq: int, epoch: str) -> str:
    """An event by its place in the journal."""
    return f"{store_code}, event {seq} of epoch {epoch}"


def points_spent(spent: int, given: int) -> str:
    """Follows the receipt, and the customer's identifier follows."""
    right = f"that gave {given:,}" if given else "that nobody gave"
    return f"{spent:,} points were spent under a right {right}, by customer"


def same(field: str, value: str | None) -> str:
    """What two customers share."""
    return f"The same {field} {value}" if value else f"The same {field}"


def made_at(where: str) -> str:
    """Follows a customer's identifier."""
    return f"(from {where})"


def pin(operator_id: str, store_code: str, error: str) -> str:
    """A PIN that was chosen at a till and cannot be published."""
    return f"{operator_id} at {store_code}: {error}"


def more(count: int) -> str:
    """What the page has no room for."""
    return f"{counted(count, 'more thing')} not named here."
