"""What the page of a store's days says."""

from sync.protocol.counted import counted

no_day = "No day of this store has arrived."
newest = "Newest days"
older = "Older days"


def days_of(code: str, currency: str) -> str:
    """The table's caption."""
    return f"Days of {code}, newest first, amounts in {currency}"


def sum_of(count: int) -> str:
    """The table's foot."""
    return f"Sum of {counted(count, 'day')}"
