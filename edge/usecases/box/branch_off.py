"""Go on in another epoch: this box must not continue the series of the one that it writes in
(protocol.md, Epochs).

One unit of work: what was not acknowledged is carried into the new epoch, in order, as
``event_recovered``, and of the day that is open it says what stands in the epoch that was left; of
an epoch that head office fenced the box from it stays, ended by a last event of its own, and is
pushed as the late tail. The new epoch grows from a record that this box signs, has receipts of its
own, and spends no right of another epoch. People are told. The shop sells on before and after.
"""

import sqlite3
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.db.connection.crash import crash_point
from edge.db.days import find_open_day
from edge.db.epochs import HeldEpoch, begin_epoch, find_epoch, mark_ended, writing
from edge.db.journal import append, read_whole
from edge.db.pushing import read_push_state, write_stopped
from edge.db.recovered import came_home, note_recovered
from edge.db.rights import forget_grown
from edge.db.sales import drop_rights
from edge.db.store import Enrolment, read_enrolment
from edge.domain.epoch import EPOCH, EpochEvent, EpochState
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.day.close import make_manifest
from edge.usecases.day.give_manifest import give_left_manifest
from sync.engine.journal import Entry, Moment, NotEnrolled
from sync.engine.outbox import BranchCause
from sync.engine.signing import PROVISIONAL_SIGNED, SALE_SIGNED, sign_bytes
from sync.protocol.change import Epoch, Head, ProvisionalGenesis, epoch_of, genesis_hash
from sync.protocol.codec import decode_fact, encode
from sync.protocol.facts import AlarmKind, EpochEnded, EventRecovered, RetailTransaction
from sync.protocol.identity import EventId, SaleId, WorkstationId

DRAWS_MAX = 4_096
"""Of two counts of an item that of the greater epoch's name holds: what is said in a new epoch
comes after what was said in the one that it grew from."""
JOURNAL = "journal"
"""From where an event was recovered: from this box's own."""
ALARM_OF = MappingProxyType(
    {
        BranchCause.REWOUND: AlarmKind.REWOUND,
        BranchCause.FORK: AlarmKind.FORK,
        BranchCause.RESTORED: AlarmKind.RESTORED,
        BranchCause.FENCED: AlarmKind.FENCED,
    }
)


class Opening(NamedTuple):
    """What an epoch is opened with, drawn by the caller: the box's key, the id of the alarm that
    says so, 16 random bytes."""

    key: Ed25519PrivateKey
    alarm_id: UUID
    nonce: bytes


class LearntFrom(NamedTuple):
    """Which workstation told this box that it must, and the head that it stated, as written."""

    workstation_id: WorkstationId
    stated: str


def branch_off(
    db: sqlite3.Connection,
    left: Epoch,
    cause: BranchCause,
    detail: str,
    moment: Moment,
    opening: Opening,
    learnt: LearntFrom | None = None,
) -> Head:
    """The end of the epoch that the box writes in after this. ``left``: one of its own, which it
    must not go on in, and why, in words: ``detail``. Twice is once. Raises NotEnrolled,
    UnknownEpoch.

    An epoch that had ended before, and of which another tail is known, is left for good: what
    waited of it is carried, and the box goes on where it is. So is what head office had of one that
    was left, where it lost that and holds another tail by now.
    """
    held = find_epoch(db, left)
    event = EpochEvent.FENCED if cause is BranchCause.FENCED else EpochEvent.FORKED
    held = EPOCH.require(held, None if held is None else held.state, event, str(left))
    if EPOCH.after(held.state, event) is held.state and not _is_forked_again(held, event):
        return writing(db).head
    after = held.acknowledged_through
    if cause is BranchCause.FENCED:
        fork = _end(db, held, cause, moment, opening)
        after = fork.seq
    else:
        fork = Head(left, after, held.acknowledged_hash)
        mark_ended(db, left, ended=False)
    if held.current:
        _open(db, fork, moment, opening, learnt)
    crash_point("epoch_opened")
    carried = _carry(db, held, after, moment, opening.key)
    day = find_open_day(db)
    if held.current and day is not None and cause is not BranchCause.FENCED:
        give_left_manifest(db, fork, day.business_date, moment)
    lost = held.head.seq - after - carried if cause is not BranchCause.FENCED else 0
    crash_point("epoch_carried")
    _tell(db, left, cause, detail, lost, moment, opening, learnt)
    return writing(db).head


def _is_forked_again(held: HeldEpoch, event: EpochEvent) -> bool:
    return held.state is EpochState.LEFT and event is EpochEvent.FORKED and held.waiting > 0


