"""Our own reference of a payment: 12 characters, derived from the sale that it is for, so that the
same payment has the same one whoever makes it."""

import re
from hashlib import sha256

from sync.protocol.identity import SaleId

REFERENCE_CHARACTERS = 12
NUMBER_MAX = 1_023
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is read for something else."""
_SALE_CHARACTERS = 10
_BITS = 5
_SHAPE = re.compile(f"[{_ALPHABET}]{{{REFERENCE_CHARACTERS}}}")


def reference_of(sale_id: SaleId, number: int) -> str:
    """Of the sale's payment of this number, from 1: ten characters of the sale (50 bits of the
    SHA-256 of its id), two of the number.

    >>> from uuid import UUID
    >>> reference_of(SaleId(UUID("0199aaaa-0000-7000-8000-000000000001")), 1)
    '1JNWRBK86W01'
    """
    if not 1 <= number <= NUMBER_MAX:
        raise ValueError(f"a sale's payments have the numbers 1 to {NUMBER_MAX:,}")
    of_sale = int.from_bytes(sha256(sale_id.bytes).digest()[:8], "big")
    value = (of_sale >> (64 - _SALE_CHARACTERS * _BITS) << 2 * _BITS) | number
    places = range((REFERENCE_CHARACTERS - 1) * _BITS, -1, -_BITS)
    return "".join([_ALPHABET[value >> place & 31] for place in places])


def is_reference(text: str) -> bool:
    """Whether it looks like one of ours."""
    return _SHAPE.fullmatch(text) is not None
