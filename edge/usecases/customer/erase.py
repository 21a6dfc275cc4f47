"""Forget for ever whom head office erased, as they asked (protocol.md, customer): their key first,
so that what the journal and every copy of it hold of them is noise."""

import sqlite3
from collections.abc import Iterable

from edge.db.customers import bar_customers, forget_customers
from edge.db.past import Kind, Named, keeping_past
from sync.engine.journal import Moment
from sync.protocol.reference import ErasedCustomer


def erase_customers(
    db: sqlite3.Connection, erased: Iterable[ErasedCustomer], moment: Moment
) -> None:
    """Key, fields, row, name on receipts and remembered answers go, and nothing of these ids is
    taken any more. A basket that was tendered before is still sold to the id."""
    ids = [one.customer_id for one in erased]
    with keeping_past(db, [Named(Kind.CUSTOMER, one.hex) for one in ids], moment.wall_ms):
        bar_customers(db, ids)
        forget_customers(db, ids)
