"""The safe: what it should hold, when it was counted last, and what touched it."""

import sqlite3
from datetime import date

import msgspec

from edge.db.cash import LISTED_MAX, CashMoved, safe_balance, safe_movements
from edge.db.store import read_settings
from sync.protocol.denominations import denominations_of
from sync.protocol.identity import MovementId, OperatorId


class SafeMoved(msgspec.Struct, frozen=True):
    """What the safe gained; of a count what it found beyond what was expected."""

    movement_id: MovementId
    kind: str
    business_date: date | None
    operator_id: OperatorId
    amount_minor: int
    reason: str
    bag_number: str | None
    moved_at_ms: int


class SafeAnswer(msgspec.Struct, frozen=True):
    """``balance_minor``: the sum of what this box knows to have touched it; null for whoever counts
    it without knowing. ``counted_at_ms``: null where nobody ever counted it here, and the sum says
    little. ``moves``: the newest first."""

    currency: str
    denominations: tuple[int, ...]
    balance_minor: int | None
    counted_at_ms: int | None
    moves: tuple[SafeMoved, ...]


def look_at_safe(db: sqlite3.Connection, *, blind: bool, limit: int = LISTED_MAX) -> SafeAnswer:
    """Raises SettingsMissing."""
    currency, moves = read_settings(db).currency, safe_movements(db, limit)
    counted = [one.moved_at_ms for one in moves if one.kind == "safe_count"]
    return SafeAnswer(
        currency,
        denominations_of(currency),
        None if blind else safe_balance(db),
        counted[0] if counted else None,
        tuple(_moved(one) for one in moves),
    )


def _moved(one: CashMoved) -> SafeMoved:
    what = (MovementId(one.event_id), one.kind, one.business_date, one.operator_id)
    return SafeMoved(*what, one.safe_minor, one.reason, one.bag_number, one.moved_at_ms)
