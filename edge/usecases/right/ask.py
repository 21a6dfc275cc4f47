"""Asks for a right to spend: what the box writes down before it asks head office, and what after.

Each is a unit of work of its own, and no sale waits for either: the sale spends what is there when
it is made.
"""

import sqlite3
from datetime import date
from typing import NamedTuple
from uuid import UUID

from edge.db.days import find_open_day
from edge.db.epochs import writing
from edge.db.journal import append
from edge.db.rights import RequestState, find_request, hold_right, move_request, note_asked
from edge.db.store import read_settings, today
from edge.domain.sale.refusals.points import NothingToAskFor
from sync.engine.journal import Moment
from sync.protocol.change import Head
from sync.protocol.escrow import RightKind
from sync.protocol.facts import GrantAsked, GrantReleased
from sync.protocol.identity import EventId
from sync.protocol.leaves import last_day_of_leave
from sync.protocol.rights import RightAsked


class Question(NamedTuple):
    """As it is written down, and with which head it is asked."""

    head: Head
    asked: RightAsked


def note_question(
    db: sqlite3.Connection,
    request_id: UUID,
    account: tuple[str, UUID],
    amount: int,
    moment: Moment,
    *,
    event_id: UUID,
) -> Question:
    """What head office is asked, and with which head. Raises NothingToAskFor in an epoch that this
    box opened by itself: it is given none; NotEnrolled; SettingsMissing."""
    epoch = writing(db)
    if epoch.provisional:
        raise NothingToAskFor
    until = _until(db, moment) if account[0] == RightKind.REFUND else None
    append(db, GrantAsked(request_id, *account, amount), EventId(event_id), moment)
    note_asked(db, request_id, account, amount, moment.wall_ms, epoch.epoch, until)
    return Question(writing(db).head, RightAsked(request_id, *account, amount, until))


def _until(db: sqlite3.Connection, moment: Moment) -> date:
    """The last day of a leave that is asked for now."""
    day = find_open_day(db)
    now = today(read_settings(db), moment.now_ms)
    return last_day_of_leave(None if day is None else day.business_date, now)


def note_answer(
    db: sqlite3.Connection, request_id: UUID, granted: int, last_day: date | None = None
) -> int:
    """Head office granted so much (0: nothing), of an account that is good through ``last_day``;
    how much of it this store may spend. One that was given up meanwhile, or whose epoch is left,
    may not be spent any more."""
    asked = find_request(db, request_id)
    if asked is None or asked.state is not RequestState.ASKED or writing(db).provisional:
        return 0
    if granted == 0:
        move_request(db, request_id, RequestState.REFUSED)
        return 0
    move_request(db, request_id, RequestState.GRANTED)
    hold_right(db, request_id, (asked.kind, asked.account_id), granted, last_day)
    return granted


def give_up(db: sqlite3.Connection, request_id: UUID, moment: Moment, *, event_id: UUID) -> None:
    """Nobody answered: whatever was or will be granted is not spent here."""
    asked = find_request(db, request_id)
    if asked is None or asked.state is not RequestState.ASKED or writing(db).provisional:
        return
    move_request(db, request_id, RequestState.GIVEN_UP)
    append(db, GrantReleased((), (request_id,)), EventId(event_id), moment)
