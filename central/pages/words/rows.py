"""What the page of the rows behind a figure says."""

from sync.protocol.counted import counted

no_row = "No row adds to this figure."
time = "Time"
what = "What"
first_page = "First page"
next_page = "Next page"
sum_of = ("Sum of all ", " rows")

_AMOUNTS = {"points": "Points", "milli": "Units"}


def amount_head(unit: str) -> str:
    """What the last column holds, by a figure's unit."""
    return _AMOUNTS.get(unit, "Amount")


def adds_up(unit: str, currency: str) -> str:
    """The table's caption."""
    amounts = f", amounts in {currency}" if unit == "minor" else ""
    return f"What head office adds up{amounts}. Times are the store's."


def on_receipts(count: int) -> str:
    """Follows ``sum_of``."""
    return f", on {counted(count, 'receipt')}" if count else ""


def shown(count: int) -> str:
    """Of the rows that there are."""
    return f"This page shows {count} of them."
