"""Book what the store had before it began to count, as head office says: with or without an open
day, and once, whatever way the row comes."""

import sqlite3
from collections.abc import Iterable

from edge.db.journal import append
from edge.db.stock import has_moved, move_stock, with_costs
from sync.engine.journal import Moment
from sync.protocol.facts import StockLine, StockMoved, StockMovementKind
from sync.protocol.identity import EventId, MovementId, OperatorId
from sync.protocol.reference import OpeningStock

REASON = "opening stock"
HEAD_OFFICE = OperatorId("")


def open_stock(db: sqlite3.Connection, openings: Iterable[OpeningStock], moment: Moment) -> None:
    """The movement's event has the intent's id: one that is there was booked."""
    for opening in openings:
        event_id = EventId(opening.intent_id)
        if has_moved(db, event_id):
            continue
        fact = StockMoved(
            MovementId(opening.intent_id),
            StockMovementKind.ADJUSTMENT,
            HEAD_OFFICE,
            None,
            REASON,
            with_costs(
                db,
                [
                    StockLine(line.item_id, line.quantity_milli, line.unit_cost_minor)
                    for line in opening.lines
                ],
            ),
        )
        append(db, fact, event_id, moment)
        move_stock(db, fact, fact.kind.value, event_id, moment.wall_ms)
