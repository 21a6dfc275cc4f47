"""Till sessions as rows, and what a till should hold."""

import sqlite3
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from edge.db.cash import moved_in
from edge.domain.till import TillState
from sync.protocol.drawer import Expected, Tendered, expected
from sync.protocol.figures import TenderCount
from sync.protocol.identity import OperatorId, TillId, TillSessionId, WorkstationId

_COLUMNS = (
    "till_session_id, till_id, workstation_id, operator_id, business_date, state, float_minor,"
    " opened_at_ms, held_by, expected_cash_minor, counted_cash_minor, settled_by, settled_at_ms,"
    " counted"
)
_FIND = f"SELECT {_COLUMNS} FROM till_session WHERE till_session_id = ?"  # noqa: S608 - constant
_OPEN_AT = (
    f"SELECT {_COLUMNS} FROM till_session"  # noqa: S608 - constant
    " WHERE state = 'open' AND workstation_id = ?"
)
_OPEN_TILL = (
    f"SELECT {_COLUMNS} FROM till_session"  # noqa: S608 - constant
    " WHERE state = 'open' AND (till_id = ? OR workstation_id = ?)"
)
_OPEN_ON = (
    f"SELECT {_COLUMNS} FROM till_session"  # noqa: S608 - constant
    " WHERE state = 'open' AND business_date = ? ORDER BY till_id"
)
_OF_DAY = (
    f"SELECT {_COLUMNS} FROM till_session"  # noqa: S608 - constant
    " WHERE business_date = ? ORDER BY opened_at_ms, till_id"
)
_OPEN_EARLIER = (
    f"SELECT {_COLUMNS} FROM till_session"  # noqa: S608 - constant
    " WHERE state = 'open' AND business_date <> coalesce(?, '') ORDER BY opened_at_ms"
)
_ANY_OPEN = (
    "SELECT EXISTS (SELECT 1 FROM till_session"
    " WHERE state = 'open' AND business_date = coalesce(?, business_date))"
)
_INSERT = (
    "INSERT INTO till_session (till_session_id, till_id, workstation_id, operator_id,"
    " business_date, state, float_minor, opened_at_ms, held_by, counted)"
    " VALUES (?, ?, ?, ?, ?, 'open', ?, ?, ?, 1)"
)
_CARRIES = "UPDATE till_session SET carried_id = ? WHERE till_session_id = ?"
_CARRIED = "SELECT EXISTS (SELECT 1 FROM till_session WHERE carried_id = ?)"
_LEFT_OPEN = """
SELECT s.till_session_id, s.business_date FROM sale s
WHERE s.sale_id IN (SELECT sale_id FROM recovered) AND s.workstation_id = ?
    AND NOT EXISTS (SELECT 1 FROM till_session t
        WHERE t.till_session_id = s.till_session_id OR t.carried_id = s.till_session_id)
ORDER BY s.sale_id DESC LIMIT 1
"""
_SETTLE = (
    "UPDATE till_session SET state = 'settled', expected_cash_minor = ?, counted_cash_minor = ?,"
    " settled_by = ?, settled_at_ms = ?, counted = ? WHERE till_session_id = ?"
)
_HAND_OVER = "UPDATE till_session SET held_by = ? WHERE till_session_id = ?"
_TENDERED = (
    "SELECT t.tender_id, t.kind, sum(t.amount_minor) FROM sale s JOIN sale_tender t USING (sale_id)"
    " WHERE s.till_session_id = ? AND NOT s.training GROUP BY 1, 2"
)
_PUT_TENDER = (
    "INSERT INTO till_tender (till_session_id, tender_id, expected_minor, counted_minor)"
    " VALUES (?, ?, ?, ?)"
)
_TENDERS = (
    "SELECT tender_id, expected_minor, counted_minor FROM till_tender WHERE till_session_id = ?"
    " ORDER BY tender_id"
)
_CHANGE_GIVEN = (
    "SELECT coalesce(sum(change_minor), 0) FROM sale WHERE till_session_id = ? AND NOT training"
)


class TillSession(msgspec.Struct, frozen=True):
    """A till's period from float to count. ``operator_id`` opened it, ``held_by`` has it now. The
    four behind that are None until it is settled, ``settled_by`` also where no person did;
    ``counted``: False where it was settled and nobody counted."""

    till_session_id: TillSessionId
    till_id: TillId
    workstation_id: WorkstationId
    operator_id: OperatorId
    business_date: date
    state: TillState
    float_minor: int
    opened_at_ms: int
    held_by: OperatorId
    expected_cash_minor: int | None = None
    counted_cash_minor: int | None = None
    settled_by: OperatorId | None = None
    settled_at_ms: int | None = None
    counted: bool = True


class LeftOpen(msgspec.Struct, frozen=True):
    """A till session of a box that is gone, of which nobody here knows that it was settled."""

    till_session_id: TillSessionId
    business_date: date


def find_till_session(db: sqlite3.Connection, session: TillSessionId) -> TillSession | None:
    """By its id, open or settled."""
    return _session(db.execute(_FIND, (session.bytes,)).fetchone())


