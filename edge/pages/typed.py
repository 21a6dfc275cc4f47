"""Quantities and amounts as people type them into a form: exact or refused."""

import re
from decimal import Decimal

from sync.protocol.errors import InvalidField
from sync.protocol.money import MILLI, MINOR_MAX, QUANTITY_MILLI_MAX

_AMOUNT = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,4})?")
_QUANTITY = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")


def milli_of(typed: str, field: str) -> int:
    """``0.755`` is 755 thousandths; ``3`` is 3,000. Raises InvalidField for what is no quantity
    from 0 on with at most three decimals.

    >>> milli_of("0.755", "quantity"), milli_of(" 3 ", "quantity")
    (755, 3000)
    """
    found = typed.strip()
    if _QUANTITY.fullmatch(found):
        milli = int(Decimal(found) * MILLI)
        if milli <= QUANTITY_MILLI_MAX:
            return milli
    raise InvalidField(
        f"{field}: it must be a quantity such as 3 or 0.755.",
        field=field,
        remedy="Type it with digits and a point, with at most three decimals.",
    )


def plain(milli: int) -> str:
    """As somebody would type it.

    >>> plain(12_000), plain(755)
    ('12', '0.755')
    """
    return format((Decimal(milli) / MILLI).normalize(), "f")


def minor_of(typed: str, decimals: int, field: str) -> int:
    """``12.50`` is 1,250 minor units of a currency of two decimals. Raises InvalidField.

    >>> minor_of("12.5", 2, "amount"), minor_of("-3", 0, "amount")
    (1250, -3)
    """
    found = typed.strip().replace(",", "")
    if _AMOUNT.fullmatch(found):
        minor = Decimal(found).scaleb(decimals)
        if minor == int(minor) and abs(minor) <= MINOR_MAX:
            return int(minor)
    raise InvalidField(
        f"{field}: it must be an amount such as 12.50.",
        field=field,
        remedy="Type it with digits and a point, in the smallest coin at most.",
    )
