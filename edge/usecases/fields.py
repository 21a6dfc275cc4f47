"""Types of what arrives in the requests of days, tills, stock and customers: bounds on every
number; what text may hold is ``sync/protocol/text.py``. Personal fields are kept in one written
form, so that they can be compared.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from edge.domain.phone import known_number, written_phone
from edge.domain.text import ShortItem, ShortOperator, ShortTill
from sync.protocol.money import MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.text import TEXT_PATTERN, TOLD_PATTERN
from sync.protocol.typed import not_typed, refuse_card_number

LINES_MAX = 1_000
PAGE_MAX = 200
"""Rows in one page of a list."""
OFFSET_MAX = 1_000_000

Operator: TypeAlias = ShortOperator
Till: TypeAlias = ShortTill
Item: TypeAlias = ShortItem
Told: TypeAlias = Annotated[str, Meta(pattern=TOLD_PATTERN, min_length=1, max_length=200)]
"""A name or a reason: plain text that is not only blanks."""
CustomerCode: TypeAlias = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,31}\Z")]
Email: TypeAlias = Annotated[
    str, Meta(pattern=r"(?=^[^@\s]+@[^@\s]+$)" + TEXT_PATTERN, max_length=254)
]
Phone: TypeAlias = Annotated[
    str,
    Meta(pattern=r"\A\+?[0-9][0-9 ()./-]{2,30}\Z", max_length=32),
    not_typed("long telephone numbers look alike: kept_phone knows them"),
]
AmountMinor: TypeAlias = Annotated[int, Meta(ge=0, le=MINOR_MAX)]
QuantityMilli: TypeAlias = Annotated[int, Meta(ge=1, le=QUANTITY_MILLI_MAX)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every request: a member that nobody reads is a mistake, not a wish."""


def one_case(short_id: str) -> str:
    """``w1`` and ``W1`` are one workstation, and one till: people read them aloud."""
    return short_id.upper()


def one_space(text: str) -> str:
    """A name without blanks around it, and with one between its words."""
    return " ".join(text.split())


def kept_phone(text: str, country: str | None) -> str:
    """As ``written_phone`` writes it. Raises CardNumberTyped for what is no telephone number that
    its country knows, and may be a card's."""
    if not known_number(text, country):
        refuse_card_number(text, "phone")
    return written_phone(text, country)


def comparable_email(text: str) -> str:
    """Addresses that differ only in case mean the same person here."""
    return text.lower()
