"""What head office tells this store of facts (``sync/protocol/told.py``), as rows beside what the
store wrote itself: neither replaces the other, and whoever reads adds up what the store does not
know by itself.

Orders first: a box that took another's place has none of its orders but those that it is told of,
and of one that it wrote itself it may be told what another box of its store received.
"""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

import msgspec

from sync.protocol.told import OrderTold, ToldLine, TransferTold, told_of_key

_PUT_ORDER = (
    "INSERT OR REPLACE INTO order_told (order_id, event_id, part, news, supplier_id, number,"
    " expected_on, operator_id, cancelled, reason, at_ms, lines)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP_ORDER = "DELETE FROM order_told WHERE order_id = ? AND event_id = ? AND part = ?"
_PUT_TRANSFER = (
    "INSERT OR REPLACE INTO transfer_told (subject_id, event_id, part, news, wish_id,"
    " from_store_id, from_code, to_store_id, to_code, store_id, number, said_by, reason, at_ms,"
    " lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP_TRANSFER = "DELETE FROM transfer_told WHERE subject_id = ? AND event_id = ? AND part = ?"

_ENDED = """(SELECT CASE WHEN e.cancelled THEN 'cancelled' ELSE 'closed' END FROM order_told e
    WHERE e.order_id = o.order_id AND e.news = 'ended' ORDER BY e.at_ms, e.event_id LIMIT 1)"""
ORDERS_KNOWN = f"""(
    SELECT o.rowid AS place, o.order_id,
        CASE WHEN o.state = 'sent' THEN coalesce({_ENDED}, 'sent') ELSE o.state END AS state,
        o.supplier_id, o.number, o.expected_on, o.operator_id, o.changed_at_ms, o.reason
    FROM purchase_order o
    UNION ALL
    SELECT 0, o.order_id, coalesce({_ENDED}, 'sent'), o.supplier_id, o.number, o.expected_on,
        o.operator_id, o.at_ms, coalesce((SELECT e.reason FROM order_told e
            WHERE e.order_id = o.order_id AND e.news = 'ended'
            ORDER BY e.at_ms, e.event_id LIMIT 1), '')
    FROM order_told o WHERE o.news = 'sent' AND o.part = 0
        AND NOT EXISTS (SELECT 1 FROM purchase_order p WHERE p.order_id = o.order_id)
)"""  # noqa: S608 - constants
"""The store's orders: its own rows, and those that it was told of alone."""
ORDER_LINES_KNOWN = """(
    SELECT order_id, line_no, item_id, quantity_milli, unit_cost_minor, code, cost_minor
    FROM purchase_order_line
    UNION ALL
    SELECT t.order_id, j.value ->> 0, j.value ->> 1, j.value ->> 2, NULL, j.value ->> 4,
        j.value ->> 3
    FROM order_told t, json_each(t.lines) j WHERE t.news = 'sent'
        AND NOT EXISTS (SELECT 1 FROM purchase_order_line l WHERE l.order_id = t.order_id)
)"""
"""What they are of, line by line."""
ORDERS_CAME = """(
    SELECT r.order_id, m.item_id, m.quantity_milli, m.cost_minor
    FROM purchase_order_receipt r JOIN stock_movement m ON m.event_id = r.event_id
    UNION ALL
    SELECT t.order_id, j.value ->> 1, j.value ->> 2, j.value ->> 3
    FROM order_told t, json_each(t.lines) j WHERE t.news = 'came'
        AND NOT EXISTS (SELECT 1 FROM purchase_order_receipt r WHERE r.event_id = t.event_id)
)"""
"""What came of them: by the store's own movements, and by what other boxes of it received."""


def take_orders(db: sqlite3.Connection, rows: Sequence[OrderTold]) -> None:
    """As published."""
    db.executemany(
        _PUT_ORDER,
        [
            (
                *(row.order_id.bytes, row.event_id.bytes, row.part, row.news.value),
                *(row.supplier_id, row.number),
                None if row.expected_on is None else row.expected_on.isoformat(),
                *(row.operator_id, row.cancelled, row.reason, row.at_ms, _lines(row.lines)),
            )
            for row in rows
        ],
    )


def drop_orders(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Head office does not say so any more."""
    db.executemany(_DROP_ORDER, _named(keys))


def take_transfers(db: sqlite3.Connection, rows: Sequence[TransferTold]) -> None:
    """As published."""
    db.executemany(
        _PUT_TRANSFER,
        [
            (
                *(row.subject_id.bytes, row.event_id.bytes, row.part, row.news.value),
                *(_id(row.wish_id), _id(row.from_store_id), row.from_code),
                *(_id(row.to_store_id), row.to_code, _id(row.store_id), row.number),
                *(row.said_by, row.reason, row.at_ms, _lines(row.lines)),
            )
            for row in rows
        ],
    )


def drop_transfers(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """Head office does not say so any more."""
    db.executemany(_DROP_TRANSFER, _named(keys))


def _named(keys: Sequence[str]) -> list[tuple[bytes, bytes, int]]:
    found = (told_of_key(key) for key in keys)
    return [(one[0].bytes, one[1].bytes, one[2]) for one in found if one is not None]


def _lines(lines: Sequence[ToldLine]) -> str:
    return msgspec.json.encode(lines).decode()


def _id(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
