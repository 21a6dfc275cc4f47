"""What this box exchanges with head office: rounds of push, heartbeat and pull over one line.

A round's parts come from ``sync.engine``; here they meet the box: its writer, its key, its use
cases. The loop that repeats rounds is the server's (``edge/server/background.py``); ``first_load``
is what provisioning does.
"""

import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import structlog
import uuid_utils.compat

from edge.box.box import SOFTWARE, Box
from edge.db.alarms import list_alarms
from edge.db.connection.errors import CannotStart
from edge.db.epochs import count_waiting
from edge.db.journal import read_head
from edge.db.loads import read_load
from edge.db.outbox import SqliteJournal, Told
from edge.db.reference import Feed, count_aside, read_cursor
from edge.exchange.loading import BoxLoads
from edge.exchange.switching import note_taken, settle_switch, switch
from edge.usecases.box.branch_off import branch_off
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.box.record_contact import record_contact
from edge.usecases.box.stop_pushing import stop_pushing
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.feed.load_anew import load_anew
from edge.usecases.feed.sweep import (
    feeds_left,
    forget_others,
    is_swept,
    mark_left,
    sweep_rest,
)
from edge.usecases.feed.take_effect import Standing, standing_of
from sync.engine.fetch import PullLater
from sync.engine.outbox import BranchCause, Stopped, StopReason
from sync.engine.outcome import Heard
from sync.engine.pull import (
    NEVER_PULLED,
    Applied,
    Cursor,
    ReadCursor,
    UpToDate,
    ask_beyond,
    known_feeds,
    not_head_offices,
    pull_once,
)
from sync.engine.push import beat_once
from sync.engine.signing import NONCE_BYTES_MAX, Signer
from sync.engine.transport import HttpTransport, Transport, open_client
from sync.engine.trust import carrier_for
from sync.protocol.batch import Acknowledgement, Health
from sync.protocol.change import Epoch
from sync.protocol.enrolment import pin_of
from sync.protocol.facts import AlarmKind
from sync.protocol.feeds import ROWS
from sync.protocol.identity import Incarnation
from sync.protocol.manifest import Manifest
from sync.protocol.reference import DataSet, FeedHead, FeedPage

ALARMS_TOLD_MAX = 10
ROWS_ASIDE = "rows_set_aside"
"""What head office is told as long as there are rows that this version cannot take."""
ROUNDS_MAX = 100_000
"""Pages of one load; far more than any company's feeds have."""

_ALARM = {
    StopReason.BAD_ENVELOPE: AlarmKind.BAD_ENVELOPE,
    StopReason.JOURNAL_DAMAGED: AlarmKind.JOURNAL_DAMAGED,
}
"""What people are alarmed by; the alarm's detail begins with the reason itself."""


log = structlog.get_logger()


class Aim(NamedTuple):
    """The heads of one acknowledgement, of the feeds whose rows wait for one another."""

    incarnation: Incarnation
    heads: dict[Feed, int]


@dataclass
class Line:
    """This box's way to head office. ``cursors``: how far each feed was taken; only this line
    moves them, so that a push need not ask the database for each. ``begun_anew``: the heads for
    which feeds were begun anew, each once, whatever comes of it. ``aim``: through which heads
    everything comes into force next, once all of them are reached; ``settled``: the heads at which
    all is in force and swept; ``declared``: the manifest that went ahead last."""

    transport: Transport
    signer: Signer
    journal: SqliteJournal
    cursors: dict[tuple[DataSet, str], Cursor]
    begun_anew: set[FeedHead] = field(default_factory=set)
    aim: Aim | None = None
    settled: tuple[FeedHead, ...] | None = None
    declared: Manifest | None = None


class Loading(NamedTuple):
    """Records loaded so far, of how many."""

    done: int
    whole: int


@asynccontextmanager
async def line_to_central(box: Box) -> AsyncIterator[Line]:
    """Open a line; nothing is sent yet."""
    signer = Signer(
        box.enrolment.store_id,
        box.enrolment.device_id,
        box.device_key,
        box.enrolment.central_key,
        lambda: secrets.token_bytes(NONCE_BYTES_MAX),
    )
    url, pin = box.settings.central_url, pin_of(box.enrolment.central_key)
    async with open_client(url, carrier_for(box.settings.trust, url, pin)) as client:
        transport = HttpTransport(client, box.settings.central_timeout_s)
        yield Line(transport, signer, journal_of(box), {})


