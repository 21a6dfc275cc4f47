"""Try the rows again that an earlier version of this program, or of its time zones, could not take.

Runs at each start. What still cannot be taken stays aside; what was known before stays in force.
"""

import sqlite3
from collections.abc import Sequence

from edge.db.published import Read, put_in_force
from edge.db.reference import FIRST, STALE, RowAside, mark_rows, rows_aside
from edge.usecases.customer.erase import erase_customers
from edge.usecases.customer.take import take_customers
from edge.usecases.stock.open_stock import open_stock
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
    read: dict[DataSet, list[tuple[str, Read]]] = {}
    reasons: list[str | None] = []
    for row in rows:
        try:
            data_set = DataSet(row.data_set)
            value = Read(row.pub_seq, read_row(data_set, row.key, row.body))
        except (RowUnreadable, ValueError) as error:
            reasons.append(str(error))
        else:
            read.setdefault(data_set, []).append((row.key, value))
            reasons.append(None)
    for data_set, found in read.items():
        keys, values = [key for key, _ in found], [value for _, value in found]
        if data_set is DataSet.CUSTOMERS:
            take_customers(db, [one.value for one in values], (), (), moment)
        elif data_set is DataSet.ERASED_CUSTOMERS:
            erase_customers(db, [one.value for one in values], moment)
        elif data_set is DataSet.OPENING_STOCK:
            open_stock(db, [one.value for one in values], moment)
        else:
            put_in_force(db, data_set, keys, values, (), moment.wall_ms)
    mark_rows(db, rows, reasons)
    return sum(map(len, read.values()))
