"""What was taken out of a basket before anybody paid for it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from sync.protocol.bounds import Milli, Minor, Text
from sync.protocol.errors import Unbalanced
from sync.protocol.facts.base import LINES_MAX, Fact, KindVersion, Part, refuse_date, refuse_size
from sync.protocol.identity import ItemId, OperatorId, WorkstationId
from sync.protocol.text import PLAIN


class RemovedLine(Part, frozen=True, array_like=True):
    """A line as it stood in the basket: quantity and amount are negative of goods that were to come
    back."""

    item_id: Annotated[ItemId, PLAIN]
    description: Text
    quantity_milli: Milli
    amount_minor: Minor


class LinesRemoved(Fact, frozen=True, array_like=True):
    """Lines were taken out of a basket, or (``whole``) all of it was given up, before payment.
    ``reason`` may be empty: a line is taken out without a word."""

    KIND = KindVersion("lines_removed", 1)
    OWN_ID = "removal_id"

    removal_id: UUID
    basket_id: UUID
    operator_id: OperatorId
    workstation_id: WorkstationId | None
    business_date: date | None
    whole: bool
    reason: Text
    lines: tuple[RemovedLine, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= LINES_MAX:
            raise Unbalanced(f"at least one line is removed, and at most {LINES_MAX:,}")
        refuse_date(self.business_date)
        refuse_size([abs(line.amount_minor) for line in self.lines], "amount")
        refuse_size([abs(line.quantity_milli) for line in self.lines], "quantity")
