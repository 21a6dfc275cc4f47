"""Asks for a right to spend: what the box writes down before it asks head office, and what after.

Each is a unit of work of its own, and no sale waits for either: the sale spends what is there when
it is made.
"""

import sqlite3
from uuid import UUID

from edge.db.epochs import writing
from edge.db.journal import append
from edge.db.rights import RequestState, find_request, hold_right, move_request, note_asked
from edge.domain.sale.refusals.points import NothingToAskFor
from sync.engine.journal import Moment
from sync.protocol.change import Head
from sync.protocol.facts import GrantAsked, GrantReleased
from sync.protocol.identity import EventId


def note_question(
    db: sqlite3.Connection,
    request_id: UUID,
    account: tuple[str, UUID],
    amount: int,
    moment: Moment,
    *,
    event_id: UUID,
) -> Head:
    """The head with which head office is asked. Raises NothingToAskFor in an epoch that this box
    opened by itself: it is given none; NotEnrolled."""
    epoch = writing(db)
    if epoch.provisional:
        raise NothingToAskFor
    append(db, GrantAsked(request_id, *account, amount), EventId(event_id), moment)
    note_asked(db, request_id, account, amount, moment.wall_ms, epoch.epoch)
    return writing(db).head


def note_answer(db: sqlite3.Connection, request_id: UUID, granted: int) -> int:
    """Head office granted so much (0: nothing); how much of it this store may spend. One that was
    given up meanwhile, or whose epoch is left, may not be spent any more."""
    asked = find_request(db, request_id)
    if asked is None or asked.state is not RequestState.ASKED or writing(db).provisional:
        return 0
    if granted == 0:
        move_request(db, request_id, RequestState.REFUSED)
        return 0
    move_request(db, request_id, RequestState.GRANTED)
    hold_right(db, request_id, (asked.kind, asked.account_id), granted)
    return granted


def give_up(db: sqlite3.Connection, request_id: UUID, moment: Moment, *, event_id: UUID) -> None:
    """Nobody answered: whatever was or will be granted is not spent here."""
    asked = find_request(db, request_id)
    if asked is None or asked.state is not RequestState.ASKED or writing(db).provisional:
        return
    move_request(db, request_id, RequestState.GIVEN_UP)
    append(db, GrantReleased((), (request_id,)), EventId(event_id), moment)
