"""One order, with what came of it."""

import sqlite3
from uuid import UUID

from edge.db.purchase_orders import PurchaseOrder, find_order
from edge.domain.purchase_order import UnknownOrder


def look_up_order(db: sqlite3.Connection, order_id: UUID) -> PurchaseOrder:
    """Raises UnknownOrder."""
    found = find_order(db, order_id)
    if found is None:
        raise UnknownOrder(order_id)
    return found
