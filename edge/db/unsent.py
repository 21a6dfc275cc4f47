"""What head office has not got yet, in people's terms: receipts, what they are worth, since when,
at which workstations they were made; and the last receipt that it has confirmed.

Receipts of an epoch that this box left are none of these: what head office lacked of it was carried
on in the next (``edge/domain/epoch.py``)."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

from edge.db.epochs import held_epochs
from sync.protocol.identity import ReceiptNumber, SaleId, WorkstationId

_UNSENT = """
SELECT s.workstation_id, count(*), coalesce(sum(s.total_minor) FILTER (WHERE NOT s.training), 0),
       min(s.tendered_at_ms)
FROM journal_head h JOIN sale s ON s.epoch_number = h.epoch_number
    AND s.epoch_fingerprint = h.epoch_fingerprint AND s.seq > h.acknowledged_through
WHERE h.current OR h.ended GROUP BY s.workstation_id ORDER BY s.workstation_id
"""
_CONFIRMED = (
    "SELECT sale_id, receipt_number, tendered_at_ms FROM sale"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq <= ? ORDER BY seq DESC LIMIT 1"
)
_OLDEST = """
SELECT min(j.occurred_at_ms) FROM journal_head h JOIN journal j
    ON j.epoch_number = h.epoch_number AND j.epoch_fingerprint = h.epoch_fingerprint
    AND j.seq = h.acknowledged_through + 1
WHERE h.current OR h.ended
"""


class Unsent(NamedTuple):
    """A workstation's receipts that head office has not: training counts, and is worth nothing."""

    workstation_id: WorkstationId
    receipts: int
    worth_minor: int
    since_ms: int


class Confirmed(NamedTuple):
    """The last receipt that head office has of this box."""

    sale_id: SaleId
    receipt_number: ReceiptNumber
    tendered_at_ms: int


def unsent_receipts(db: sqlite3.Connection) -> tuple[Unsent, ...]:
    """By workstation."""
    return tuple(Unsent(WorkstationId(row[0]), *row[1:]) for row in db.execute(_UNSENT).fetchall())


def last_confirmed(db: sqlite3.Connection) -> Confirmed | None:
    """None: it has none."""
    for held in reversed(held_epochs(db)):
        place = (held.epoch.number, held.epoch.fingerprint, held.acknowledged_through)
        row = db.execute(_CONFIRMED, place).fetchone()
        if row is not None:
            return Confirmed(SaleId(UUID(bytes=row[0])), *row[1:])
    return None


def waiting_since(db: sqlite3.Connection) -> int | None:
    """When the oldest record that waits was written, UTC ms; None where none does."""
    since_ms: int | None = db.execute(_OLDEST).fetchone()[0]
    return since_ms
