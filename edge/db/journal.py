"""The journal in the store's file: append in the caller's unit of work, read a range, acknowledge.

Journal = outbox: one table written together with the fact itself, and for each epoch one row that
holds the chain's end and the only send state (``journal``, ``journal_head``; ``epochs.py``). A
refused unit rolls the counters back with it. Where no epoch is named, it is the one that the box
writes in.

``append`` costs one SELECT, one INSERT and one UPDATE.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from edge.db.epochs import HeldEpoch, find_epoch, remember_acknowledged, writing
from edge.db.pruning import forget_marks_beyond
from sync.engine.journal import (
    Entry,
    JournalDamaged,
    Moment,
    NotAcknowledgeable,
    NotEnrolled,
    Tip,
    next_entry,
)
from sync.protocol.batch import BatchLimits, plan_batch
from sync.protocol.change import Envelope, Epoch, Head, Link, link
from sync.protocol.clock import ClockState, Hlc, wall_ms
from sync.protocol.facts import AnyFact
from sync.protocol.identity import BootId, EventId, StoreId

VERIFY_PAGE_EVENTS = 500
"""Rows held in memory at a time while the chain is walked."""

_CURRENT = (
    "SELECT store_id, epoch_number, epoch_fingerprint, seq, hash, hlc"
    " FROM journal_head WHERE current = 1"
)
_INSERT = (
    "INSERT INTO journal (epoch_number, epoch_fingerprint, seq, event_id, kind, kind_version,"
    " occurred_at_ms, utc_offset_s, boot_id, hlc, clock_state, hash, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADVANCE = (
    "UPDATE journal_head SET seq = ?, hash = ?, hlc = ?"
    " WHERE epoch_number = ? AND epoch_fingerprint = ?"
)
_RANGE = (
    "SELECT seq, event_id, kind, kind_version, occurred_at_ms, utc_offset_s, boot_id, hlc,"
    " clock_state, body, hash FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_HASH_AT = "SELECT hash FROM journal WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
_OCCURRED = (
    "SELECT occurred_at_ms FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq = ?"
)
_SEQ_OF = (
    "SELECT j.seq FROM journal j JOIN journal_head h USING (epoch_number, epoch_fingerprint)"
    " WHERE h.current = 1 AND j.event_id = ?"
)
_SIZES = (
    "SELECT length(body) FROM journal"
    " WHERE epoch_number = ? AND epoch_fingerprint = ? AND seq > ? ORDER BY seq LIMIT ?"
)

_Row: TypeAlias = tuple[int, bytes, str, int, int, int, bytes, int, str, bytes, bytes]


class VerifyOutcome(NamedTuple):
    """``first_bad_seq`` is None where the whole chain holds: then ``head`` is its end, and it comes
    out through ``verified``, after ``pruned_through``: what stood before is not kept any more."""

    first_bad_seq: int | None
    verified: int
    head: Head
    pruned_through: int = 0


def append(db: sqlite3.Connection, fact: AnyFact, event_id: EventId, moment: Moment) -> Entry:
    """Write ``fact`` as the next event of the current epoch. Raises NotEnrolled, EventTooLarge,
    FactBeyondBounds."""
    store, number, fingerprint, seq, end_hash, last_hlc = _current(db)
    head = Head(Epoch(number, fingerprint), seq, end_hash)
    return append_after(
        db, Tip(StoreId(UUID(bytes=store)), head, Hlc(last_hlc)), fact, event_id, moment
    )


def append_after(
    db: sqlite3.Connection, tip: Tip, fact: AnyFact, event_id: EventId, moment: Moment
) -> Entry:
    """``append`` for who has read the current epoch's ``tip`` in this unit of work, and written no
    event since. Raises EventTooLarge, FactBeyondBounds."""
    entry = next_entry(tip.store_id, tip.head, tip.last_hlc, fact, event_id, moment)
    own_hash, envelope, epoch = entry.link.hash, entry.envelope, tip.head.epoch
    db.execute(_INSERT, (epoch.number, epoch.fingerprint, *_columns(envelope, own_hash)))
    db.execute(_ADVANCE, (envelope.seq, own_hash, envelope.hlc, epoch.number, epoch.fingerprint))
    return entry


def read_head(db: sqlite3.Connection) -> Head:
    """The end of the epoch that the box writes in. Raises NotEnrolled."""
    return writing(db).head


def acknowledged(db: sqlite3.Connection) -> int:
    """Everything of it through this sequence is durable at central. Raises NotEnrolled."""
    return writing(db).acknowledged_through


def hash_at(db: sqlite3.Connection, seq: int, epoch: Epoch | None = None) -> bytes | None:
    """An epoch's hash at ``seq`` (0: the genesis hash), None where it has no such event, or keeps
    it no more. Raises NotEnrolled, LookupError for an epoch that this box does not hold."""
    return _hash_at(db, _held(db, epoch), seq)


def _hash_at(db: sqlite3.Connection, held: HeldEpoch, seq: int) -> bytes | None:
    known = {held.head.seq: held.head.hash, held.acknowledged_through: held.acknowledged_hash}
    known[held.pruned_through] = held.pruned_hash or held.genesis_hash
    if seq in known or seq < held.pruned_through:
        return known.get(seq)
    row = db.execute(_HASH_AT, (held.epoch.number, held.epoch.fingerprint, seq)).fetchone()
    return None if row is None else bytes(row[0])


def seq_of(db: sqlite3.Connection, event_id: EventId) -> int | None:
    """Where an event stands in this epoch, None where it does not."""
    row = db.execute(_SEQ_OF, (event_id.bytes,)).fetchone()
    return None if row is None else int(row[0])


def occurred_at(db: sqlite3.Connection, seq: int, epoch: Epoch | None = None) -> int | None:
    """When the event ``seq`` of an epoch happened (UTC ms), None where it has no such event.
    Raises NotEnrolled, LookupError."""
    name = _held(db, epoch).epoch
    row = db.execute(_OCCURRED, (name.number, name.fingerprint, seq)).fetchone()
    return None if row is None else int(row[0])


def latest_stamp_ms(db: sqlite3.Connection) -> int:
    """The latest time that this journal knows of, UTC ms. Raises NotEnrolled."""
    return wall_ms(Hlc(_current(db)[5]))


def read_range(
    db: sqlite3.Connection,
    after_seq: int,
    events_max: int,
    bytes_max: int,
    epoch: Epoch | None = None,
) -> tuple[Entry, ...]:
    """Events after ``after_seq``, oldest first, within both limits, but at least one if any waits.

    ``bytes_max`` bounds the bodies with ``batch.ENVELOPE_OVERHEAD_BYTES`` each. Every hash is
    derived again: the range ends before an event that is missing or not what was written, for the
    whole ones before it must not wait for it. Raises NotEnrolled, LookupError where the journal no
    longer has what stands before the range, and JournalDamaged where its first event is such a one.
    """
    held = _held(db, epoch)
    name = (held.epoch.number, held.epoch.fingerprint)
    previous = _hash_at(db, held, after_seq)
    if previous is None:
        raise LookupError(f"the journal holds no event {after_seq}")
    sizes = [size for (size,) in db.execute(_SIZES, (*name, after_seq, events_max))]
    count = plan_batch(sizes, BatchLimits(events_max, bytes_max))
    entries: list[Entry] = []
    for row in _read_as_found(db, _RANGE, (*name, after_seq, count)):
        entry = entry_of(held.store_id, held.epoch, row, previous, after_seq + len(entries) + 1)
        if entry is None:
            break
        entries.append(entry)
        previous = entry.link.hash
    if not entries and after_seq < held.head.seq:
        raise JournalDamaged(
            f"event {after_seq + 1} of this box's journal is missing or not what was written"
        )
    return tuple(entries)


def read_whole(db: sqlite3.Connection, held: HeldEpoch, after_seq: int) -> Iterator[Entry]:
    """Every event after ``after_seq`` that is what was written, oldest first: what is missing or
    was changed is left out, and what stands behind it is not."""
    name, last = (held.epoch.number, held.epoch.fingerprint), after_seq
    previous = _hash_at(db, held, after_seq)
    while rows := _read_as_found(db, _RANGE, (*name, last, VERIFY_PAGE_EVENTS)):
        for row in rows:
            if isinstance(previous, bytes) and row[0] == last + 1:
                entry = entry_of(held.store_id, held.epoch, row, previous, row[0])
                if entry is not None:
                    yield entry
            previous, last = row[10], row[0]


def acknowledge(
    db: sqlite3.Connection, through: int, head_hash: bytes, epoch: Epoch | None = None
) -> None:
    """Remember that central holds everything through ``through``, where its hash is
    ``head_hash``. Raises NotAcknowledgeable if that is not our hash there, or goes backward."""
    held = _held(db, epoch)
    if through < held.acknowledged_through:
        raise NotAcknowledgeable(f"{through} is below what is acknowledged already")
    _remember(db, held, through, head_hash)


def send_again_from(
    db: sqlite3.Connection, through: int, head_hash: bytes, epoch: Epoch | None = None
) -> None:
    """Central was restored to its past and holds only what came through ``through``: forget the
    acknowledgement of the rest. Raises NotAcknowledgeable if that is not our hash there."""
    held = _held(db, epoch)
    if through > held.acknowledged_through:
        raise NotAcknowledgeable(f"{through} is beyond what is acknowledged")
    _remember(db, held, through, head_hash)
    forget_marks_beyond(db, held.epoch, through)


def verify_chain(
    db: sqlite3.Connection, newest: int | None = None, epoch: Epoch | None = None
) -> VerifyOutcome:
    """Walk an epoch from its genesis, or from where it is kept: every hash derived again from the
    stored bytes, in pages of VERIFY_PAGE_EVENTS. Names the first sequence that is missing or does
    not come out. ``newest``: so many of its last events, after what stands before them. Raises
    NotEnrolled, LookupError."""
    held = _held(db, epoch)
    outcome = _walk(db, held, max(held.pruned_through, _before(held.head.seq, newest)))
    return outcome._replace(pruned_through=held.pruned_through)


def _walk(db: sqlite3.Connection, held: HeldEpoch, after: int) -> VerifyOutcome:
    head, seq = held.head, after
    previous = _hash_at(db, held, seq)
    if previous is None:
        return VerifyOutcome(seq, 0, head)
    name = (head.epoch.number, head.epoch.fingerprint)
    while True:
        rows = _read_as_found(db, _RANGE, (*name, seq, VERIFY_PAGE_EVENTS))
        for row in rows:
            place = _derived(held.store_id, head.epoch, row, previous)
            if row[0] != seq + 1 or place is None or place.hash != row[10]:
                return VerifyOutcome(seq + 1, seq, head)
            previous, seq = place.hash, seq + 1
        if len(rows) < VERIFY_PAGE_EVENTS:
            break
    if seq != head.seq:
        return VerifyOutcome(min(seq, head.seq) + 1, min(seq, head.seq), head)
    if previous != head.hash:
        return VerifyOutcome(seq, max(0, seq - 1), head)
    return VerifyOutcome(None, seq, head)


def _before(head_seq: int, newest: int | None) -> int:
    return 0 if newest is None else max(0, head_seq - newest)


def _read_as_found(db: sqlite3.Connection, query: str, values: tuple[object, ...]) -> list[_Row]:
    """Rows whose text may be no UTF-8: tampered bytes are found by their hash, and must not stop
    the walk that looks for them. Such text comes with surrogates, which nothing hashes."""
    before = db.text_factory
    db.text_factory = _as_found
    try:
        return db.execute(query, values).fetchall()
    finally:
        db.text_factory = before


def _as_found(text: bytes) -> str:
    return text.decode(errors="surrogateescape")


def _remember(db: sqlite3.Connection, held: HeldEpoch, through: int, head_hash: bytes) -> None:
    if _hash_at(db, held, through) != head_hash:
        raise NotAcknowledgeable(f"central's hash at {through} is not ours")
    remember_acknowledged(db, held.epoch, through, head_hash)


def _held(db: sqlite3.Connection, epoch: Epoch | None) -> HeldEpoch:
    if epoch is None:
        return writing(db)
    held = find_epoch(db, epoch)
    if held is None:
        raise LookupError(f"this box holds no epoch {epoch}")
    return held


def _current(db: sqlite3.Connection) -> tuple[bytes, int, bytes, int, bytes, int]:
    row: tuple[bytes, int, bytes, int, bytes, int] | None = db.execute(_CURRENT).fetchone()
    if row is None:
        raise NotEnrolled("there is no epoch to write in")
    return row


def _columns(envelope: Envelope, own_hash: bytes) -> tuple[object, ...]:
    return (
        envelope.seq,
        envelope.event_id.bytes,
        envelope.kind,
        envelope.kind_version,
        envelope.occurred_at_ms,
        envelope.utc_offset_s,
        envelope.boot_id.bytes,
        envelope.hlc,
        envelope.clock_state.value,
        own_hash,
        envelope.body,
    )


def envelope_of(row: Sequence[Any]) -> Envelope:
    """The envelope in ``seq`` to ``body`` of a row, in the order of ``_RANGE``. Raises ValueError
    or TypeError for a row that nobody wrote here."""
    return Envelope(
        row[0],
        EventId(UUID(bytes=row[1])),
        row[2],
        row[3],
        row[4],
        row[5],
        BootId(UUID(bytes=row[6])),
        Hlc(row[7]),
        ClockState(row[8]),
        row[9],
    )


def entry_of(store: StoreId, epoch: Epoch, row: _Row, previous: bytes, seq: int) -> Entry | None:
    """A stored row (columns as in ``_RANGE``) as it travels, None where it is not the event ``seq``
    as it was written."""
    place = _derived(store, epoch, row, previous)
    if place is None or row[0] != seq or place.hash != row[10]:
        return None
    return Entry(epoch, envelope_of(row), place)


def _derived(store: StoreId, epoch: Epoch, row: _Row, previous: bytes) -> Link | None:
    """A stored row's place after ``previous``, None where its values are not even of their types
    (SQLite stores anything in any column)."""
    try:
        return link(store, epoch, envelope_of(row), previous)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
