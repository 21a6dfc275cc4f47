"""What this box shows to a head office that was put back to its past, and whether it has."""

import sqlite3
from uuid import UUID

from edge.db.epochs import held_epochs, writing
from edge.db.pushing import read_push_state
from sync.engine.journal import NotEnrolled
from sync.engine.outbox import SendState, Showing
from sync.protocol.change import Genesis
from sync.protocol.codec import decode
from sync.protocol.identity import CustomerId, Incarnation
from sync.protocol.reference import Grant

_KNOWN = "SELECT incarnation, show_due FROM push_state WHERE one = 1"
_KNOW = (
    "INSERT INTO push_state (one, incarnation, show_due) VALUES (1, ?, 0)"
    " ON CONFLICT (one) DO UPDATE SET incarnation = excluded.incarnation, show_due = 0"
)
_DUE = (
    "INSERT INTO push_state (one, show_due) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET show_due"
    " = 1"
)
_TELL_AGAIN = "UPDATE journal_head SET ratified = 0 WHERE provisional"
_SETTINGS = "SELECT body FROM settings WHERE current"
_RIGHTS = "SELECT root, customer_id, points FROM points_right WHERE line = 0 ORDER BY root"


def known_incarnation(db: sqlite3.Connection) -> tuple[Incarnation | None, bool]:
    """That of the head office to which this box showed itself last, and whether it must again."""
    row = db.execute(_KNOWN).fetchone()
    if row is None:
        return None, False
    known = None if row[0] is None else Incarnation(UUID(bytes=row[0]))
    return known, bool(row[1])


def keep_incarnation(db: sqlite3.Connection, incarnation: Incarnation) -> None:
    """Head office of this incarnation knows this box."""
    db.execute(_KNOW, (incarnation.bytes,))


def note_show_due(db: sqlite3.Connection) -> None:
    """Head office has less than it had."""
    db.execute(_DUE)


def tell_epochs_again(db: sqlite3.Connection) -> None:
    """Perhaps head office does not know any more which epochs this box opened itself."""
    db.execute(_TELL_AGAIN)


def read_showing(db: sqlite3.Connection) -> Showing:
    """Raises NotEnrolled."""
    held = writing(db)
    issued = [one for one in held_epochs(db) if not one.provisional]
    if not issued:
        raise NotEnrolled("head office issued no epoch to this box")
    genesis = decode(Genesis, issued[-1].genesis)
    known, _ = known_incarnation(db)
    stopped = read_push_state(db).stopped is not None
    state = SendState(held.head, held.acknowledged_through, stopped, held.ended)
    settings = db.execute(_SETTINGS).fetchone()
    rights = tuple(
        Grant(UUID(bytes=root), CustomerId(UUID(bytes=customer)), points, genesis.epoch_number)
        for root, customer, points in db.execute(_RIGHTS)
    )
    return Showing(
        state,
        held.acknowledged_hash,
        issued[-1].genesis,
        issued[-1].signature,
        known or genesis.incarnation,
        b"" if settings is None else settings[0],
        rights,
    )
