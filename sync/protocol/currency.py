"""How many decimals a currency has: by ISO 4217's code, as CLDR has it (babel's tables).

CLDR follows use where it left the standard (the Iraqi dinar is written without its three decimals).
"""

from functools import cache

from babel.core import get_global

from sync.protocol.money import MILLI, format_minor

DECIMALS_MAX = 4
"""No currency has more (the unidad de fomento has four)."""


@cache
def decimals_of(currency: str) -> int | None:
    """Decimals of the currency's minor unit; None for a code that is in no list.

    >>> decimals_of("SGD"), decimals_of("JPY"), decimals_of("KWD"), decimals_of("ABC")
    (2, 0, 3, None)
    """
    if currency not in get_global("all_currencies"):
        return None
    fractions = get_global("currency_fractions")
    digits: int = fractions.get(currency, fractions["DEFAULT"])[0]
    return digits


def format_money(amount_minor: int, currency: str) -> str:
    """For people, with the currency and its decimals; a code in no list counts as one without.

    >>> format_money(120_435, "SGD"), format_money(12_525_000, "VND")
    ('SGD 1,204.35', 'VND 12,525,000')
    """
    return f"{currency} {format_minor(amount_minor, decimals_of(currency) or 0)}"


def in_thousandths(amount_minor: int, currency: str) -> int:
    """Of the currency itself, so that amounts of several stand in one column; the rest of one with
    four decimals is cut off.

    >>> in_thousandths(1_050, "MYR"), in_thousandths(500, "JPY"), in_thousandths(1, "KWD")
    (10500, 500000, 1)
    """
    one: int = 10 ** (decimals_of(currency) or 0)
    return amount_minor * MILLI // one
