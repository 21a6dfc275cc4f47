"""The epochs that this box holds: where each ends, how far head office has it, and what it grows
from. At most one is ``current``: the one that the box writes in (edge/domain/epoch.py)."""

import sqlite3
from typing import Any, NamedTuple
from uuid import UUID

from edge.domain.epoch import EpochState
from sync.engine.journal import NotEnrolled
from sync.protocol.change import Epoch, Head
from sync.protocol.identity import StoreId

_HELD = (
    "SELECT epoch_number, epoch_fingerprint, store_id, opened_no, genesis_hash, seq, hash,"
    " acknowledged_through, acknowledged_hash, current, provisional, ratified, ended, genesis,"
    " genesis_signature, learnt, pruned_through, pruned_hash, left_at, began_row FROM journal_head"
)
_WRITING = f"{_HELD} WHERE current = 1"
_NAMED = f"{_HELD} WHERE epoch_number = ? AND epoch_fingerprint = ?"
_NUMBERED = f"{_HELD} WHERE opened_no = ?"
_ALL = f"{_HELD} ORDER BY opened_no"
_GOES_TO = (
    "CASE WHEN current OR ended THEN seq ELSE max(coalesce(left_at, 0), acknowledged_through) END"
)
_SENDING = f"{_HELD} WHERE {_GOES_TO} > acknowledged_through ORDER BY opened_no LIMIT 1"
_UNTOLD = (
    f"{_HELD} WHERE provisional AND NOT ratified AND opened_no <= ? ORDER BY opened_no LIMIT 1"
)
_WAITING = f"SELECT coalesce(sum({_GOES_TO} - acknowledged_through), 0) FROM journal_head"  # noqa: S608  the text is ours
_LEARNT = "SELECT EXISTS (SELECT 1 FROM journal_head WHERE learnt = ?)"
_RETIRE = "UPDATE journal_head SET current = 0, left_at = acknowledged_through WHERE current = 1"
_BEGIN = (
    "INSERT INTO journal_head (epoch_number, epoch_fingerprint, store_id, genesis_hash, seq, hash,"
    " hlc, acknowledged_through, acknowledged_hash, current, opened_no, genesis, genesis_signature,"
    " provisional, ratified, ended, learnt, pruned_through, pruned_hash, left_at, began_row)"
    " VALUES (?, ?, ?, ?, 0, ?, (SELECT coalesce(max(hlc), 0) FROM journal_head), 0, ?, 1,"
    " (SELECT coalesce(max(opened_no), 0) + 1 FROM journal_head), ?, ?, ?, 0, 0, ?, 0, NULL, NULL,"
    " (SELECT coalesce(max(rowid), 0) FROM stock_movement))"
)
_REMEMBER = (
    "UPDATE journal_head SET acknowledged_through = ?, acknowledged_hash = ?"
    " WHERE epoch_number = ? AND epoch_fingerprint = ?"
)
_RATIFIED = "UPDATE journal_head SET ratified = 1 WHERE epoch_number = ? AND epoch_fingerprint = ?"
_ENDED = (
    "UPDATE journal_head SET ended = ?, left_at = acknowledged_through"
    " WHERE epoch_number = ? AND epoch_fingerprint = ?"
)


class HeldEpoch(NamedTuple):
    """One of this box's epochs. ``opened_no``: which of them, 1 the first. ``genesis`` is the
    record as it was signed (by head office, or by this box where it is ``provisional``);
    ``learnt``: the head for which it was opened, where a workstation stated it. Events through
    ``pruned_through`` are not kept any more; ``pruned_hash`` is the chain's there. ``left_at``:
    what head office had of it when the box left it; ``began_row``: the last movement of stock
    before it."""

    epoch: Epoch
    store_id: StoreId
    opened_no: int
    genesis_hash: bytes
    head: Head
    acknowledged_through: int
    acknowledged_hash: bytes
    current: bool
    provisional: bool
    ratified: bool
    ended: bool
    genesis: bytes
    signature: bytes
    learnt: str | None
    pruned_through: int
    pruned_hash: bytes | None
    left_at: int | None
    began_row: int

    @property
    def state(self) -> EpochState:
        """What it is to this box."""
        if self.current:
            return EpochState.WRITING
        if not self.ended:
            return EpochState.LEFT
        return EpochState.SENT if self.acknowledged_through == self.head.seq else EpochState.ENDED

    @property
    def waiting(self) -> int:
        """Events that head office shall still get of it."""
        return self.goes_to - self.acknowledged_through

    @property
    def goes_to(self) -> int:
        """Through where head office gets it: of one that was left what it had then, and may have
        lost since, or what it took that was on its way then."""
        if self.state is not EpochState.LEFT:
            return self.head.seq
        return max(self.left_at or 0, self.acknowledged_through)


