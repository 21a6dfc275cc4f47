"""Who is signed in where, as rows; a session's token is known by its hash only."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from edge.db.workstations import token_hash
from edge.domain.operator import Room, Session
from edge.domain.reckoning import Steady
from sync.protocol.identity import OperatorId, WorkstationId

_ALL = """
SELECT s.token_hash, s.session_id, s.operator_id, s.workstation_id, s.own_pin_needed,
       s.ended_at_ms, s.room, s.machine_boot, s.seen_ms
FROM operator_session s JOIN operator o ON o.operator_id = s.operator_id
LEFT JOIN credential c ON c.operator_id = s.operator_id
WHERE o.active AND NOT (coalesce(c.starting, 0) AND c.set_at_ms > s.pin_set_at_ms)
LIMIT ?
"""
"""Of whoever still works here, and whose PIN head office has not reset since."""
_BEGIN = (
    "INSERT INTO operator_session (session_id, token_hash, operator_id, workstation_id, room,"
    " machine_boot, seen_ms, pin_set_at_ms, own_pin_needed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_END = (
    "UPDATE operator_session SET ended_at_ms = ?"
    " WHERE workstation_id = ? AND room = ? AND ended_at_ms IS NULL"
)
_OPEN = (
    "SELECT session_id, operator_id FROM operator_session"
    " WHERE workstation_id = ? AND room = ? AND ended_at_ms IS NULL"
)
_FORGET = "DELETE FROM operator_session WHERE session_id = ?"
_FORGET_OLD = "DELETE FROM operator_session WHERE ended_at_ms < ?"
_FORGET_AT = "DELETE FROM operator_session WHERE workstation_id = ?"
_FORGET_OF = "DELETE FROM operator_session WHERE operator_id = ? AND session_id <> ?"
_SEEN = "UPDATE operator_session SET machine_boot = ?, seen_ms = ? WHERE session_id = ?"
_PIN_SET = "UPDATE operator_session SET own_pin_needed = 0, pin_set_at_ms = ? WHERE session_id = ?"
_NOW = """
SELECT s.workstation_id, s.room, s.operator_id, o.name, s.own_pin_needed
FROM operator_session s JOIN operator o ON o.operator_id = s.operator_id
WHERE o.active AND s.ended_at_ms IS NULL ORDER BY s.workstation_id, s.room DESC LIMIT ?
"""
SESSIONS_MAX = 10_000
"""Sessions that are known at a time: the open ones of each workstation, and those that ended within
ENDED_KEPT_MS."""
ENDED_KEPT_MS = 48 * 3_600_000
"""So long a basket that was tendered before may take to arrive."""


def read_sessions(db: sqlite3.Connection) -> dict[bytes, tuple[Session, Steady]]:
    """By their tokens' hashes, each with when it was used last."""
    return {
        row[0]: (
            Session(
                UUID(bytes=row[1]),
                OperatorId(row[2]),
                WorkstationId(row[3]),
                bool(row[4]),
                row[5],
                Room(row[6]),
            ),
            Steady(row[7], row[8]),
        )
        for row in db.execute(_ALL, (SESSIONS_MAX,))
    }


class SignedInAt(NamedTuple):
    """Who is signed in where, as far as rows say: one that was not used for long may have locked
    itself since (``edge/box/sessions.py``)."""

    workstation_id: WorkstationId
    room: Room
    operator_id: OperatorId
    name: str
    own_pin_needed: bool


def signed_in_now(db: sqlite3.Connection) -> tuple[SignedInAt, ...]:
    """By workstation, the till before the back office."""
    return tuple(
        SignedInAt(WorkstationId(row[0]), Room(row[1]), OperatorId(row[2]), row[3], bool(row[4]))
        for row in db.execute(_NOW, (SESSIONS_MAX,))
    )


def find_open_session(
    db: sqlite3.Connection, workstation_id: WorkstationId, room: Room
) -> tuple[UUID, OperatorId] | None:
    """Which one is open there, and whose."""
    row = db.execute(_OPEN, (workstation_id, room)).fetchone()
    return None if row is None else (UUID(bytes=row[0]), OperatorId(row[1]))


def insert_session(
    db: sqlite3.Connection, session: Session, token: str, pin_set_at_ms: int, steady: Steady
) -> None:
    """Its workstation has no other open one in this room."""
    names = (session.operator_id, session.workstation_id, session.room)
    hashed = (session.session_id.bytes, token_hash(token))
    pin = (pin_set_at_ms, session.own_pin_needed)
    db.execute(_BEGIN, (*hashed, *names, *steady, *pin))


def end_session_at(
    db: sqlite3.Connection, workstation_id: WorkstationId, room: Room, at_ms: int
) -> None:
    """Whoever is signed in there is no more; what they tendered before may still arrive."""
    db.execute(_END, (at_ms, workstation_id, room))
    db.execute(_FORGET_OLD, (at_ms - ENDED_KEPT_MS,))


def forget_session(db: sqlite3.Connection, session_id: UUID) -> None:
    """Its token is worth nothing from now on."""
    db.execute(_FORGET, (session_id.bytes,))


def forget_sessions_at(db: sqlite3.Connection, workstation_id: WorkstationId) -> None:
    """All that were ever begun there: the workstation is paired anew, or no more."""
    db.execute(_FORGET_AT, (workstation_id,))


def forget_other_sessions(
    db: sqlite3.Connection, operator_id: OperatorId, session_id: UUID
) -> None:
    """The operator's, wherever they are, but this one."""
    db.execute(_FORGET_OF, (operator_id, session_id.bytes))


def write_seen(db: sqlite3.Connection, seen: Iterable[tuple[UUID, Steady]]) -> None:
    """When sessions were used last."""
    db.executemany(_SEEN, [(*steady, session_id.bytes) for session_id, steady in seen])


def mark_pin_set(db: sqlite3.Connection, session_id: UUID, pin_set_at_ms: int) -> None:
    """Whoever signed in with a starting PIN has one of their own now."""
    db.execute(_PIN_SET, (pin_set_at_ms, session_id.bytes))
