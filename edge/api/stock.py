"""Stock: what is on hand, how it came to that, and goods that come in."""

import sqlite3
from datetime import date

import msgspec
from litestar import get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, Limit, Offset, TextInPath, TheBox
from edge.api.written import Described
from edge.db.items import AsOf, find_item
from edge.db.stock import StockLevel, StockMovement, stock_history, stock_level
from edge.domain.item import UnknownItem
from edge.usecases.stock.receive_goods import ReceivedGoods, ReceiveGoods, receive_goods
from sync.protocol.errors import NotFound
from sync.protocol.identity import ItemId


class MovementsAnswer(msgspec.Struct, frozen=True):
    """A page of an item's movements, the newest first."""

    item_id: ItemId
    movements: tuple[StockMovement, ...]


@get("/stock/{item_id:str}", operation_class=Described)
async def level(item_id: TextInPath, box: TheBox) -> StockLevel:
    """The sum of the item's movements: 0 for one that never moved, below zero where more was sold
    than was ever booked in."""
    item, moment = ItemId(item_id), box.clock.moment()

    def look(db: sqlite3.Connection) -> StockLevel:
        known = find_item(db, item, AsOf(moment.wall_ms, date.max)) is not None
        level_now = stock_level(db, item)
        if not known and level_now.on_hand_milli == 0:
            unknown = UnknownItem(item, field="item_id")
            raise NotFound(unknown.detail, remedy=unknown.remedy, field=unknown.field)
        return level_now

    return await box.reader.read(look)


@get("/stock/{item_id:str}/movements", operation_class=Described)
async def movements(
    item_id: TextInPath,
    box: TheBox,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> MovementsAnswer:
    """Each unit that moved, with its cause."""
    item = ItemId(item_id)
    found = await box.reader.read(lambda db: stock_history(db, item, limit, offset))
    return MovementsAnswer(item, found)


@writes(post, "/stock/receipts", request_id="movement_id", request_max_body_size=SALE_BYTES_MAX)
def receive(db: sqlite3.Connection, asked: ReceiveGoods, at: At) -> ReceivedGoods:
    """Book goods in; its id is the movement's."""
    return receive_goods(db, asked, at.moment)


ROUTES = (level, movements, receive)
