"""Types of the text that a request may say: sync/protocol/text.py has the rule."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec

from sync.protocol.identity import ItemId, OperatorId, TenderId, TillId, WorkstationId
from sync.protocol.text import SHORT_ID_PATTERN, TOLD_PATTERN

SHORT_ID = msgspec.Meta(pattern=SHORT_ID_PATTERN)

Word: TypeAlias = Annotated[str, msgspec.Meta(pattern=TOLD_PATTERN, min_length=1, max_length=64)]
"""A code, a reference, a serial number."""
Sentence: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=TOLD_PATTERN, min_length=1, max_length=200)
]
"""A reason, a name, a note."""

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
