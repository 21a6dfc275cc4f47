"""Multipliers as people type them: ``1.5``, ``2``, ``0``."""

import re
from decimal import Decimal

from sync.protocol.errors import InvalidField
from sync.protocol.loyalty import ONCE, TIMES_MAX

_TIMES = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")


def times_of(typed: str, field: str) -> int:
    """Raises InvalidField for what is none.

    >>> times_of("1.5", "times")
    15000
    """
    found = typed.strip().removesuffix("x").strip()
    if _TIMES.fullmatch(found):
        times = int(Decimal(found) * ONCE)
        if times <= TIMES_MAX:
            return times
    raise InvalidField(
        f"{field}: it must be a number such as 1.5, from 0 to {TIMES_MAX // ONCE}, with at most"
        " four decimals.",
        field=field,
        remedy="Correct it.",
    )


def times_in_words(multiplier: int) -> str:
    """As it is typed.

    >>> times_in_words(15_000), times_in_words(20_000), times_in_words(100_000)
    ('1.5', '2', '10')
    """
    whole, part = divmod(multiplier, ONCE)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") if part else str(whole)