def journal_of(box: Box) -> SqliteJournal:
    """The box's journal as rounds see it: what befalls it is told to people as an alarm."""

    def stopped(db: sqlite3.Connection, why: Stopped) -> None:
        stop_pushing(
            db,
            f"{why.reason.value}: {why.detail}",
            box.clock.moment(),
            alarm=_ALARM.get(why.reason),
            alarm_id=uuid_utils.compat.uuid7(),
        )

    def sent_again(db: sqlite3.Connection, epoch: Epoch, detail: str) -> None:
        raise_alarm(
            db,
            AlarmKind.CENTRAL_REWOUND,
            str(epoch),
            detail,
            box.clock.moment(),
            alarm_id=uuid_utils.compat.uuid7(),
        )

    def branched_off(db: sqlite3.Connection, epoch: Epoch, cause: BranchCause, detail: str) -> None:
        branch_off(db, epoch, cause, detail, box.clock.moment(), box.opening())

    told = Told(stopped, sent_again, branched_off)
    return SqliteJournal(box.reader.read, box.writer.run, told)


async def tell_damaged(box: Box, seq: int) -> None:
    """A row of the journal went as damaged: people must look at the disk, everything goes on."""
    detail = (
        f"Event {seq} of this box's journal is not what was written: its disk was damaged or"
        " changed. It went to head office as it is, and the tills are asked for it; `edge verify`."
    )

    def unit(db: sqlite3.Connection) -> None:
        alarm_id = uuid_utils.compat.uuid7()
        moment = box.clock.moment()
        raise_alarm(db, AlarmKind.JOURNAL_DAMAGED, str(seq), detail, moment, alarm_id=alarm_id)

    await box.writer.run(unit)


async def health_of(box: Box) -> Health:
    """What this store says of itself with each push."""
    free = shutil.disk_usage(box.folder).free
    now_ms = box.clock.moment().wall_ms

    def look(db: sqlite3.Connection) -> Health:
        queue = count_waiting(db)
        alarms = tuple(alarm.kind for alarm in list_alarms(db, ALARMS_TOLD_MAX))
        if count_aside(db):
            alarms = (ROWS_ASIDE, *alarms)
        return Health(SOFTWARE, queue, free, now_ms, alarms)

    return await box.reader.read(look)


async def note_contact(box: Box, heard: Acknowledgement) -> None:
    """Head office answered: its clock confirms ours or does not, and people can see when it was."""
    box.clock.server_said(heard.server_time_ms)
    moment, steady = box.clock.moment(), box.clock.steady()
    told = (heard.server_time_ms, steady, heard.set_aside, heard.commands, heard.versions)
    await box.writer.run(lambda db: record_contact(db, moment, *told))


async def pull_page(box: Box, line: Line, heard: Acknowledgement) -> UpToDate | Applied | PullLater:
    """Take the next page of the first feed that is behind; put in force what is there whole."""
    await settle_switch(box)
    head = await box.reader.read(read_head)

    async def apply(page: FeedPage) -> None:
        moment = box.clock.moment()
        line.settled = None
        line.cursors.pop((DataSet(page.data_set), page.scope), None)
        applied = await box.writer.run(lambda db: apply_reference(db, page, moment))
        await note_taken(box, DataSet(page.data_set), applied.unreadable)

    async def note_part(data_set: DataSet, unreadable: tuple[str, ...]) -> None:
        line.settled = None
        line.cursors.clear()
        await note_taken(box, data_set, unreadable)

    line.aim = _aim_at(line.aim, heard)
    cursor_of, loads = _cursors_of(box, line), BoxLoads(box, note_part)
    outcome = await pull_once(cursor_of, apply, line.transport, line.signer, head, heard, loads)
    match outcome:
        case UpToDate() if line.settled != heard.feeds:
            if await _put_in_force(box, line, _aim_at(None, heard)):
                await _sweep(box, line, heard)
                line.settled = heard.feeds
        case Applied() if await _is_reached(cursor_of, line.aim):
            await _put_in_force(box, line, line.aim)
            line.aim = None
        case _:
            pass
    return outcome


def _aim_at(before: Aim | None, heard: Acknowledgement) -> Aim:
    """The heads of the newest answer, or those that were aimed at before and are not reached yet:
    head office may publish faster than a narrow line takes. An aim that cannot be reached any more
    is given up: head office was restored, or the store follows other feeds."""
    feeds = ((Feed(DataSet(feed.data_set), feed.scope), feed.head) for feed in known_feeds(heard))
    newest = Aim(
        heard.incarnation, {feed: head for feed, head in feeds if not ROWS[feed.data_set].alone}
    )
    if before is None or before.incarnation != newest.incarnation:
        return newest
    if before.heads.keys() != newest.heads.keys():
        return newest
    ahead = any(head > newest.heads[feed] for feed, head in before.heads.items())
    return newest if ahead else before


async def _is_reached(cursor_of: ReadCursor, aim: Aim) -> bool:
    for feed, head in aim.heads.items():
        cursor = await cursor_of(*feed)
        if cursor.pub_seq < head or (head > 0 and cursor.incarnation != aim.incarnation):
            return False
    return True


async def _put_in_force(box: Box, line: Line, aim: Aim) -> bool:
    """Whole, each row at its effective minute; False: not before a later answer."""
    standing = await box.reader.read(lambda db: standing_of(db, aim.heads))
    if standing is not Standing.READY:
        return standing is Standing.IN_FORCE
    await switch(box, aim.heads)
    line.cursors.clear()
    return True


