"""What the page of price books says."""

from sync.protocol.counted import counted

title = "Price books"
name = "Name"
identity = "Id"
state = "State"
whom = "Where, for whom and when"
prices = "Prices"
zone = "Zone"
any_zone = "All zones"
show = "Show"
item = "Item"
item_id = "Item's id"
pack = "Pack"
quantity = "From"
costs = "Price"
none = "none"
since = "Begins"
none_yet = "No price book is published yet. Make the first: "
command = "central price-books set MEMBERS --name Members --group gold"
none_of = "It has no such prices."
packs = "Packs"
code = "Scan code"
holds = "Holds"
holds_of = "of"
tax_added = "before tax"


def summary(in_force: int, zone_asked: str) -> str:
    """The answer first."""
    stand = "is" if in_force == 1 else "are"
    where = f" in the zone {zone_asked}" if zone_asked else ""
    return f"{counted(in_force, 'price book')} {stand} in force{where}."


def prices_of(book_name: str) -> str:
    """A heading."""
    return f"Prices of {book_name}"


def first_of(shown: int, total: int) -> str:
    """Where there are more than are shown."""
    return f"The first {shown:,} of {total:,}; ask for an item to see its own."
