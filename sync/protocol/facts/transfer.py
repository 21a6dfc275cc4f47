"""What a store says of goods between stores without moving any: that it wants some, that nobody
need wait for them, that what did not come is not looked for any more. What left and what came is
stock that moved (``stock.py``)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from sync.protocol.bounds import FIGURE_MAX, Text
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, Part, refuse_date, refuse_size
from sync.protocol.identity import ItemId, MovementId, OperatorId, StoreId
from sync.protocol.text import PLAIN


class TransferNote(StrEnum):
    """``WISHED``: this store wants the lines from the other; ``WISH_ENDED``: nobody waits for them
    any more, or they will not be sent; ``SETTLED``: the transfer is done with, whatever differs."""

    WISHED = "wished"
    WISH_ENDED = "wish_ended"
    SETTLED = "settled"


class WishedLine(Part, frozen=True, array_like=True):
    """So much of an item."""

    item_id: Annotated[ItemId, PLAIN]
    quantity_milli: Annotated[int, msgspec.Meta(ge=1, le=FIGURE_MAX)]


class TransferNoted(Fact, frozen=True, array_like=True):
    """``subject_id``: the wish (what goods that leave for it name as their intent), or the transfer
    that is settled (``intent_of`` its number). ``other_store_id``: None where it is not known;
    ``other_code``: as a person wrote it; ``number``: of the transfer that is settled."""

    KIND = KindVersion("transfer_noted", 1)
    OWN_ID = "note_id"

    note_id: MovementId
    note: TransferNote
    subject_id: UUID
    other_store_id: StoreId | None
    other_code: Text
    operator_id: OperatorId
    business_date: date | None
    reason: Text
    number: Text
    lines: tuple[WishedLine, ...]

    def __post_init__(self) -> None:
        refuse_date(self.business_date)
        wanted = self.note is TransferNote.WISHED
        if len(self.lines) > LINES_MAX or wanted != bool(self.lines):
            raise Unbalanced(
                f"a wish has at least one line and at most {LINES_MAX:,}, no note else"
            )
        if len({line.item_id for line in self.lines}) != len(self.lines):
            raise Unbalanced("an item stands in more than one line of a wish")
        refuse_size([line.quantity_milli for line in self.lines], "quantity")
