"""What waits for somebody's word: orders that were drafted and not sent, shelves that were counted
and not booked, and what head office was asked for and has not answered."""

import sqlite3
from typing import NamedTuple
from uuid import UUID

WAITING_LISTED_MAX = 100
ORDER, COUNT = "order", "count"
"""Kinds of what the shop's own people allow; the others are kinds of rights that head office was
asked for."""

_WAITING = """
SELECT 'order', o.order_id, coalesce(s.name, o.supplier_id), o.operator_id,
    o.changed_at_ms AS since_ms
FROM purchase_order o LEFT JOIN supplier s ON s.supplier_id = o.supplier_id
WHERE o.state = 'draft'
UNION ALL
SELECT 'count', c.count_id, c.name, c.begun_by, c.begun_at_ms FROM shelf_count c
WHERE c.state = 'open'
    AND EXISTS (SELECT 1 FROM shelf_count_line l WHERE l.count_id = c.count_id)
UNION ALL
SELECT r.kind, r.request_id, '', '', r.asked_at_ms FROM right_request r WHERE r.state = 'asked'
ORDER BY since_ms LIMIT ?
"""


class Waiting(NamedTuple):
    """``kind``: ORDER, COUNT or a right's; ``what``: the supplier, or the count's name; ``by``: who
    left it, empty where nobody is named."""

    kind: str
    subject_id: UUID
    what: str
    by: str
    since_ms: int


def list_waiting(db: sqlite3.Connection) -> tuple[Waiting, ...]:
    """The longest waiting first."""
    rows = db.execute(_WAITING, (WAITING_LISTED_MAX,))
    return tuple(Waiting(row[0], UUID(bytes=row[1]), *row[2:]) for row in rows)
