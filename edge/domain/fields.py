"""Types of what a request may say: each number is bounded, and sync/protocol/text.py says what text
may hold. What only a customer has stands in ``customer.py``."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec

from sync.protocol.identity import ItemId, OperatorId, TenderId, TillId, WorkstationId
from sync.protocol.money import MINOR_MAX, QUANTITY_MILLI_MAX
from sync.protocol.text import SHORT_ID_PATTERN, TOLD_PATTERN

CODE_CHARACTERS_MAX = 200
SHORT_ID = msgspec.Meta(pattern=SHORT_ID_PATTERN)

Word: TypeAlias = Annotated[str, msgspec.Meta(pattern=TOLD_PATTERN, min_length=1, max_length=64)]
"""A code, a reference, a serial number."""
Sentence: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=TOLD_PATTERN, min_length=1, max_length=200)
]
"""A reason, a name, a note."""
Code: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=TOLD_PATTERN, min_length=1, max_length=CODE_CHARACTERS_MAX)
]
"""What a scanner reads: longer than a word where it says a lot, a date, a serial number too."""
AmountMinor: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MINOR_MAX)]
SomeMinor: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MINOR_MAX)]
"""An amount above nothing."""
QuantityMilli: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MILLI_MAX)]

if TYPE_CHECKING:
    ShortItem: TypeAlias = ItemId
    ShortOperator: TypeAlias = OperatorId
    ShortTender: TypeAlias = TenderId
    ShortTill: TypeAlias = TillId
    ShortWorkstation: TypeAlias = WorkstationId
else:  # the id types have a pattern of their own, and msgspec takes no second one
    ShortItem = ShortOperator = ShortTender = ShortTill = ShortWorkstation = Annotated[
        str, SHORT_ID
    ]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every request: a member that nobody reads is a mistake, not a wish."""


def one_case(short_id: str) -> str:
    """``w1`` and ``W1`` are one workstation, and one till: people read them aloud."""
    return short_id.upper()
