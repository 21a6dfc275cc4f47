"""Which text may enter: what a request says in words, before anybody stores or prints it.

Refused are control characters (they steer printers and terminals), line and paragraph separators,
and the marks that turn or hide text (Unicode's bidirectional controls, the byte order mark): the
same letters must mean the same thing on screen, paper and in a report. Everything else is data,
quotes and angle brackets too; who writes it into SQL binds it, who writes it into a page escapes.
"""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec

from sync.protocol.identity import ItemId, OperatorId, TenderId, TillId, WorkstationId

PLAIN_TEXT_PATTERN = (
    r"\A[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]*\Z"
)
TOLD_PATTERN = r"(?=.*\S)" + PLAIN_TEXT_PATTERN
"""Plain text that is not only blanks."""
SHORT_ID = msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z")
"""sync.protocol.identity.SHORT_ID_PATTERN, without its tolerance of a line feed at the end."""

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
