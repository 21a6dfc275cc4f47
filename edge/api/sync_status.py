"""What this store has sent and taken, in plain words: for the till page, `edge status` and people.

Figures and words come from one snapshot. ``needs_a_person``: something here does not mend itself.
"""

import shutil
import sqlite3

import msgspec
from litestar import get

from edge.api.parameters import TheBox
from edge.api.written import Described
from edge.box.box import Box
from edge.box.clock import CLOCK_GAP_S_MAX
from edge.db.alarms import Alarm, list_alarms
from edge.db.pushing import PushState, read_push_state
from edge.db.reference import count_aside, rows_aside
from sync.engine.journal import Moment, acknowledged, read_head
from sync.protocol.feeds import KEY_CHARACTERS_MAX
from sync.protocol.text import shown

_FEEDS = "SELECT data_set, scope, pub_seq FROM feed_cursor ORDER BY data_set, scope"
QUIET_S = 120
"""Head office is called unreachable after this long without contact."""
DISK_LOW_BYTES = 512 << 20
"""About a million receipts, and time for a person to come."""
SECOND_MS = 1_000
MINUTE_S = 60


class FeedStatus(msgspec.Struct, frozen=True):
    """How far a feed was taken."""

    data_set: str
    scope: str
    pub_seq: int


class RowSetAside(msgspec.Struct, frozen=True):
    """A row of head office's that this version cannot take; what was known before stays in force.
    ``reason`` and ``key`` are shown as text that prints."""

    data_set: str
    key: str
    reason: str


class SyncStatus(msgspec.Struct, frozen=True):
    """``summary`` is the state in one sentence; ``waiting`` events are not at head office yet.
    ``head_office_away``: the last try failed, or there was no contact for QUIET_S (or ever).
    ``head_office_busy``: it is there and asked this box to come again later, which is no failure.
    ``clock``: what is wrong with this box's clock and what to do; null where it agreed with head
    office's at the last contact, or there was none. ``refused``: why head office does not take this
    box. ``disk``: what is wrong with the room on it and what to do. ``events_set_aside``: of this
    store's, which head office keeps and does not count for now; people see there why."""

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


@get("/sync", operation_class=Described)
async def sync_status(box: TheBox) -> SyncStatus:
    """How far this store and head office are apart, and what to do about it."""
    return await status_of(box)


async def status_of(box: Box) -> SyncStatus:
    """The state as of the last commit."""
    moment = box.clock.moment()
    free = shutil.disk_usage(box.folder).free
    return await box.reader.read(lambda db: _look(db, box, moment, free))


def _look(db: sqlite3.Connection, box: Box, moment: Moment, free: int) -> SyncStatus:
    now_ms = moment.wall_ms
    head, through, pushing = read_head(db), acknowledged(db), read_push_state(db)
    alarms, clock, aside = list_alarms(db), _clock_in_words(pushing), count_aside(db)
    disk, busy = disk_in_words(free), box.busy.is_set()
    return SyncStatus(
        store_code=box.enrolment.store_code,
        summary=_in_words(
            pushing,
            head.seq - through,
            now_ms,
            len(alarms),
            disk,
            away=box.unreached.is_set(),
            busy=busy,
        ),
        needs_a_person=bool(pushing.stopped or pushing.refused or alarms or clock or aside or disk),
        head_office_away=not busy
        and (box.unreached.is_set() or _quiet_s(pushing, now_ms) > QUIET_S),
        head_office_busy=busy,
        epoch=str(head.epoch),
        last_seq=head.seq,
        head_hash=head.hash.hex(),
        acknowledged_through=through,
        waiting=head.seq - through,
        stopped=pushing.stopped,
        last_contact_ms=pushing.last_contact_ms,
        clock_state=moment.clock_state.value,
        clock=clock,
        refused=pushing.refused,
        disk=disk,
        disk_free_bytes=free,
        feeds=tuple(FeedStatus(*row) for row in db.execute(_FEEDS)),
        alarms=alarms,
        rows_set_aside=aside,
        first_set_aside=_first_aside(db),
        events_set_aside=pushing.events_set_aside,
    )


def disk_in_words(free_bytes: int) -> str | None:
    """What to do before the disk is full; None where there is room."""
    if free_bytes >= DISK_LOW_BYTES:
        return None
    return (
        f"The disk has {free_bytes >> 20:,} MiB left: free some space. A full disk stops selling; "
        "what was sold is kept."
    )


def _first_aside(db: sqlite3.Connection) -> RowSetAside | None:
    for row in rows_aside(db, 1):
        return RowSetAside(row.data_set, shown(row.key)[:KEY_CHARACTERS_MAX], shown(row.aside))
    return None


def _quiet_s(pushing: PushState, now_ms: int) -> int:
    """How long head office was not reached; for ever if it never was."""
    if pushing.last_contact_ms is None:
        return now_ms // SECOND_MS
    return max(0, now_ms - pushing.last_contact_ms) // SECOND_MS


def _clock_in_words(pushing: PushState) -> str | None:
    """Both clocks as they stood at the last contact."""
    if pushing.last_contact_ms is None or pushing.server_time_ms is None:
        return None
    gap_s = (pushing.last_contact_ms - pushing.server_time_ms) // SECOND_MS
    if abs(gap_s) <= CLOCK_GAP_S_MAX:
        return None
    way = "ahead of" if gap_s > 0 else "behind"
    return (
        f"This box's clock was {abs(gap_s):,} s {way} head office's at the last contact, and "
        "receipts carry its time: set whichever is wrong (or let NTP). Selling goes on."
    )


def _in_words(
    pushing: PushState,
    waiting: int,
    now_ms: int,
    alarms: int,
    disk: str | None,
    *,
    away: bool,
    busy: bool,
) -> str:
    """One sentence for people; selling goes on in every one of these states."""
    told = f" {alarms} alarm(s) need a person." if alarms else ""
    if disk is not None:
        told = f" {disk}{told}"
    if pushing.events_set_aside:
        told = f" It keeps {pushing.events_set_aside:,} record(s) that do not count yet.{told}"
    if pushing.stopped is not None:
        return (
            f"Sending to head office is stopped ({pushing.stopped}); {waiting:,} records wait. "
            f"Selling goes on. Call head office.{told}"
        )
    if pushing.refused is not None:
        why = pushing.refused[:1].upper() + pushing.refused[1:].rstrip(".")
        return f"{why}; {waiting:,} records wait. Selling goes on. Call head office.{told}"
    if busy:
        waits = f"{waiting:,} records wait and are sent when it has" if waiting else "it asks for"
        return f"Head office is busy; {waits} a moment. Selling goes on.{told}"
    if pushing.last_contact_ms is None:
        return f"Head office was not reached yet; {waiting:,} records wait. Selling goes on.{told}"
    quiet_s = _quiet_s(pushing, now_ms)
    if quiet_s > QUIET_S and not waiting:
        return (
            f"Head office has everything; it was last reached {quiet_s // MINUTE_S:,} min ago. "
            f"Selling goes on.{told}"
        )
    if quiet_s > QUIET_S:
        return (
            f"Head office was last reached {quiet_s // MINUTE_S:,} min ago; {waiting:,} records "
            f"wait and will be sent when the line is back. Selling goes on.{told}"
        )
    if away and waiting:
        return (
            f"{waiting:,} records wait for head office, which does not answer just now. "
            f"Selling goes on.{told}"
        )
    if away:
        return f"Head office has everything; it does not answer just now. Selling goes on.{told}"
    if waiting:
        return f"{waiting:,} records are on their way to head office.{told}"
    return f"Head office has everything.{told}"


ROUTES = (sync_status,)
