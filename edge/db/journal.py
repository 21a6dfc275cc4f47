"""The journal in the store's file: append in the caller's unit of work, read a range, acknowledge.

Journal = outbox: one table written together with the fact itself, and one row that holds the
chain's end and the only send state (``journal``, ``journal_head``); at most one head is
``current``. A refused unit rolls the counters back with it.

``append`` costs one SELECT, one INSERT and one UPDATE.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

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
_SEND_STATE = (
    "SELECT epoch_number, epoch_fingerprint, seq, hash, genesis_hash,"
    " acknowledged_through, acknowledged_hash FROM journal_head WHERE current = 1"
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
_RETIRE = "UPDATE journal_head SET current = 0 WHERE current = 1"
_BEGIN = (
    "INSERT INTO journal_head (epoch_number, epoch_fingerprint, store_id, genesis_hash, seq, hash,"
    " hlc, acknowledged_through, acknowledged_hash, current)"
    " VALUES (?, ?, ?, ?, 0, ?, (SELECT coalesce(max(hlc), 0) FROM journal_head), 0, ?, 1)"
)
_ACKNOWLEDGE = (
    "UPDATE journal_head SET acknowledged_through = ?, acknowledged_hash = ? WHERE current = 1"
)

_Row: TypeAlias = tuple[int, bytes, str, int, int, int, bytes, int, str, bytes, bytes]


class VerifyOutcome(NamedTuple):
    """``first_bad_seq`` is None where the whole chain holds: then ``head`` is its end, and
    ``verified`` events stand behind it."""

    first_bad_seq: int | None
    verified: int
    head: Head


def begin_epoch(
    db: sqlite3.Connection, store_id: StoreId, epoch: Epoch, genesis_hash: bytes
) -> None:
    """Write in ``epoch`` from now on, from sequence 1 after ``genesis_hash`` (32 bytes). The
    hybrid clock goes on from the earlier epochs."""
    db.execute(_RETIRE)
    db.execute(
        _BEGIN,
        (
            epoch.number,
            epoch.fingerprint,
            store_id.bytes,
            genesis_hash,
            genesis_hash,
            genesis_hash,
        ),
    )


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
    """The current epoch's end. Raises NotEnrolled."""
    number, fingerprint, seq, end_hash, *_ = _send_state(db)
    return Head(Epoch(number, fingerprint), seq, end_hash)


def acknowledged(db: sqlite3.Connection) -> int:
    """Everything through this sequence is durable at central. Raises NotEnrolled."""
    return _send_state(db)[5]


def hash_at(db: sqlite3.Connection, seq: int) -> bytes | None:
    """This epoch's hash at ``seq`` (0: the genesis hash), None where it has no such event."""
    number, fingerprint, head_seq, head_hash, genesis, through, through_hash = _send_state(db)
    known = {head_seq: head_hash, through: through_hash, 0: genesis}
    if seq in known:
        return known[seq]
    row = db.execute(_HASH_AT, (number, fingerprint, seq)).fetchone()
    return None if row is None else bytes(row[0])


def seq_of(db: sqlite3.Connection, event_id: EventId) -> int | None:
    """Where an event stands in this epoch, None where it does not."""
    row = db.execute(_SEQ_OF, (event_id.bytes,)).fetchone()
    return None if row is None else int(row[0])


def occurred_at(db: sqlite3.Connection, seq: int) -> int | None:
    """When the event ``seq`` of this epoch happened (UTC ms), None where it has no such event.
    Raises NotEnrolled."""
    number, fingerprint, *_ = _send_state(db)
    row = db.execute(_OCCURRED, (number, fingerprint, seq)).fetchone()
    return None if row is None else int(row[0])


def latest_stamp_ms(db: sqlite3.Connection) -> int:
    """The latest time that this journal knows of, UTC ms. Raises NotEnrolled."""
    return wall_ms(Hlc(_current(db)[5]))


