"""Operators' PINs as rows: those that head office published, and those that were set here."""

import sqlite3
from typing import NamedTuple

from sync.protocol.identity import OperatorId

_IN_FORCE = """
SELECT o.active, c.pin_hash, c.starting, c.set_at_ms, p.pin_hash, p.starting, p.set_at_ms
FROM operator o
LEFT JOIN credential c ON c.operator_id = o.operator_id
LEFT JOIN own_pin p ON p.operator_id = o.operator_id
WHERE o.operator_id = ?
"""
_SET = (
    "INSERT OR REPLACE INTO own_pin (operator_id, pin_hash, set_at_ms, told, starting)"
    " VALUES (?, ?, ?, ?, ?)"
)
_UNTOLD = "SELECT operator_id, pin_hash FROM own_pin WHERE NOT told ORDER BY operator_id LIMIT ?"
_TOLD = "UPDATE own_pin SET told = 1 WHERE operator_id = ? AND pin_hash = ? AND NOT told"
UNTOLD_MAX = 100


class PinInForce(NamedTuple):
    """What a PIN is held against. ``set_at_ms``: of the later one, of head office and this box."""

    pin_hash: str
    starting: bool
    set_at_ms: int


class UntoldPin(NamedTuple):
    """Set here, and not in the journal yet."""

    operator_id: OperatorId
    pin_hash: str


def find_pin(db: sqlite3.Connection, operator_id: OperatorId) -> PinInForce | None:
    """None: nobody has this id, nobody who is active, or none was given."""
    row = db.execute(_IN_FORCE, (operator_id,)).fetchone()
    if row is None or not row[0]:
        return None
    _, published, starting, published_ms, own, begins, own_ms = row
    if own is not None and (published is None or own_ms >= published_ms):
        return PinInForce(own, bool(begins), own_ms)
    return None if published is None else PinInForce(published, bool(starting), published_ms)


def write_own_pin(
    db: sqlite3.Connection,
    operator_id: OperatorId,
    pin_hash: str,
    set_at_ms: int,
    *,
    told: bool,
    starting: bool = False,
) -> None:
    """In the place of an earlier one. ``starting``: somebody else gave it, to begin with."""
    db.execute(_SET, (operator_id, pin_hash, set_at_ms, told, starting))


def untold_pins(db: sqlite3.Connection) -> tuple[UntoldPin, ...]:
    """Those that head office is owed."""
    return tuple(UntoldPin(*row) for row in db.execute(_UNTOLD, (UNTOLD_MAX,)))


def mark_told(db: sqlite3.Connection, pin: UntoldPin) -> bool:
    """Its fact is in the journal from now on. False: it was, or there is a later one."""
    return db.execute(_TOLD, pin).rowcount > 0
