"""Numbers that stand for value, or for leave to use something once: gift cards, notes, coupons.

Whoever shows a number has what is on it, so it is random, and no fact holds it: facts name the
*account*, which both sides derive from the company and the number alone. So any shop of the company
knows a card's account without asking, and a journal pays with no card. A credit note is printed by
the receipt whose refund it holds, so its number is derived from that receipt's id, which is as
random: a copy of the paper shows it again.

Numbers begin with 9, which no network of payment cards uses for its own (ISO/IEC 7812-1: for
national use), and end with Luhn's check digit: one that is mistyped is found before anybody is
asked about it.
"""

import hashlib
from uuid import UUID, uuid5

from stdnum import luhn

from sync.protocol.identity import CompanyId, SaleId

DIGITS = 16
"""Of the numbers that are made here."""
DIGITS_MIN = 12
DIGITS_MAX = 19
RANDOM_BITS = 60
"""What ``card_number`` makes a number of."""
CARD_PREFIX = "90"
NOTE_PREFIX = "97"
LAST = 4
"""So many of its digits say on paper which card it was."""
_NOTES = UUID("6f2a9c1e-5d0b-4b7e-9a37-3c1f0e8d4b52")


def account_of(company_id: CompanyId, number: str) -> UUID:
    """The account of a gift card or a coupon; of a note, ``note_account``."""
    return uuid5(company_id, number)


def note_account(number: str) -> UUID:
    """The account of a credit note: the same of any company, so that the receipt alone says that a
    refund went into its own note."""
    return uuid5(_NOTES, number)


def card_number(random_bits: int) -> str:
    """The number of a gift card, from RANDOM_BITS random bits.

    >>> card_number(123456789)
    '9000001234567898'
    """
    return _number(CARD_PREFIX, random_bits)


def note_number(sale_id: SaleId) -> str:
    """The number of the credit note that a receipt's refund went into."""
    digest = hashlib.sha256(b"credit note " + sale_id.bytes).digest()
    return _number(NOTE_PREFIX, int.from_bytes(digest[:8]))


def plain_number(typed: str) -> str | None:
    """A card's or note's number as it is kept, without the spaces that people type; None: it is
    none, or mistyped.

    >>> plain_number("9000 0012 3456 7898"), plain_number("9000001234567890")
    ('9000001234567898', None)
    """
    number = typed.replace(" ", "").replace("-", "")
    if not (DIGITS_MIN <= len(number) <= DIGITS_MAX and number.isascii() and number.isdecimal()):
        return None
    return number if luhn.is_valid(number) else None


def is_note(number: str) -> bool:
    """Whether a plain number is a credit note's; any other is a gift card's."""
    return number.startswith(NOTE_PREFIX)


def last_of(number: str) -> str:
    """What paper and screen show of it.

    >>> last_of("9000001234567898")
    '**** 7898'
    """
    return f"**** {number[-LAST:]}"


def _number(prefix: str, bits: int) -> str:
    free = DIGITS - len(prefix) - 1
    body = f"{prefix}{bits % 10**free:0{free}d}"
    return f"{body}{luhn.calc_check_digit(body)}"
