"""Stock: what is on hand, how it came to that, and goods that come in."""

import sqlite3
from typing import Annotated, Any, TypeAlias

import litestar
import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from edge.api.allowed import allow
from edge.api.described import Described
from edge.api.limits import SALE_BYTES_MAX
from edge.api.once import At, writes
from edge.api.parameters import PAGE, Limit, Offset, TextInPath, TheBox
from edge.db.stock import StockLevel, StockMovement, stock_history
from edge.usecases.stock.look_up import look_up_level
from edge.usecases.stock.lots import ExpiringLook, ItemLots, expiring, lots_of_item
from edge.usecases.stock.receive_goods import ReceivedGoods, ReceiveGoods, receive_goods
from edge.usecases.stock.take_out import TakenOut, TakeOut, take_out
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission

AnyRequest = litestar.Request[Any, Any, Any]
DAYS = 14
DAYS_MAX = 3_650
Days: TypeAlias = Annotated[int, QueryParameter(ge=0, le=DAYS_MAX)]


class MovementsAnswer(msgspec.Struct, frozen=True):
    """A page of an item's movements, the newest first."""

    item_id: ItemId
    movements: tuple[StockMovement, ...]


@get("/stock/{item_id:str}", operation_class=Described)
async def level(item_id: TextInPath, box: TheBox) -> StockLevel:
    """The sum of the item's movements: 0 for one that never moved, below zero where more was sold
    than was ever booked in."""
    item, now_ms = ItemId(item_id), box.clock.moment().wall_ms
    return await box.reader.read(lambda db: look_up_level(db, item, now_ms))


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


@get("/stock/{item_id:str}/lots", operation_class=Described)
async def lots(request: AnyRequest, item_id: TextInPath, box: TheBox) -> ItemLots:
    """What there is of each lot, what expires first first, and what has none: together the level;
    and where serial numbers were met."""
    await allow(request, box, Permission.SEE_REPORTS)
    item, moment = ItemId(item_id), box.clock.moment()
    return await box.reports.read(lambda db: lots_of_item(db, item, moment))


@get("/stock-expiring", operation_class=Described)
async def expiring_lots(request: AnyRequest, box: TheBox, days: Days = DAYS) -> ExpiringLook:
    """Lots whose last day is over, or at most so many days away."""
    await allow(request, box, Permission.SEE_REPORTS)
    moment = box.clock.moment()
    return await box.reports.read(lambda db: expiring(db, days, moment))


@writes(post, "/stock/receipts", request_id="movement_id", request_max_body_size=SALE_BYTES_MAX)
def receive(db: sqlite3.Connection, asked: ReceiveGoods, at: At) -> ReceivedGoods:
    """Book goods in; its id is the movement's."""
    return receive_goods(db, asked, at.moment, at.override)


@writes(post, "/stock-movements", request_id="movement_id", request_max_body_size=SALE_BYTES_MAX)
def take(db: sqlite3.Connection, asked: TakeOut, at: At) -> TakenOut:
    """Waste, own use, or the books put right, with a reason; its id is the movement's."""
    return take_out(db, asked, at.moment, at.override)


ROUTES = (level, movements, lots, expiring_lots, receive, take)
