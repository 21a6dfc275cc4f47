"""Try the rows again that an earlier version of this program, or of its time zones, could not take.

Runs at each start. What still cannot be taken stays aside; what was known before stays in force.
"""

import sqlite3
from collections.abc import Sequence

from edge.db.published import KINDS, Read
from edge.db.reference import FIRST, STALE, RowAside, mark_rows, rows_aside
from edge.usecases.take_customers import take_customers
from sync.engine.journal import Moment
from sync.protocol.feeds import RowUnreadable, read_row
from sync.protocol.reference import DataSet

ROWS_AT_ONCE = 1_000


def retry_rows(db: sqlite3.Connection, moment: Moment) -> int:
    """How many could be taken now."""
    taken, after = 0, FIRST
    while rows := rows_aside(db, ROWS_AT_ONCE, after):
        last = rows[-1]
        after = (last.data_set, last.scope, last.key)
        taken += _retry(db, [row for row in rows if row.pub_seq != STALE], moment)
    return taken


def _retry(db: sqlite3.Connection, rows: Sequence[RowAside], moment: Moment) -> int:
    read: dict[DataSet, list[Read]] = {}
    reasons: list[str | None] = []
    for row in rows:
        try:
            data_set = DataSet(row.data_set)
            value = Read(row.pub_seq, read_row(data_set, row.key, row.body))
        except (RowUnreadable, ValueError) as error:
            reasons.append(str(error))
        else:
            read.setdefault(data_set, []).append(value)
            reasons.append(None)
    for data_set, found in read.items():
        if data_set is DataSet.CUSTOMERS:
            take_customers(db, [one.value for one in found], (), (), moment)
        else:
            KINDS[data_set][0](db, found)
    mark_rows(db, rows, reasons)
    return sum(map(len, read.values()))
