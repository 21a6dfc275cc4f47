"""Suspended baskets: the shop's own, on no wire and in no figure."""

import sqlite3
from datetime import date
from uuid import UUID

import msgspec

from sync.protocol.identity import OperatorId, WorkstationId

LISTED_MAX = 500
_PUT = (
    "INSERT INTO suspended_basket (basket_id, workstation_id, operator_id, suspended_at_ms,"
    " business_date, note, line_count, total_minor, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_LIST = (
    "SELECT basket_id, workstation_id, operator_id, suspended_at_ms, business_date, note,"
    " line_count, total_minor FROM suspended_basket ORDER BY suspended_at_ms, basket_id LIMIT ?"
)
_BODY = "SELECT body FROM suspended_basket WHERE basket_id = ?"
_DROP = "DELETE FROM suspended_basket WHERE basket_id = ?"
_COUNT = "SELECT count(*) FROM suspended_basket"


class SuspendedBasket(msgspec.Struct, frozen=True):
    """One of those that wait. ``business_date``: the day on which it was suspended; ``note``: by
    what people find it again; ``total_minor``: as it was last told."""

    basket_id: UUID
    workstation_id: WorkstationId
    operator_id: OperatorId
    suspended_at_ms: int
    business_date: date
    note: str | None
    line_count: int
    total_minor: int


def suspended_baskets(db: sqlite3.Connection) -> tuple[SuspendedBasket, ...]:
    """The oldest first, at most LISTED_MAX: so many there are at most."""
    rows = db.execute(_LIST, (LISTED_MAX,))
    return tuple(
        SuspendedBasket(UUID(bytes=basket), at, who, ms, date.fromisoformat(day), note, lines, due)
        for basket, at, who, ms, day, note, lines, due in rows
    )


def count_suspended(db: sqlite3.Connection) -> int:
    """How many wait."""
    count: int = db.execute(_COUNT).fetchone()[0]
    return count


def find_body(db: sqlite3.Connection, basket_id: UUID) -> bytes | None:
    """What is in it, as msgpack; None where it does not wait."""
    row = db.execute(_BODY, (basket_id.bytes,)).fetchone()
    return None if row is None else row[0]


def put_suspended(db: sqlite3.Connection, basket: SuspendedBasket, body: bytes) -> None:
    """One more."""
    day = basket.business_date.isoformat()
    db.execute(
        _PUT,
        (
            basket.basket_id.bytes,
            basket.workstation_id,
            basket.operator_id,
            basket.suspended_at_ms,
            day,
            basket.note,
            basket.line_count,
            basket.total_minor,
            body,
        ),
    )


def drop_suspended(db: sqlite3.Connection, basket_id: UUID) -> None:
    """It waits no more."""
    db.execute(_DROP, (basket_id.bytes,))
