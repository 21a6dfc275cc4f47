"""Take away payments that nobody can ask about any more, by the journal's rule.

They stay as long after they were settled as journal rows do after they were acknowledged; longer
while the journal keeps the sale that they were begun for, which it does until head office has had
it for as long. One that is open, or whose end nobody knows, stays in any case.
"""

import sqlite3

from edge.db.payment_attempts import has_old_attempts, prune_attempts
from sync.engine.journal import Moment

SALES_AT_ONCE = 200


def are_payments_due(db: sqlite3.Connection, moment: Moment, keep_ms: int) -> bool:
    """A look: whether ``prune_payments`` would take any."""
    return has_old_attempts(db, moment.steady_ms - keep_ms)


def prune_payments(db: sqlite3.Connection, moment: Moment, keep_ms: int) -> int:
    """The next piece; how many payments it was, 0 where none may go."""
    return prune_attempts(db, moment.steady_ms - keep_ms, SALES_AT_ONCE)
