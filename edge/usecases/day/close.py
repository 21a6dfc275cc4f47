"""Close a business day: the manifest says what it contains, whatever was sent so far."""

import sqlite3
from datetime import date
from uuid import UUID

import msgspec

from edge.db.days import BusinessDay, find_day, mark_closed
from edge.db.epoch_totals import read_epoch_account
from edge.db.epochs import epoch_opened, writing
from edge.db.journal import append, read_range
from edge.db.operators import require
from edge.db.suspended import SuspendedBasket, suspended_baskets
from edge.db.tills import open_sessions
from edge.db.totals import StoreAccount, read_account
from edge.domain.business_day import BUSINESS_DAY, BusinessDayArchived, DayEvent, TillsOpen
from edge.domain.fields import Request, ShortOperator
from edge.domain.rights import Override
from edge.usecases.basket.remove import cancel_all
from sync.engine.journal import Moment
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.change import Head
from sync.protocol.codec import decode_fact
from sync.protocol.facts import BusinessDayClosed
from sync.protocol.identity import EventId, OperatorId
from sync.protocol.manifest import Manifest
from sync.protocol.permissions import Permission
from sync.protocol.states import state_of

FIRST = 1
"""The sequence of an epoch's first event."""


class CloseBusinessDay(Request, frozen=True):
    """Who closes it. ``cancel_suspended``: baskets that wait are given up, whatever the box is set
    to."""

    operator_id: ShortOperator
    override_id: UUID | None = None
    cancel_suspended: bool = False


class ClosedDay(msgspec.Struct, frozen=True):
    """A closed day and its account; ``closed_seq`` is the closing event's sequence. ``suspended``:
    baskets that waited, and wait on or (``cancelled``) were given up with the day."""

    business_date: date
    closed_by: OperatorId
    closed_at_ms: int
    closed_seq: int
    manifest: Manifest
    suspended: tuple[SuspendedBasket, ...] = ()
    cancelled: bool = False


def close_business_day(
    db: sqlite3.Connection,
    request: CloseBusinessDay,
    business_date: date,
    event_id: EventId,
    moment: Moment,
    override: Override | None = None,
) -> ClosedDay:
    """The day with its manifest. Closing a closed day changes nothing and gives it again.

    Raises UnknownOperator, InactiveOperator, PermissionNeeded, OverrideRefused, UnknownBusinessDay,
    TillsOpen (with their names), BusinessDayArchived, NotEnrolled. Nothing unsent can keep a day
    from closing.
    """
    require(db, request.operator_id, Permission.CLOSE_DAY, business_date, override)
    found = find_day(db, business_date)
    day = BUSINESS_DAY.require(found, state_of(found), DayEvent.CLOSED, business_date)
    if BUSINESS_DAY.after(day.state, DayEvent.CLOSED) is day.state:
        return _closed_before(db, day)
    tills = open_sessions(db, business_date)
    if tills:
        named = tuple((till.till_id, till.workstation_id) for till in tills)
        raise TillsOpen(business_date, named)
    return write_closed(db, request, business_date, event_id, moment)


def write_closed(
    db: sqlite3.Connection,
    request: CloseBusinessDay,
    business_date: date,
    event_id: EventId,
    moment: Moment,
) -> ClosedDay:
    """An open day that has no open till closes; whoever asks for it may. Raises NotEnrolled."""
    suspended, cancel = suspended_baskets(db), request.cancel_suspended
    if cancel:
        cancel_all(db, request.operator_id, event_id, moment)
    manifest = make_manifest(db, business_date)
    fact = BusinessDayClosed(business_date, request.operator_id, manifest)
    seq = append(db, fact, event_id, moment).envelope.seq
    mark_closed(db, business_date, request.operator_id, moment.wall_ms, seq)
    closed = (business_date, request.operator_id, moment.wall_ms, seq, manifest)
    return ClosedDay(*closed, suspended, cancelled=cancel and bool(suspended))


def make_manifest(db: sqlite3.Connection, business_date: date) -> Manifest:
    """What the day comes to in the epoch that the box writes in, as of its head. Of a day that was
    opened in another one, or never, it has what stands here, from its first event on; what came
    home here is told apart."""
    held, day = writing(db), find_day(db, business_date)
    if day is None or held.opened_no != day.first_opened_no:
        return make_part(db, held.head, business_date)
    account = read_account(db, business_date)
    return _manifest(held.head, business_date, day.first_seq, account)


def make_part(db: sqlite3.Connection, through: Head, business_date: date) -> Manifest:
    """What the day comes to in one of this box's epochs through an event of it."""
    account = read_epoch_account(db, through.epoch, business_date, through.seq)
    return _manifest(through, business_date, FIRST, account)


def _manifest(
    through: Head, business_date: date, first_seq: int, account: StoreAccount
) -> Manifest:
    epoch = through.epoch
    place = (epoch.number, epoch.fingerprint, first_seq, through.seq, through.hash)
    return Manifest(business_date, *place, *account)


def _closed_before(db: sqlite3.Connection, day: BusinessDay) -> ClosedDay:
    """The answer again, from the closing event itself. Its row says that all three are there.
    Raises BusinessDayArchived where the journal keeps it no more."""
    if day.closed_seq is None or day.closed_by is None or day.closed_at_ms is None:
        raise LookupError(f"the closed day {day.business_date} does not say when and by whom")
    held = epoch_opened(db, day.closed_opened_no or 0)
    if held is not None and day.closed_seq <= held.pruned_through:
        raise BusinessDayArchived(day.business_date)
    place = (day.closed_seq - 1, 1, UNFOLDED_BYTES_MAX)
    entry = read_range(db, *place, None if held is None else held.epoch)[0]
    envelope = entry.envelope
    fact = decode_fact(envelope.kind, envelope.kind_version, envelope.body)
    if not isinstance(fact, BusinessDayClosed):
        raise LookupError(f"event {day.closed_seq} closes no business day")
    return ClosedDay(
        day.business_date, day.closed_by, day.closed_at_ms, day.closed_seq, fact.manifest
    )
