"""What this box's epoch may let customers spend beyond their rights, and what of it is spent
(``sync/protocol/escrow.py``)."""

import sqlite3
from datetime import date

from sync.protocol.change import Epoch
from sync.protocol.escrow import Right, RightKind, goodwill_left, goodwill_of
from sync.protocol.identity import StoreId
from sync.protocol.periods import Period, span_until

_BUDGET = """
SELECT amount, period, until FROM goodwill
WHERE kind = ? AND epoch = ? AND from_date <= ? ORDER BY from_date DESC LIMIT 1
"""
_USED = """
SELECT coalesce(sum(amount), 0) FROM goodwill_spent
WHERE epoch = ? AND kind = ? AND business_date BETWEEN ? AND ?
"""
_SPEND = (
    "INSERT INTO goodwill_spent (epoch, kind, business_date, amount) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (epoch, kind, business_date)"
    " DO UPDATE SET amount = goodwill_spent.amount + excluded.amount"
)


def goodwill_right(
    db: sqlite3.Connection, store_id: StoreId, epoch: Epoch, kind: RightKind, day: date
) -> Right | None:
    """What is left of the budget of the period that a business date stands in, as the right that a
    receipt names for it; None: nothing. Behind the dates that head office told it of, what is left
    of the last period. Of an epoch that this box opened itself there is none, for head office names
    none that it did not issue."""
    named = str(epoch)
    budget = db.execute(_BUDGET, (kind.value, named, day.isoformat())).fetchone()
    if budget is None:
        return None
    first, last = span_until(Period(budget[1]), date.fromisoformat(budget[2]), day)
    within = (named, kind.value, first.isoformat(), last.isoformat())
    left = goodwill_left(budget[0], db.execute(_USED, within).fetchone()[0], ())
    return Right(*goodwill_of(store_id), left) if left else None


def note_goodwill(
    db: sqlite3.Connection, epoch: Epoch, kind: RightKind, day: date, amount: int
) -> None:
    """So much of it is spent."""
    db.execute(_SPEND, (str(epoch), kind.value, day.isoformat(), amount))
