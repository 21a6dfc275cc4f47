"""Cash that moved without a sale, as rows: what each fact did to a drawer and to the safe, and what
they add up to; drawers as they were counted."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sync.protocol.codec import decode, decode_fact, encode
from sync.protocol.denominations import Pieces
from sync.protocol.facts import (
    CashDeposited,
    SafeCounted,
    TillCounted,
    TillMoved,
    TillSessionCarried,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import EventId, OperatorId, TillSessionId
from sync.protocol.safe import safe_change

CashFact = (
    TillSessionOpened
    | TillSessionCarried
    | TillSessionSettled
    | TillMoved
    | SafeCounted
    | CashDeposited
)
LISTED_MAX = 500
_KINDS: Mapping[type[Any], str] = MappingProxyType(
    {
        TillSessionOpened: "float",
        TillSessionCarried: "carried",
        TillSessionSettled: "settled",
        SafeCounted: "safe_count",
        CashDeposited: "deposit",
    }
)
"""Of facts that say no kind themselves."""
_INSERT = (
    "INSERT INTO cash_moved (event_id, kind, till_session_id, business_date, operator_id,"
    " till_minor, safe_minor, reason, bag_number, pieces, moved_at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COLUMNS = (
    "event_id, kind, till_session_id, business_date, operator_id, till_minor, safe_minor, reason,"
    " bag_number, pieces, moved_at_ms"
)
_MOVED_IN = (
    "SELECT coalesce(sum(till_minor), 0) FROM cash_moved WHERE till_session_id = ?"
    " AND kind IN ('loan', 'pickup', 'paid_in', 'paid_out')"
)
_BALANCE = "SELECT coalesce(sum(safe_minor), 0) FROM cash_moved"
_OF_SAFE = (
    f"SELECT {_COLUMNS} FROM cash_moved"  # noqa: S608 - constant
    " WHERE safe_minor <> 0 OR kind = 'safe_count' ORDER BY moved_at_ms DESC, rowid DESC LIMIT ?"
)
_OF_TILL = (
    f"SELECT {_COLUMNS} FROM cash_moved WHERE till_session_id = ?"  # noqa: S608 - constant
    " ORDER BY moved_at_ms, rowid"
)
_OF_DAY = (
    f"SELECT {_COLUMNS} FROM cash_moved WHERE business_date = ?"  # noqa: S608 - constant
    " ORDER BY moved_at_ms, rowid"
)
_PUT_COUNT = (
    "INSERT INTO till_count (count_id, till_session_id, counted_at_ms, body) VALUES (?, ?, ?, ?)"
)
_COUNTS = (
    "SELECT counted_at_ms, body FROM till_count WHERE till_session_id = ?"
    " ORDER BY counted_at_ms, rowid"
)


class CashMoved(NamedTuple):
    """A row: ``till_minor`` into the drawer, ``safe_minor`` into the safe."""

    event_id: UUID
    kind: str
    till_session_id: TillSessionId | None
    business_date: date | None
    operator_id: OperatorId
    till_minor: int
    safe_minor: int
    reason: str
    bag_number: str | None
    pieces: tuple[Pieces, ...]
    moved_at_ms: int


class DrawerCount(NamedTuple):
    """A count of an open till, and when it was made."""

    at_ms: int
    fact: TillCounted


def book_cash(db: sqlite3.Connection, fact: CashFact, event_id: EventId, at_ms: int) -> None:
    """Beside the fact, in its unit of work."""
    session = getattr(fact, "till_session_id", None)
    day: date | None = fact.business_date
    moved = isinstance(fact, TillMoved)
    safe = isinstance(fact, SafeCounted | CashDeposited)
    into_till = fact.amount_minor if isinstance(fact, TillMoved) else -safe_change(fact)
    values = (
        event_id.bytes,
        fact.kind.value if isinstance(fact, TillMoved) else _KINDS[type(fact)],
        None if session is None else session.bytes,
        None if day is None else day.isoformat(),
        fact.operator_id,
        0 if safe else into_till,
        safe_change(fact),
        _reason(fact) if moved or safe else "",
        fact.bag_number if isinstance(fact, CashDeposited) else None,
        encode(getattr(fact, "pieces", ())),
        at_ms,
    )
    db.execute(_INSERT, values)


def _reason(fact: CashFact) -> str:
    match fact:
        case TillMoved() | SafeCounted():
            return fact.reason
        case CashDeposited():
            return fact.note
        case _:
            return ""


def moved_in(db: sqlite3.Connection, session: TillSessionId) -> int:
    """Into a drawer since it was opened, without a sale, less what went out."""
    moved: int = db.execute(_MOVED_IN, (session.bytes,)).fetchone()[0]
    return moved


def safe_balance(db: sqlite3.Connection) -> int:
    """What the safe should hold: the sum of everything that this box knows to have touched it."""
    balance: int = db.execute(_BALANCE).fetchone()[0]
    return balance


def safe_movements(db: sqlite3.Connection, limit: int = LISTED_MAX) -> tuple[CashMoved, ...]:
    """What touched the safe, the newest first, and its counts."""
    return tuple(_moved(row) for row in db.execute(_OF_SAFE, (min(limit, LISTED_MAX),)))


def till_movements(db: sqlite3.Connection, session: TillSessionId) -> tuple[CashMoved, ...]:
    """What moved in a drawer without a sale, its float and its settling too, in order."""
    return tuple(_moved(row) for row in db.execute(_OF_TILL, (session.bytes,)))


def day_cash(db: sqlite3.Connection, business_date: date) -> tuple[CashMoved, ...]:
    """All of a day, in order."""
    return tuple(_moved(row) for row in db.execute(_OF_DAY, (business_date.isoformat(),)))


def put_count(db: sqlite3.Connection, fact: TillCounted, at_ms: int) -> None:
    """A count is kept as it was made."""
    values = (fact.count_id.bytes, fact.till_session_id.bytes, at_ms, encode(fact))
    db.execute(_PUT_COUNT, values)


def drawer_counts(db: sqlite3.Connection, session: TillSessionId) -> tuple[DrawerCount, ...]:
    """Of a till, in their order: the last one is what it would be settled by."""
    counts = []
    for at_ms, body in db.execute(_COUNTS, (session.bytes,)):
        fact = decode_fact(*TillCounted.KIND, body)
        if isinstance(fact, TillCounted):
            counts.append(DrawerCount(at_ms, fact))
    return tuple(counts)


def _moved(row: tuple[Any, ...]) -> CashMoved:
    event_id, kind, session, day, *said, pieces, at_ms = row
    values = (
        UUID(bytes=event_id),
        kind,
        None if session is None else TillSessionId(UUID(bytes=session)),
        None if day is None else date.fromisoformat(day),
        *said,
        decode(tuple[Pieces, ...], pieces),
        at_ms,
    )
    return CashMoved._make(values)
