"""Rights to spend that this store gives back, and those that it asks head office for. What a sale
takes from them stands with the sales."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sync.protocol.cards import account_of
from sync.protocol.change import Epoch
from sync.protocol.escrow import Right, RightKind
from sync.protocol.facts import Released, RightTaken
from sync.protocol.identity import CompanyId

ACCOUNTS_AT_ONCE = 100
REQUESTS_AT_ONCE = 100

_GROWN = "SELECT kind, account_id FROM right_grown ORDER BY kind, account_id LIMIT ?"
_LOOKED_AT = "DELETE FROM right_grown WHERE kind = ? AND account_id = ?"
_FORGET_GROWN = "DELETE FROM right_grown"
_LEFT = """
SELECT root, line, points - spent - released FROM points_right
WHERE kind = ? AND customer_id = ? AND points > spent + released ORDER BY root, line
"""
_COMPANY = "SELECT company_id FROM box"
_RELEASE = "UPDATE points_right SET released = released + ? WHERE root = ? AND line = ?"
_GIVE = (
    "INSERT OR IGNORE INTO points_right (root, line, customer_id, points, spent, kind, released,"
    " last_day) VALUES (?, 0, ?, ?, 0, ?, 0, ?)"
)
_ASK = (
    "INSERT INTO right_request (request_id, kind, account_id, amount, asked_at_ms, epoch_number,"
    " epoch_fingerprint, state, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE = "UPDATE right_request SET state = ? WHERE request_id = ?"
_STATE = "SELECT state, kind, account_id FROM right_request WHERE request_id = ?"
_UNANSWERED = """
SELECT request_id FROM right_request
WHERE state = 'asked' AND abs(asked_at_ms - ?) >= ? AND epoch_number = ? AND epoch_fingerprint = ?
ORDER BY asked_at_ms LIMIT ?
"""
_UNUSED = """
SELECT q.request_id, q.kind, q.account_id, r.points - r.spent - r.released AS unused
FROM right_request q JOIN points_right r ON r.root = q.request_id AND r.line = 0
WHERE q.state = 'granted' AND abs(q.asked_at_ms - ?) >= ? AND q.epoch_number = ?
    AND q.epoch_fingerprint = ?
ORDER BY q.asked_at_ms LIMIT ?
"""


class RequestState(StrEnum):
    """Of a right that head office was asked for."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    ENDED = "ended"
    """What was granted is spent, or was given back."""


class RightRequest(NamedTuple):
    """One that was asked for."""

    state: RequestState
    kind: str
    account_id: UUID


def grown_accounts(db: sqlite3.Connection) -> list[tuple[str, UUID]]:
    """Accounts that something was born of and that nobody looked at since."""
    rows = db.execute(_GROWN, (ACCOUNTS_AT_ONCE,))
    return [(row[0], UUID(bytes=row[1])) for row in rows]


def note_looked_at(db: sqlite3.Connection, kind: str, account_id: UUID) -> None:
    """Nothing of the account is to be given back for now."""
    db.execute(_LOOKED_AT, (kind, account_id.bytes))


def forget_grown(db: sqlite3.Connection) -> None:
    """What was born in an epoch that is left is not this one's to give back."""
    db.execute(_FORGET_GROWN)


def rights_of(db: sqlite3.Connection, kind: str, account_id: UUID) -> tuple[Right, ...]:
    """What is left of each right to the account here, oldest first."""
    rows = db.execute(_LEFT, (kind, account_id.bytes))
    return tuple(Right(UUID(bytes=row[0]), row[1], row[2]) for row in rows)


def coupons_here(db: sqlite3.Connection, numbers: Iterable[str]) -> dict[str, RightTaken]:
    """Coupons that are good once, by their numbers: of those that this store may take, the right
    to."""
    kind, found = RightKind.COUPON.value, {}
    company_id = CompanyId(UUID(bytes=db.execute(_COMPANY).fetchone()[0]))
    for number in numbers:
        account_id = account_of(company_id, number)
        for right in rights_of(db, kind, account_id)[:1]:
            found[number] = RightTaken(kind, account_id, right.root, right.line, 1)
    return found


def note_released(db: sqlite3.Connection, releases: Iterable[Released]) -> None:
    """So much of these rights is spent here no more."""
    db.executemany(_RELEASE, [(one.amount, one.root.bytes, one.line) for one in releases])


def note_asked(
    db: sqlite3.Connection,
    request_id: UUID,
    account: tuple[str, UUID],
    amount: int,
    at_ms: int,
    epoch: Epoch,
    until: date | None,
) -> None:
    """A right is asked for. ``account``: its kind and id; ``until``: the last business date on
    which it may be used, None: it has no end."""
    kind, account_id = account
    what = (request_id.bytes, kind, account_id.bytes, amount, at_ms)
    last = None if until is None else until.isoformat()
    db.execute(_ASK, (*what, epoch.number, epoch.fingerprint, RequestState.ASKED.value, last))


def find_request(db: sqlite3.Connection, request_id: UUID) -> RightRequest | None:
    """By its id."""
    row = db.execute(_STATE, (request_id.bytes,)).fetchone()
    return None if row is None else RightRequest(RequestState(row[0]), row[1], UUID(bytes=row[2]))


def move_request(db: sqlite3.Connection, request_id: UUID, state: RequestState) -> None:
    """What became of it."""
    db.execute(_MOVE, (state.value, request_id.bytes))


def hold_right(
    db: sqlite3.Connection,
    root: UUID,
    account: tuple[str, UUID],
    amount: int,
    last_day: date | None = None,
) -> None:
    """A right that head office gave, spent from now on like every other; ``last_day``: through
    which its account is good."""
    kind, account_id = account
    last = None if last_day is None else last_day.isoformat()
    db.execute(_GIVE, (root.bytes, account_id.bytes, amount, kind, last))


def unanswered(db: sqlite3.Connection, now_ms: int, within_ms: int, epoch: Epoch) -> list[UUID]:
    """Requests of this epoch that nobody answered within that time. One that was asked for so far
    in the future was by a clock that somebody set back since."""
    rows = db.execute(_UNANSWERED, (now_ms, within_ms, *_named(epoch), REQUESTS_AT_ONCE))
    return [UUID(bytes=row[0]) for row in rows]


def unused(db: sqlite3.Connection, now_ms: int, within_ms: int, epoch: Epoch) -> list[Released]:
    """Of rights that this epoch asked for and that waited so long: what is left of each, perhaps
    nothing (0)."""
    rows = db.execute(_UNUSED, (now_ms, within_ms, *_named(epoch), REQUESTS_AT_ONCE))
    return [Released(row[1], UUID(bytes=row[2]), UUID(bytes=row[0]), 0, row[3]) for row in rows]


def _named(epoch: Epoch) -> tuple[int, bytes]:
    return epoch.number, epoch.fingerprint