def begin_epoch(
    db: sqlite3.Connection,
    store_id: StoreId,
    epoch: Epoch,
    genesis_hash: bytes,
    genesis: bytes = b"",
    signature: bytes = b"",
    *,
    provisional: bool = False,
    learnt: str | None = None,
) -> None:
    """Write in ``epoch`` from now on, from sequence 1 after ``genesis_hash`` (32 bytes), which is
    that of ``genesis``. The hybrid clock goes on from the earlier epochs."""
    db.execute(_RETIRE)
    name = (epoch.number, epoch.fingerprint, store_id.bytes)
    hashes = (genesis_hash, genesis_hash, genesis_hash)
    db.execute(_BEGIN, (*name, *hashes, genesis, signature, provisional, learnt))


def writing(db: sqlite3.Connection) -> HeldEpoch:
    """The epoch that this box writes in. Raises NotEnrolled."""
    found = _held(db.execute(_WRITING).fetchone())
    if found is None:
        raise NotEnrolled("there is no epoch to write in")
    return found


def find_epoch(db: sqlite3.Connection, epoch: Epoch) -> HeldEpoch | None:
    """By its name; None where this box never wrote in it."""
    return _held(db.execute(_NAMED, (epoch.number, epoch.fingerprint)).fetchone())


def epoch_opened(db: sqlite3.Connection, opened_no: int) -> HeldEpoch | None:
    """By its place among this box's epochs."""
    return _held(db.execute(_NUMBERED, (opened_no,)).fetchone())


def held_epochs(db: sqlite3.Connection) -> tuple[HeldEpoch, ...]:
    """All of them, in the order in which they were opened."""
    rows = db.execute(_ALL).fetchall()
    return tuple(held for row in rows if (held := _held(row)) is not None)


def sending(db: sqlite3.Connection) -> HeldEpoch:
    """The oldest with something that head office shall still get; the one that this box writes in
    where nothing waits. Raises NotEnrolled."""
    return _held(db.execute(_SENDING).fetchone()) or writing(db)


def untold(db: sqlite3.Connection, opened_no: int) -> HeldEpoch | None:
    """The oldest epoch, no younger than the one with ``opened_no``, that this box opened and that
    head office does not know yet."""
    return _held(db.execute(_UNTOLD, (opened_no,)).fetchone())


def count_waiting(db: sqlite3.Connection) -> int:
    """Events that head office shall still get, of all epochs."""
    waiting: int = db.execute(_WAITING).fetchone()[0]
    return waiting


def opened_for(db: sqlite3.Connection, learnt: str) -> bool:
    """Whether an epoch was opened because a workstation stated this head."""
    return bool(db.execute(_LEARNT, (learnt,)).fetchone()[0])


def remember_acknowledged(
    db: sqlite3.Connection, epoch: Epoch, through: int, head_hash: bytes
) -> None:
    """How far head office has it."""
    db.execute(_REMEMBER, (through, head_hash, epoch.number, epoch.fingerprint))


def mark_ratified(db: sqlite3.Connection, epoch: Epoch) -> None:
    """Head office knows it."""
    db.execute(_RATIFIED, (epoch.number, epoch.fingerprint))


def mark_ended(db: sqlite3.Connection, epoch: Epoch, *, ended: bool) -> None:
    """Whether its own last event ends it; an epoch that is left has none that counts."""
    db.execute(_ENDED, (ended, epoch.number, epoch.fingerprint))


def _held(row: tuple[Any, ...] | None) -> HeldEpoch | None:
    if row is None:
        return None
    number, fingerprint, store, opened_no, genesis_hash, seq, own_hash, through, *rest = row
    through_hash, current, provisional, ratified, ended, genesis, signature, *others = rest
    epoch = Epoch(number, fingerprint)
    return HeldEpoch(
        epoch,
        StoreId(UUID(bytes=store)),
        opened_no,
        genesis_hash,
        Head(epoch, seq, own_hash),
        through,
        through_hash,
        bool(current),
        bool(provisional),
        bool(ratified),
        bool(ended),
        genesis,
        signature,
        *others,
    )
