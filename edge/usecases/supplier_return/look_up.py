"""One return to a supplier."""

import sqlite3
from uuid import UUID

from edge.db.supplier_returns import SupplierReturn, find_return
from edge.domain.supplier import UnknownSupplierReturn


def look_up_return(db: sqlite3.Connection, movement_id: UUID) -> SupplierReturn:
    """Raises UnknownSupplierReturn."""
    found = find_return(db, movement_id)
    if found is None:
        raise UnknownSupplierReturn(movement_id)
    return found
