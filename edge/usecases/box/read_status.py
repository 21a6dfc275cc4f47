"""What this store has sent and taken: figures and words from one snapshot."""

import sqlite3
from collections.abc import Sequence

import msgspec

from edge.db.alarms import Alarm, list_alarms
from edge.db.epochs import HeldEpoch, count_waiting, held_epochs, writing
from edge.db.pushing import read_push_state
from edge.db.reference import count_aside, read_cursors, rows_aside
from edge.db.showing import known_incarnation
from edge.db.sought import list_missing, list_sought
from edge.domain.epoch import EpochState
from edge.domain.state_words import Sentence, in_english
from edge.domain.sync_state import (
    SyncState,
    in_sentences,
    in_words,
    is_away,
    needs_a_person,
    of_clock,
    of_disk,
)
from sync.engine.journal import Moment
from sync.protocol.feeds import KEY_CHARACTERS_MAX
from sync.protocol.identity import Incarnation
from sync.protocol.text import shown

MAILS_TOLD_DAYS = 7


class FeedStatus(msgspec.Struct, frozen=True):
    """How far a feed was taken."""

    data_set: str
    scope: str
    pub_seq: int


class EpochStatus(msgspec.Struct, frozen=True):
    """One of this box's epochs, in the order in which they were opened. ``state``: ``writing``,
    ``ended`` (its late tail is on its way), ``sent`` or ``left``. ``opened_here``: by this box
    itself; then ``known``: to head office. ``waiting``: events that head office shall still get.
    Those through ``pruned_through`` are not kept here any more."""

    epoch: str
    state: EpochState
    last_seq: int
    acknowledged_through: int
    waiting: int
    opened_here: bool
    known: bool
    pruned_through: int


class RowSetAside(msgspec.Struct, frozen=True):
    """A row of head office's that this version cannot take; what was known before stays in force.
    ``reason`` and ``key`` are shown as text that prints."""

    data_set: str
    key: str
    reason: str


class SoughtEvent(msgspec.Struct, frozen=True):
    """An event that head office keeps as damaged: a till may have it whole (POST /kept)."""

    epoch: str
    seq: int
    hash: str


class MissingEvents(msgspec.Struct, frozen=True):
    """Events that head office lost and that no box sends any more: tills may have them (POST
    /kept)."""

    epoch: str
    first: int
    through: int


class SyncStatus(msgspec.Struct, frozen=True):
    """``summary`` is the state in one sentence; ``waiting`` events are not at head office yet.
    ``head_office_away``: the last try failed, or there was no contact for QUIET_S (or ever).
    ``head_office_busy``: it is there and asked this box to come again later, which is no failure.
    ``clock``: what is wrong with this box's clock and what to do; null where it agreed with head
    office's at the last contact, or there was none. ``refused``: why head office does not take this
    box. ``disk``: what is wrong with the room on it and what to do. ``events_set_aside``: of this
    store's, which head office keeps and does not count for now; people see there why.
    ``certificate``: what is wrong with what tills on other machines are shown, and what to do.
    ``tills_at``: links by which those find the box; none without a certificate.
    ``sought`` and ``missing``: what tills are asked for, wherever it stands. ``incarnation``: of
    the head office that this box speaks for. What was acknowledged to a till under another one, or
    in another epoch than that which is written in, is worth nothing until it is offered again.
    ``mails_waiting``: letters that wait to go by e-mail; ``mails_given_up`` in MAILS_TOLD_DAYS.
    ``is_watched``: a display before the till that asks is on, and is to be told what it shows.
    ``sentences``: those of ``summary``, then ``clock`` and ``certificate``, by name, for whoever
    says them in another language (edge/domain/state_words.py)."""

    store_code: str
    summary: str
    needs_a_person: bool
    head_office_away: bool
    head_office_busy: bool
    epoch: str
    last_seq: int
    head_hash: str
    acknowledged_through: int
    waiting: int
    stopped: str | None
    last_contact_ms: int | None
    clock_state: str
    clock: str | None
    refused: str | None
    disk: str | None
    disk_free_bytes: int
    feeds: tuple[FeedStatus, ...]
    alarms: tuple[Alarm, ...]
    rows_set_aside: int
    first_set_aside: RowSetAside | None
    events_set_aside: int
    epochs: tuple[EpochStatus, ...]
    certificate: str | None = None
    tills_at: tuple[str, ...] = ()
    sought: tuple[SoughtEvent, ...] = ()
    missing: tuple[MissingEvents, ...] = ()
    incarnation: Incarnation | None = None
    mails_waiting: int = 0
    mails_given_up: int = 0
    is_watched: bool = False
    sentences: tuple[Sentence, ...] = ()


