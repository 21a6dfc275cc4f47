"""Types of what arrives in a request: bounds on every number, no control character in any text.

msgspec alone takes integers beyond 64 bits and ``\\u0000``, so no field of a request is a bare
``int`` or ``str``. Personal fields are kept in one written form, so that they can be compared.
"""

import re
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from sync.protocol.identity import SHORT_ID_PATTERN, ItemId, OperatorId, TillId, WorkstationId
from sync.protocol.money import MINOR_MAX, QUANTITY_MILLI_MAX

NO_CONTROL = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"
"""``\\Z``: a ``$`` would let a newline at the end pass."""
_SHORT = Meta(pattern=SHORT_ID_PATTERN.removesuffix("$") + r"\Z", max_length=32)
_NOT_BLANK = r"^(?=.*\S)"
LINES_MAX = 1_000
PAGE_MAX = 200

Operator: TypeAlias = Annotated[OperatorId, _SHORT]
Workstation: TypeAlias = Annotated[WorkstationId, _SHORT]
Till: TypeAlias = Annotated[TillId, _SHORT]
ItemName: TypeAlias = Annotated[ItemId, _SHORT]
Text: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=_NOT_BLANK + NO_CONTROL)
]
"""Not only blanks."""
CustomerCode: TypeAlias = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*\Z", max_length=32)
]
Email: TypeAlias = Annotated[
    str, Meta(pattern=r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+\Z", max_length=254)
]
Phone: TypeAlias = Annotated[str, Meta(pattern=r"^\+?[0-9][0-9 ()./-]{2,30}\Z", max_length=32)]
AmountMinor: TypeAlias = Annotated[int, Meta(ge=0, le=MINOR_MAX)]
QuantityMilli: TypeAlias = Annotated[int, Meta(ge=1, le=QUANTITY_MILLI_MAX)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every request: a member that nobody reads is a mistake, not a wish."""


def one_space(text: str) -> str:
    """A name without blanks around it, and with one between its words."""
    return " ".join(text.split())


def comparable_email(text: str) -> str:
    """Addresses that differ only in case mean the same person here."""
    return text.strip().lower()


def comparable_phone(text: str) -> str:
    """``+65 (9123) 4567`` -> ``+6591234567``."""
    return re.sub(r"[^0-9+]", "", text)
