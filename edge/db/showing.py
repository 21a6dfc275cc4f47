"""What this box shows to a head office that was put back to its past, and whether it has."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

import msgspec

from edge.db.epochs import find_epoch, held_epochs, remember_acknowledged, writing
from edge.db.pruning import forget_marks_beyond
from edge.db.pushing import read_push_state
from sync.engine.journal import NotEnrolled
from sync.engine.outbox import SendState, Showing
from sync.engine.signing import head_text, parse_head
from sync.protocol.change import Epoch, Genesis, Head
from sync.protocol.codec import decode
from sync.protocol.enrolment import AnswerShown
from sync.protocol.identity import CustomerId, Incarnation
from sync.protocol.reference import Goodwill, Grant

_KNOWN = "SELECT incarnation, show_due FROM push_state WHERE one = 1"
_KNOW = (
    "INSERT INTO push_state (one, incarnation, show_due) VALUES (1, ?, NULL)"
    " ON CONFLICT (one) DO UPDATE SET incarnation = excluded.incarnation, show_due = NULL"
)
_DUE = (
    "INSERT INTO push_state (one, show_due) VALUES (1, ?) ON CONFLICT (one)"
    " DO UPDATE SET show_due = coalesce(show_due, excluded.show_due)"
)
_TELL_AGAIN = "UPDATE journal_head SET ratified = 0 WHERE provisional"
_SETTINGS = "SELECT body FROM settings WHERE current"
_RIGHTS = """
SELECT root, customer_id, points FROM points_right WHERE line = 0 AND kind = 'points' ORDER BY root
"""
_ANSWERS = """
SELECT q.request_id, q.kind, q.account_id, q.amount, r.points FROM right_request q
JOIN points_right r ON r.root = q.request_id AND r.line = 0
WHERE q.epoch_number = ? AND q.epoch_fingerprint = ? AND r.points > 0
ORDER BY q.kind <> 'points', q.request_id
"""
_GOODWILL = "SELECT kind, amount, period, from_date, epoch, until FROM goodwill WHERE epoch = ?"


class Known(NamedTuple):
    """``incarnation``: of the head office to which this box showed itself last; ``lost``: the last
    event that was acknowledged to it and that head office has lost since."""

    incarnation: Incarnation | None
    lost: Head | None


def known_incarnation(db: sqlite3.Connection) -> Known:
    """Of neither before the first contact."""
    row = db.execute(_KNOWN).fetchone()
    if row is None:
        return Known(None, None)
    known = None if row[0] is None else Incarnation(UUID(bytes=row[0]))
    return Known(known, None if row[1] is None else parse_head(row[1]))


def keep_incarnation(db: sqlite3.Connection, incarnation: Incarnation) -> None:
    """Head office of this incarnation knows this box."""
    db.execute(_KNOW, (incarnation.bytes,))


def note_show_due(db: sqlite3.Connection, epoch: Epoch | None = None) -> None:
    """Head office has less than it had, of this epoch (None: that the box writes in). Call it
    before what is acknowledged is set back."""
    held = writing(db) if epoch is None else find_epoch(db, epoch)
    if held is not None:
        told = Head(held.epoch, held.acknowledged_through, held.acknowledged_hash)
        db.execute(_DUE, (head_text(told),))


def tell_epochs_again(db: sqlite3.Connection) -> None:
    """Perhaps head office does not know any more which epochs this box opened itself, nor what it
    had of those that are ended or left: they are told and sent again, as far as they are kept."""
    db.execute(_TELL_AGAIN)
    for held in held_epochs(db):
        if not held.current:
            kept_from = held.pruned_hash or held.genesis_hash
            remember_acknowledged(db, held.epoch, held.pruned_through, kept_from)
            forget_marks_beyond(db, held.epoch, held.pruned_through)


def read_showing(db: sqlite3.Connection) -> Showing:
    """Raises NotEnrolled."""
    held = writing(db)
    issued = [one for one in held_epochs(db) if not one.provisional]
    if not issued:
        raise NotEnrolled("head office issued no epoch to this box")
    genesis = decode(Genesis, issued[-1].genesis)
    known = known_incarnation(db)
    told = Head(held.epoch, held.acknowledged_through, held.acknowledged_hash)
    stopped = read_push_state(db).stopped is not None
    state = SendState(held.head, held.acknowledged_through, stopped, held.ended)
    settings = db.execute(_SETTINGS).fetchone()
    rights = tuple(
        Grant(UUID(bytes=root), CustomerId(UUID(bytes=customer)), points, genesis.epoch_number)
        for root, customer, points in db.execute(_RIGHTS)
    )
    epoch = issued[-1].epoch
    answers = tuple(
        AnswerShown(UUID(bytes=request), kind, UUID(bytes=account), asked, granted)
        for request, kind, account, asked, granted in db.execute(
            _ANSWERS, (epoch.number, epoch.fingerprint)
        )
    )
    lent = db.execute(_GOODWILL, (str(epoch),)).fetchall()
    return Showing(
        state,
        known.lost or told,
        issued[-1].genesis,
        issued[-1].signature,
        known.incarnation or genesis.incarnation,
        b"" if settings is None else settings[0],
        rights,
        answers,
        tuple(msgspec.convert(row, Goodwill) for row in lent),
    )