def read_status(
    db: sqlite3.Connection,
    store_code: str,
    moment: Moment,
    disk_free_bytes: int,
    *,
    unreached: bool,
    busy: bool,
) -> SyncStatus:
    """As of the last commit; ``unreached``, ``busy``: how the last try to reach it went."""
    held, now, alarms, feeds = held_epochs(db), writing(db), list_alarms(db), _feeds(db)
    state = _sync_state(db, held, len(alarms), moment, disk_free_bytes, (unreached, busy))
    return SyncStatus(
        *(store_code, in_words(state), needs_a_person(state), is_away(state), busy),
        epoch=str(now.epoch),
        last_seq=now.head.seq,
        head_hash=now.head.hash.hex(),
        acknowledged_through=now.acknowledged_through,
        waiting=state.waiting,
        stopped=state.stopped,
        last_contact_ms=state.last_contact_ms,
        clock_state=moment.clock_state.value,
        clock=in_english(of_clock(state)),
        refused=state.refused,
        disk=in_english(of_disk(disk_free_bytes)),
        disk_free_bytes=disk_free_bytes,
        feeds=feeds,
        alarms=alarms,
        rows_set_aside=state.rows_set_aside,
        first_set_aside=_first_aside(db),
        sought=_sought(db),
        missing=_missing(db),
        incarnation=known_incarnation(db).incarnation,
        events_set_aside=state.events_set_aside,
        epochs=tuple(map(_epoch, held)),
        sentences=(*in_sentences(state), *filter(None, [of_clock(state)])),
    )


def _feeds(db: sqlite3.Connection) -> tuple[FeedStatus, ...]:
    taken = sorted(read_cursors(db).items())
    return tuple(FeedStatus(feed.data_set, feed.scope, at.pub_seq) for feed, at in taken)


def _sync_state(
    db: sqlite3.Connection,
    held: Sequence[HeldEpoch],
    alarms: int,
    moment: Moment,
    disk_free_bytes: int,
    went: tuple[bool, bool],
) -> SyncState:
    """As the store's file has it; ``went``: whether head office was not reached, or was busy."""
    pushing = read_push_state(db)
    opened = [str(one.epoch) for one in held if one.current and one.provisional]
    return SyncState(
        now_ms=moment.wall_ms,
        waiting=count_waiting(db),
        tails=tuple(str(one.epoch) for one in held if one.state is EpochState.ENDED),
        side_branch=opened[0] if opened else None,
        unreached=went[0],
        busy=went[1],
        stopped=pushing.stopped,
        refused=pushing.refused,
        last_contact_ms=pushing.last_contact_ms,
        server_time_ms=pushing.server_time_ms,
        alarms=alarms,
        rows_set_aside=count_aside(db),
        events_set_aside=pushing.events_set_aside,
        disk_free_bytes=disk_free_bytes,
        protocols=pushing.protocols,
    )


def _epoch(held: HeldEpoch) -> EpochStatus:
    return EpochStatus(
        str(held.epoch),
        held.state,
        held.head.seq,
        held.acknowledged_through,
        held.waiting,
        held.provisional,
        held.ratified or not held.provisional,
        held.pruned_through,
    )


def _sought(db: sqlite3.Connection) -> tuple[SoughtEvent, ...]:
    return tuple(SoughtEvent(str(one.epoch), one.seq, one.hash.hex()) for one in list_sought(db))


def _missing(db: sqlite3.Connection) -> tuple[MissingEvents, ...]:
    return tuple(MissingEvents(str(one.epoch), *one[1:]) for one in list_missing(db))


def _first_aside(db: sqlite3.Connection) -> RowSetAside | None:
    for row in rows_aside(db, 1):
        return RowSetAside(row.data_set, shown(row.key)[:KEY_CHARACTERS_MAX], shown(row.aside))
    return None
