"""What stores say of goods between them. What left and came is stock that moved (``stock.py``): no
note waits for it, nor it for a note."""

from central.projections.event import Event
from central.projections.fold.collect import Fold
from central.projections.fold.kinds import folds
from central.projections.rows import transfer as rows
from sync.protocol.facts import TransferNoted


@folds(TransferNoted)
def _noted(into: Fold, event: Event, noted: TransferNoted) -> None:
    what = (noted.note.value, noted.subject_id, noted.other_store_id, noted.other_code)
    why = (noted.operator_id, noted.business_date, noted.reason, noted.number)
    into.put(rows.TransferNote(event.store_id, noted.note_id, *what, *why, event.occurred_at_ms))
    for number, line in enumerate(noted.lines, start=1):
        wanted = (line.item_id, line.quantity_milli)
        into.put(rows.TransferNoteLine(event.store_id, noted.note_id, number, *wanted))