async def _sweep(box: Box, line: Line, heard: Acknowledgement) -> None:
    """Piece by piece: sales go on between."""
    followed = [Feed(DataSet(feed.data_set), feed.scope) for feed in known_feeds(heard)]
    left = not await box.reader.read(lambda db: is_swept(db, followed))
    if left:
        await box.writer.run(partial(forget_others, followed=followed))
    for old in await box.reader.read(lambda db: feeds_left(db, followed)):
        behind: str | None = ""
        while behind is not None:
            behind = await box.writer.run(partial(mark_left, old=old, behind=behind))
    while left:
        piece = partial(sweep_rest, followed=followed, moment=box.clock.moment())
        left = await box.writer.run(piece)
        line.cursors.clear()


async def begin_differing_anew(box: Box, line: Line, heard: Acknowledgement) -> bool:
    """Load anew what is not head office's. ``heard`` was asked for after the last page. A feed that
    does not come out at the head that it was begun anew for is left alone until the next head.

    True: head office was asked beyond a head, and may be of another incarnation than ``heard``."""
    await settle_switch(box)
    cursor_of = _cursors_of(box, line)
    found = await not_head_offices(cursor_of, heard)
    differing = [feed for feed in found if feed not in line.begun_anew]
    if not differing:
        return False
    head = await box.reader.read(read_head)
    beyond = await ask_beyond(cursor_of, line.transport, line.signer, head, heard)
    if beyond is None:
        return False  # what it did not hear is said again at the next heartbeat
    feeds = [Feed(DataSet(feed.data_set), feed.scope) for feed in differing]
    moment, alarm_id = box.clock.moment(), uuid_utils.compat.uuid7()
    await box.writer.run(lambda db: load_anew(db, feeds, moment, alarm_id=alarm_id))
    for feed in feeds:
        line.cursors.pop((feed.data_set, feed.scope), None)
    line.begun_anew.update(differing)
    line.settled = None
    names = [feed.data_set.value for feed in feeds]
    log.error("feeds begun anew", store=box.enrolment.store_code, data_sets=names)
    return beyond


def _cursors_of(box: Box, line: Line) -> ReadCursor:
    async def cursor_of(data_set: DataSet, scope: str) -> Cursor:
        known = line.cursors.get((data_set, scope))
        if known is None:
            known = await box.reader.read(lambda db: _cursor(db, data_set, scope))
            line.cursors[data_set, scope] = known
        return known

    return cursor_of


def _cursor(db: sqlite3.Connection, data_set: DataSet, scope: str) -> Cursor:
    cursor = read_cursor(db, Feed(data_set, scope))
    return NEVER_PULLED if cursor is None else Cursor(*cursor)


class NotLoaded(CannotStart):
    """Head office stopped answering during the first load."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"Not everything could be loaded from head office ({detail}): run the same command "
            "again; it goes on where it stopped."
        )


async def first_load(box: Box, show: Callable[[Loading], None]) -> Loading:
    """Every feed to its head. Raises NotLoaded."""
    async with line_to_central(box) as line:
        return await load_over(box, line, show)


async def load_over(box: Box, line: Line, show: Callable[[Loading], None]) -> Loading:
    """``first_load`` over a line that somebody else opened."""
    acknowledgement = await _heard(box, line)
    if await begin_differing_anew(box, line, acknowledgement):
        acknowledgement = await _heard(box, line)
    for _ in range(ROUNDS_MAX):
        outcome = await pull_page(box, line, acknowledgement)
        loading = await box.reader.read(lambda db: _loading(db, acknowledgement))
        show(loading)
        match outcome:
            case UpToDate():
                return loading
            case PullLater(detail=detail):
                raise NotLoaded(detail)
    raise NotLoaded(f"more than {ROUNDS_MAX:,} pages")


async def _heard(box: Box, line: Line) -> Acknowledgement:
    heard = await beat_once(line.journal, line.transport, line.signer)
    if not isinstance(heard, Heard):
        raise NotLoaded(heard.detail)
    await note_contact(box, heard.acknowledgement)
    return heard.acknowledgement


def _loading(db: sqlite3.Connection, heard: Acknowledgement) -> Loading:
    feeds = known_feeds(heard)
    taken = [_taken(db, Feed(DataSet(feed.data_set), feed.scope)) for feed in feeds]
    heads = [feed.head for feed in feeds]
    return Loading(sum(map(min, taken, heads)), sum(heads))


def _taken(db: sqlite3.Connection, feed: Feed) -> int:
    """Of a snapshot that is being loaded, so much of its head as of its parts."""
    load = read_load(db, feed)
    if load is None:
        return _cursor(db, *feed).pub_seq
    return load.snapshot.head * load.done // len(load.snapshot.parts)
