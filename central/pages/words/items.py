"""What the pages about items say."""

from sync.protocol.counted import counted

title = "Items"
new = "New item"
search = "Search"
search_hint = "Words of its name or department, its id or a code"
also_retired = "Also what is sold no more"
show = "Show"
none_found = "No item has these words."
none_yet = "Nothing is sold yet. Make the first item here, or bring a price list: "
import_command = "central import items FILE"
first = "First items"
more = "Next items"

name = "Name"
item_id = "Id"
item_id_hint = "Short and lasting, such as BUN-6: letters, digits, - _ or ."
department = "Department"
tax_class = "Tax class"
codes = "Scan codes"
codes_hint = "Several are parted by commas; the first is the one shown"
unit = "Unit"
content = "Content of one"
content_hint = "Such as 330 ml: shelf labels say a price for each litre by it. Empty: not known"
cost = "Cost"
cost_hint = "Empty: not known"
open_price = "A till may enter a price"
price = "Price"
price_now = "Price now"
no_price = "none"
retired = "sold no more"
save = "Save"
make = "Make the item"

prices = "Prices"
no_prices = "It has no price yet, and no till sells it before."
zone = "Zone"
since = "From"
since_now = "Empty: from now on"
state = "State"
states = {"in_force": "in force", "to_come": "to come", "over": "over"}
set_price = "Set the price"
take_away = "Take away"
retire = "Sell it no more"
bring_back = "Sell it again"
retired_note = "It is sold no more: no till finds it."
away = "Head office does not answer: what is listed may be older."

tax_classes = {
    "standard": "standard",
    "reduced": "reduced",
    "zero": "zero",
    "exempt": "exempt",
    "out_of_scope": "out of scope",
}
units = {
    "each": "each",
    "pack": "pack",
    "kg": "kilogram",
    "g": "gram",
    "l": "litre",
    "ml": "millilitre",
    "m": "metre",
}
done = {
    "saved": "Saved. Boxes take it with their next pull.",
    "same": "It is so already, and nothing was changed.",
    "priced": "The price is set. Boxes take it with their next pull.",
    "price_away": "The price is taken away; the one before it holds again.",
    "retired": "It is sold no more from the boxes' next pull on.",
    "back": "It is sold again from the boxes' next pull on.",
}


def listed(count: int, currency: str, zone_name: str) -> str:
    """The table's caption."""
    return f"{counted(count, 'item')}, prices in {currency} of the zone {zone_name}"


def clock_of(zone_name: str | None) -> str:
    """Whose clock a time is meant by."""
    if zone_name is None:
        return "With whose clock, such as 2026-12-01T06:00+08:00"
    return f"By the clocks of {zone_name}"


def price_of(zone_name: str, since_when: str) -> str:
    """Which price a button takes away."""
    return f"the price in {zone_name} from {since_when}"
