"""Coupons that are good once: a number each, of a batch that promotions name.

A number has 16 digits: ``98``, four of its batch, nine that are random, Luhn's check digit. What a
promotion asks for is the batch's *picture*, its first six digits and ten stars, which nobody can
type for it. Who shows a number may use it at a shop that holds the right to its account
(``escrow.py``: kind ``coupon``, amount 1), which both sides derive from company and number
(``cards.py``). The receipt that took something off for it takes the right: goods that come back do
not make the coupon new, and the customer is given what was paid for them. A receipt that is voided
should not have been: its void gives the right again.
"""

import re
from collections.abc import Iterable

from stdnum import luhn

from sync.protocol.cards import plain_number
from sync.protocol.promotions.conditions import coupon_key

PREFIX = "98"
BATCH_MAX = 9_999
RANDOM = 10**9
"""So many numbers a batch can have."""
_HIDDEN = "*" * 10
_BATCH = re.compile(rf"{PREFIX}[0-9]{{4}}{re.escape(_HIDDEN)}")


def once_number(batch: int, drawn: int) -> str:
    """A coupon's number; ``drawn``: below RANDOM, at random.

    >>> once_number(42, 123456789)
    '9800421234567890'
    """
    body = f"{PREFIX}{batch:04d}{drawn:09d}"
    return f"{body}{luhn.calc_check_digit(body)}"


def picture_of(batch: int) -> str:
    """By which promotions name a batch.

    >>> picture_of(42)
    '980042**********'
    """
    return f"{PREFIX}{batch:04d}{_HIDDEN}"


def read_once(typed: str) -> str | None:
    """A number as it is kept, without the spaces that people type; None: it is none.

    >>> read_once("9800 4212 3456 7890"), read_once("9800421234567899"), read_once("SAVE5")
    ('9800421234567890', None, None)
    """
    number = plain_number(typed)
    good = number is not None and number.startswith(PREFIX) and len(number) == len(_HIDDEN) + 6
    return number if good else None


def shown_key(typed: str) -> str | None:
    """By which promotions are looked for: of a number its batch's picture. None: of a picture that
    somebody typed, which is no code.

    >>> shown_key("save5"), shown_key("9800421234567890"), shown_key(picture_of(42))
    ('SAVE5', '980042**********', None)
    """
    number = read_once(typed)
    if number is not None:
        return number[:6] + _HIDDEN
    return None if _BATCH.fullmatch(typed.strip()) else coupon_key(typed)


def shown_codes(typed: Iterable[str]) -> dict[str, str]:
    """What was shown, by its key: numbers as they are kept. Of two of one batch the first counts.

    >>> shown_codes(["save5", "9800 4212 3456 7890"])
    {'SAVE5': 'save5', '980042**********': '9800421234567890'}
    """
    found: dict[str, str] = {}
    for code in typed:
        key = shown_key(code)
        if key is not None:
            found.setdefault(key, read_once(code) or code)
    return found
