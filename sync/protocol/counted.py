"""How many of something, as English says it."""


def counted(number: int, what: str) -> str:
    """``counted(1, "receipt")`` is ``1 receipt``, ``counted(2_000, "receipt")`` ``2,000
    receipts``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