def read_range(
    db: sqlite3.Connection, after_seq: int, events_max: int, bytes_max: int
) -> tuple[Entry, ...]:
    """Events after ``after_seq``, oldest first, within both limits, but at least one if any waits.

    ``bytes_max`` bounds the bodies with ``batch.ENVELOPE_OVERHEAD_BYTES`` each. Every hash is
    derived again: the range ends before an event that is missing or not what was written, for the
    whole ones before it must not wait for it. Raises NotEnrolled, LookupError where the journal no
    longer has what stands before the range, and JournalDamaged where its first event is such a one.
    """
    number, fingerprint, *_ = _send_state(db)
    store = StoreId(UUID(bytes=_current(db)[0]))
    previous = hash_at(db, after_seq)
    if previous is None:
        raise LookupError(f"the journal holds no event {after_seq}")
    sizes = [size for (size,) in db.execute(_SIZES, (number, fingerprint, after_seq, events_max))]
    count = plan_batch(sizes, BatchLimits(events_max, bytes_max))
    epoch = Epoch(number, fingerprint)
    entries: list[Entry] = []
    for row in _read_as_found(db, _RANGE, (number, fingerprint, after_seq, count)):
        entry = entry_of(store, epoch, row, previous, after_seq + len(entries) + 1)
        if entry is None:
            break
        entries.append(entry)
        previous = entry.link.hash
    if not entries and after_seq < _send_state(db)[2]:
        raise JournalDamaged(
            f"event {after_seq + 1} of this box's journal is missing or not what was written"
        )
    return tuple(entries)


def acknowledge(db: sqlite3.Connection, through: int, head_hash: bytes) -> None:
    """Remember that central holds everything through ``through``, where its hash is
    ``head_hash``. Raises NotAcknowledgeable if that is not our hash there, or goes backward."""
    if through < acknowledged(db):
        raise NotAcknowledgeable(f"{through} is below what is acknowledged already")
    _remember(db, through, head_hash)


def send_again_from(db: sqlite3.Connection, through: int, head_hash: bytes) -> None:
    """Central was restored to its past and holds only what came through ``through``: forget the
    acknowledgement of the rest. Raises NotAcknowledgeable if that is not our hash there."""
    if through > acknowledged(db):
        raise NotAcknowledgeable(f"{through} is beyond what is acknowledged")
    _remember(db, through, head_hash)


def verify_chain(db: sqlite3.Connection, newest: int | None = None) -> VerifyOutcome:
    """Walk the current epoch from its genesis: every hash derived again from the stored bytes, in
    pages of VERIFY_PAGE_EVENTS. Names the first sequence that is missing or does not come out.
    ``newest``: so many of its last events, after what stands before them. Raises NotEnrolled."""
    store, number, fingerprint, *_ = _current(db)
    _, _, head_seq, head_hash, *_ = _send_state(db)
    head, seq = Head(Epoch(number, fingerprint), head_seq, head_hash), _before(head_seq, newest)
    previous = hash_at(db, seq)
    if previous is None:
        return VerifyOutcome(seq, 0, head)
    while True:
        rows = _read_as_found(db, _RANGE, (number, fingerprint, seq, VERIFY_PAGE_EVENTS))
        for row in rows:
            place = _derived(StoreId(UUID(bytes=store)), head.epoch, row, previous)
            if row[0] != seq + 1 or place is None or place.hash != row[10]:
                return VerifyOutcome(seq + 1, seq, head)
            previous, seq = place.hash, seq + 1
        if len(rows) < VERIFY_PAGE_EVENTS:
            break
    if seq != head_seq:
        return VerifyOutcome(min(seq, head_seq) + 1, min(seq, head_seq), head)
    if previous != head_hash:
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


def _remember(db: sqlite3.Connection, through: int, head_hash: bytes) -> None:
    if hash_at(db, through) != head_hash:
        raise NotAcknowledgeable(f"central's hash at {through} is not ours")
    db.execute(_ACKNOWLEDGE, (through, head_hash))


def _current(db: sqlite3.Connection) -> tuple[bytes, int, bytes, int, bytes, int]:
    row: tuple[bytes, int, bytes, int, bytes, int] | None = db.execute(_CURRENT).fetchone()
    if row is None:
        raise NotEnrolled("there is no epoch to write in")
    return row


def _send_state(db: sqlite3.Connection) -> tuple[int, bytes, int, bytes, bytes, int, bytes]:
    row: tuple[int, bytes, int, bytes, bytes, int, bytes] | None = db.execute(
        _SEND_STATE
    ).fetchone()
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