def _end(
    db: sqlite3.Connection, held: HeldEpoch, cause: BranchCause, moment: Moment, opening: Opening
) -> Head:
    """The epoch's last event, with the account of the day that is open."""
    day = find_open_day(db)
    manifest = None if day is None else make_manifest(db, day.business_date)
    fact = EpochEnded(cause.value, held.head.seq + 1, manifest)
    entry = append(db, fact, EventId(uuid5(opening.alarm_id, str(held.epoch))), moment)
    mark_ended(db, held.epoch, ended=True)
    return entry.head


def _open(
    db: sqlite3.Connection,
    fork: Head,
    moment: Moment,
    opening: Opening,
    learnt: LearntFrom | None,
) -> None:
    """Write in a new epoch from now on, which grows from ``fork``."""
    box = read_enrolment(db)
    if box is None:
        raise NotEnrolled("there is no epoch to write in")
    record, epoch = _record(box, fork, moment, opening)
    begin_epoch(
        db,
        box.store_id,
        epoch,
        genesis_hash(record),
        genesis=record,
        signature=sign_bytes(opening.key, PROVISIONAL_SIGNED, record),
        provisional=True,
        learnt=None if learnt is None else learnt.stated,
    )
    drop_rights(db)
    forget_grown(db)


def _record(box: Enrolment, fork: Head, moment: Moment, opening: Opening) -> tuple[bytes, Epoch]:
    """What the epoch grows from, and its name, which is greater than its parent's as far as so many
    draws reach."""
    found: list[tuple[Epoch, bytes]] = []
    nonce = opening.nonce
    for _ in range(DRAWS_MAX):
        genesis = ProvisionalGenesis(
            box.store_id,
            box.company_id,
            box.store_code,
            box.device_id,
            opening.key.public_key().public_bytes_raw(),
            fork.epoch.number,
            fork.epoch,
            fork.seq,
            fork.hash,
            box.incarnation,
            moment.now_ms,
            nonce,
        )
        record = encode(genesis)
        epoch = epoch_of(genesis, record)
        found.append((epoch, record))
        if epoch.fingerprint > fork.epoch.fingerprint:
            break
        nonce = sha256(nonce).digest()[: len(nonce)]
    epoch, record = max(found, key=lambda one: one[0].fingerprint)
    return record, epoch


def _carry(
    db: sqlite3.Connection, held: HeldEpoch, after: int, moment: Moment, key: Ed25519PrivateKey
) -> int:
    """What stands behind ``after`` comes home in the epoch that the box writes in now; how many.
    What is not what was written stays where it is."""
    into, carried = writing(db).epoch, 0
    for entry in read_whole(db, held, after):
        carried += 1
        fact = None if came_home(db, entry.head) is not None else _recovered(entry, key)
        if fact is not None:
            stands = append(db, fact, fact.event_id_in(into), moment).head
            was, own_id = Head(fact.epoch, fact.envelope.seq, fact.hash), fact.envelope.event_id
            sold = fact.envelope.kind == RetailTransaction.KIND.kind
            note_recovered(db, was, stands, SaleId(own_id) if sold else None)
    return carried


def _recovered(entry: Entry, key: Ed25519PrivateKey) -> EventRecovered | None:
    """The event, wrapped; one that wraps another is wrapped anew, and the end of an epoch that has
    none is no event that happened in the shop."""
    envelope = entry.envelope
    if envelope.kind == EpochEnded.KIND.kind:
        return None
    if envelope.kind == EventRecovered.KIND.kind:
        fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
        return fact if isinstance(fact, EventRecovered) else None
    signature = sign_bytes(key, SALE_SIGNED, entry.link.hash)
    place = (entry.epoch, entry.link.prev_hash, envelope, entry.link.hash)
    return EventRecovered(JOURNAL, None, *place, signature)


def _tell(
    db: sqlite3.Connection,
    left: Epoch,
    cause: BranchCause,
    detail: str,
    lost: int,
    moment: Moment,
    opening: Opening,
    learnt: LearntFrom | None,
) -> None:
    """One alarm on both sides; what had stopped the sending of an epoch that is left stops nothing
    any more."""
    if cause is not BranchCause.FENCED and read_push_state(db).stopped is not None:
        write_stopped(db, None)
    damaged = (
        f"; {lost:,} of its records are not what was written and stayed behind" if lost else ""
    )
    says = f"{detail.removesuffix('.')}; the shop goes on in epoch {writing(db).epoch}{damaged}"
    kind = ALARM_OF[cause] if learnt is None else AlarmKind.WORKSTATION_AHEAD
    raise_alarm(
        db,
        kind,
        str(left),
        says,
        moment,
        alarm_id=opening.alarm_id,
        workstation_id=None if learnt is None else learnt.workstation_id,
    )
