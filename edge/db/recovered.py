"""Events that came home in this box's journal, and what is here of any epoch.

A row of ``recovered`` says where an event stood (its epoch, sequence and hash) and where the event
stands that wraps it.
"""

import sqlite3
from typing import NamedTuple
from uuid import UUID

from edge.db.journal import entry_of
from sync.protocol.change import Epoch, Head, Kept
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.facts import EventRecovered
from sync.protocol.identity import SaleId, StoreId

_INSERT = (
    "INSERT OR REPLACE INTO recovered (epoch_number, epoch_fingerprint, seq, hash, sale_id,"
    " in_epoch_number, in_epoch_fingerprint, in_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIND = """
SELECT r.in_seq <= h.acknowledged_through FROM recovered r
JOIN journal_head h ON h.epoch_number = r.in_epoch_number
    AND h.epoch_fingerprint = r.in_epoch_fingerprint
WHERE r.epoch_number = ? AND r.epoch_fingerprint = ? AND r.seq = ? AND r.hash = ?
"""
_EPOCHS = (
    "SELECT epoch_number, epoch_fingerprint, store_id, genesis_hash, seq, acknowledged_through,"
    " current FROM journal_head"
)
_EVENT = (
    "SELECT seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc,"
    " clock_state, body, hash FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
)
_HASH = "SELECT hash FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
_WRAPPED = """
SELECT h.store_id, j.body FROM recovered r
JOIN journal j ON j.epoch_number = r.in_epoch_number
    AND j.epoch_fingerprint = r.in_epoch_fingerprint AND j.seq = r.in_seq
JOIN journal_head h ON h.epoch_number = r.in_epoch_number
    AND h.epoch_fingerprint = r.in_epoch_fingerprint
WHERE r.sale_id = ?
"""


class EpochHere(NamedTuple):
    """An epoch that this folder's journal holds events of, and how far head office has it."""

    store_id: StoreId
    genesis_hash: bytes
    seq: int
    acknowledged_through: int
    current: bool


class Found(NamedTuple):
    """An event of this journal: the hash that it was written with, and whether it still has it
    (where the one before it is there to tell)."""

    hash: bytes
    whole: bool


def epochs_here(db: sqlite3.Connection) -> dict[Epoch, EpochHere]:
    """By their names."""
    found = {}
    for number, fingerprint, store, genesis, seq, through, current in db.execute(_EPOCHS):
        here = EpochHere(StoreId(UUID(bytes=store)), genesis, seq, through, bool(current))
        found[Epoch(number, fingerprint)] = here
    return found


def note_recovered(db: sqlite3.Connection, was: Head, stands: Head, sale_id: SaleId | None) -> None:
    """The event ``was`` stands in this journal now, wrapped by the event ``stands``, which is the
    last that does. ``sale_id``: of the sale that is in the store's rows by it."""
    there, here = was.epoch, stands.epoch
    place = (there.number, there.fingerprint, was.seq, was.hash)
    sale = None if sale_id is None else sale_id.bytes
    db.execute(_INSERT, (*place, sale, here.number, here.fingerprint, stands.seq))


def came_home(db: sqlite3.Connection, was: Head) -> bool | None:
    """Whether head office has the event that wraps it; None where none does."""
    place = (was.epoch.number, was.epoch.fingerprint, was.seq, was.hash)
    row = db.execute(_FIND, place).fetchone()
    return None if row is None else bool(row[0])


def was_written(db: sqlite3.Connection, was: Head) -> bool:
    """Whether this very event stands in a journal of this folder, whole or not."""
    row = db.execute(_HASH, (was.epoch.number, was.epoch.fingerprint, was.seq)).fetchone()
    return row is not None and row[0] == was.hash


def find_event(db: sqlite3.Connection, epoch: Epoch, here: EpochHere, seq: int) -> Found | None:
    """The event ``seq`` in an epoch of this journal; None where nothing stands there."""
    place = (epoch.number, epoch.fingerprint)
    row = db.execute(_EVENT, (*place, seq)).fetchone()
    if row is None:
        return None
    before = db.execute(_HASH, (*place, seq - 1)).fetchone()
    if before is None and seq > 1:
        return Found(row[10], True)
    previous = here.genesis_hash if seq == 1 else before[0]
    return Found(row[10], entry_of(here.store_id, epoch, row, previous, seq) is not None)


def wrapped_event(db: sqlite3.Connection, sale_id: SaleId) -> Kept | None:
    """The event of a sale that came home, with the signature that it came with; None where none
    did, or the journal lacks it."""
    row = db.execute(_WRAPPED, (sale_id.bytes,)).fetchone()
    if row is None:
        return None
    try:
        fact = decode(EventRecovered, row[1])
    except Undecodable:
        return None
    store_id = StoreId(UUID(bytes=row[0]))
    return Kept(store_id, fact.epoch, fact.prev_hash, fact.envelope, fact.hash, fact.signature)
