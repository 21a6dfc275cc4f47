"""How much of an item is on hand."""

import sqlite3
from datetime import date

from edge.db.items import AsOf, find_item
from edge.db.stock import StockLevel, stock_level
from edge.domain.item import UnknownItem
from sync.protocol.errors import NotFound
from sync.protocol.identity import ItemId


def look_up_level(db: sqlite3.Connection, item_id: ItemId, now_ms: int) -> StockLevel:
    """Of an item that is known, or that ever moved. Raises NotFound."""
    level = stock_level(db, item_id)
    if level.on_hand_milli == 0 and find_item(db, item_id, AsOf(now_ms, date.max)) is None:
        unknown = UnknownItem(item_id, field="item_id")
        raise NotFound(unknown.detail, remedy=unknown.remedy, field=unknown.field)
    return level
