"""What stores say of goods between them without moving any."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from central.projections.projection import Projection


class TransferNote(NamedTuple):
    """Table ``transfer_note``: a wish, the end of one, a transfer that is settled."""

    store_id: UUID
    note_id: UUID
    note: str
    subject_id: UUID
    other_store_id: UUID | None
    other_code: str
    operator_id: str
    business_date: date | None
    reason: str
    number: str
    noted_at_ms: int


class TransferNoteLine(NamedTuple):
    """Table ``transfer_note_line``; lines from 1: what is wished."""

    store_id: UUID
    note_id: UUID
    line_no: int
    item_id: str
    quantity_milli: int


PROJECTIONS = (
    Projection("transfer_note", TransferNote, 2),
    Projection("transfer_note_line", TransferNoteLine, 3),
)