def find_open_till(db: sqlite3.Connection, workstation_id: WorkstationId) -> TillSession | None:
    """The workstation's open session, if one is."""
    return _session(db.execute(_OPEN_AT, (workstation_id,)).fetchone())


def find_open_session(
    db: sqlite3.Connection, till_id: TillId, workstation_id: WorkstationId
) -> TillSession | None:
    """An open session of this till or of this workstation: neither may have two."""
    return _session(db.execute(_OPEN_TILL, (till_id, workstation_id)).fetchone())


def open_sessions(db: sqlite3.Connection, business_date: date) -> tuple[TillSession, ...]:
    """The day's sessions that were not settled; as many as the store has workstations."""
    rows = db.execute(_OPEN_ON, (business_date.isoformat(),)).fetchall()
    return tuple(session for row in rows if (session := _session(row)) is not None)


def sessions_of_day(db: sqlite3.Connection, business_date: date) -> tuple[TillSession, ...]:
    """The day's sessions, open or settled, as they were opened."""
    rows = db.execute(_OF_DAY, (business_date.isoformat(),)).fetchall()
    return tuple(session for row in rows if (session := _session(row)) is not None)


def open_earlier(db: sqlite3.Connection, business_date: date | None) -> tuple[TillSession, ...]:
    """Sessions of other days that nobody settled."""
    day = None if business_date is None else business_date.isoformat()
    rows = db.execute(_OPEN_EARLIER, (day,)).fetchall()
    return tuple(session for row in rows if (session := _session(row)) is not None)


def any_till_open(db: sqlite3.Connection, business_date: date | None) -> bool:
    """Whether a till of this day (None: of any) was not counted yet."""
    day = None if business_date is None else business_date.isoformat()
    return bool(db.execute(_ANY_OPEN, (day,)).fetchone()[0])


def expected_of(db: sqlite3.Connection, session: TillSession) -> Expected:
    """What its drawer should hold, and the slips beside it (``sync/protocol/drawer.py``)."""
    key = (session.till_session_id.bytes,)
    tendered = [Tendered(*row) for row in db.execute(_TENDERED, key)]
    change: int = db.execute(_CHANGE_GIVEN, key).fetchone()[0]
    moved = moved_in(db, session.till_session_id)
    return expected(session.float_minor, tendered, change, moved)


def settled_tenders(db: sqlite3.Connection, session: TillSessionId) -> tuple[TenderCount, ...]:
    """What was counted beside cash when it was settled."""
    return tuple(TenderCount(*row) for row in db.execute(_TENDERS, (session.bytes,)))


def insert_till_session(db: sqlite3.Connection, session: TillSession) -> None:
    """A session that was just opened."""
    db.execute(
        _INSERT,
        (
            session.till_session_id.bytes,
            session.till_id,
            session.workstation_id,
            session.operator_id,
            session.business_date.isoformat(),
            session.float_minor,
            session.opened_at_ms,
            session.held_by,
        ),
    )


def mark_handed_over(db: sqlite3.Connection, session: TillSessionId, to: OperatorId) -> None:
    """Somebody else has it from now on."""
    db.execute(_HAND_OVER, (to, session.bytes))


def mark_carries(db: sqlite3.Connection, session: TillSessionId, carried_id: TillSessionId) -> None:
    """``carried_id``, of a box that is gone, goes on as ``session``."""
    db.execute(_CARRIES, (carried_id.bytes, session.bytes))


def is_carried(db: sqlite3.Connection, session: TillSessionId) -> bool:
    """Whether it goes on as another one already."""
    return bool(db.execute(_CARRIED, (session.bytes,)).fetchone()[0])


def find_left_open(db: sqlite3.Connection, workstation_id: WorkstationId) -> LeftOpen | None:
    """The session that the workstation sold in last at a box that is gone, as receipts say that
    came home; None where they say nothing of one that is not known here."""
    row = db.execute(_LEFT_OPEN, (workstation_id,)).fetchone()
    if row is None:
        return None
    return LeftOpen(TillSessionId(UUID(bytes=row[0])), date.fromisoformat(row[1]))


def mark_settled(
    db: sqlite3.Connection, settled: TillSession, tenders: tuple[TenderCount, ...] = ()
) -> None:
    """Write what ``settled`` counted over its open row, and what was counted beside cash."""
    db.execute(
        _SETTLE,
        (
            settled.expected_cash_minor,
            settled.counted_cash_minor,
            settled.settled_by,
            settled.settled_at_ms,
            settled.counted,
            settled.till_session_id.bytes,
        ),
    )
    key = settled.till_session_id.bytes
    rows = [(key, one.tender_id, one.expected_minor, one.counted_minor) for one in tenders]
    db.executemany(_PUT_TENDER, rows)


def _session(row: tuple[Any, ...] | None) -> TillSession | None:
    if row is None:
        return None
    named = dict(zip(TillSession.__struct_fields__, row, strict=True))
    named |= {"till_session_id": UUID(bytes=row[0]), "counted": bool(row[-1])}
    return msgspec.convert(named, TillSession)
