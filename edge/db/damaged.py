"""A row of the journal that is not what was written, as it goes to head office all the same.

Theory. A row has the hash that it was written with, and the row after it was chained to that hash
(after the last row, the journal's head has it): so a body that was lost says so, and its hash is
known still. It travels under that hash, head office keeps it as damaged and asks the tills for it,
and nothing behind it waits. Where the hash itself was lost, or the row, only a person can tell.
"""

import sqlite3
from typing import Any
from uuid import UUID

from edge.db.journal import entry_of, envelope_of
from sync.engine.journal import Entry
from sync.protocol.change import HASH_BYTES, Envelope, Head, Link, link
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode, encode
from sync.protocol.errors import Undecodable
from sync.protocol.identity import BootId, EventId, StoreId

UNREADABLE = "unreadable"
"""The kind of an event of whose envelope nothing can be said."""
_NOTHING = UUID(int=0)

_ROWS = (
    "SELECT seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc,"
    " clock_state, body, hash FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq IN (?, ?) ORDER BY seq"
)


def read_damaged(
    db: sqlite3.Connection, store_id: StoreId, head: Head, previous: bytes, seq: int
) -> Entry | None:
    """The damaged event ``seq`` after the hash ``previous`` under the hash that it was written
    with; ``head``: of its epoch. None: it is missing, or its hash was lost."""
    epoch = head.epoch
    rows = _rows(db, (epoch.number, epoch.fingerprint, seq, seq + 1))
    if not rows or rows[0][0] != seq:
        return None
    row, written = rows[0], rows[0][10]
    if not isinstance(written, bytes) or len(written) != HASH_BYTES:
        return None
    envelope = _envelope(row)
    place = Link(previous, b"", written)
    derived = link(store_id, epoch, envelope, previous).hash
    if seq == head.seq:
        return Entry(epoch, envelope, place) if head.hash == written else None
    if len(rows) == 1 or entry_of(store_id, epoch, rows[1], derived, seq + 1) is not None:
        return None  # the next one is missing, or chained to what this one comes out at
    return Entry(epoch, envelope, place)


def _rows(db: sqlite3.Connection, place: tuple[int, bytes, int, int]) -> list[tuple[Any, ...]]:
    """As they are: text that is no UTF-8 comes with surrogates, and a body is bytes."""
    before = db.text_factory
    db.text_factory = lambda text: text.decode(errors="surrogateescape")
    try:
        return [(*row[:9], _bytes(row[9]), row[10]) for row in db.execute(_ROWS, place)]
    finally:
        db.text_factory = before


def _bytes(body: Any) -> Any:
    return body.encode(errors="surrogateescape") if isinstance(body, str) else body


def _envelope(row: Any) -> Envelope:
    """As it stands; where that is none that could travel, one that says nothing but the body."""
    try:
        return decode(Envelope, encode(envelope_of(row)))
    except (ValueError, TypeError, AttributeError, OverflowError, Undecodable):
        body = row[9] if isinstance(row[9], bytes) else b""
        nobody = (EventId(_NOTHING), UNREADABLE, 0, 0, 0, BootId(_NOTHING), Hlc(0))
        return Envelope(row[0], *nobody, ClockState.UNCHECKED, body)
