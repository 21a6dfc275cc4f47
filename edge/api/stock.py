"""Stock: what is on hand, how it came to that, and goods that come in."""

from typing import Annotated, Any

import litestar
import msgspec
from litestar import get, post
from litestar.params import Parameter

from edge.api.body import SALE_BYTES_MAX, read_body
from edge.api.paging import OFFSET_MAX, PAGE, PAGE_MAX
from edge.api.written import Described, accepts
from edge.box import Box
from edge.db.stock import StockLevel, StockMovement, stock_history, stock_level
from edge.reading import read
from edge.usecases.receive_goods import ReceivedGoods, ReceiveGoods, receive_goods
from sync.protocol.identity import ItemId


class MovementsAnswer(msgspec.Struct, frozen=True):
    """A page of an item's movements, the newest first."""

    item_id: ItemId
    movements: tuple[StockMovement, ...]


@get("/stock/{item_id:str}", operation_class=Described)
async def level(item_id: str, box: Box) -> StockLevel:
    """The sum of the item's movements: 0 for one that never moved, below zero where more was sold
    than was ever booked in."""
    return await read(box.reader, lambda db: stock_level(db, ItemId(item_id)))


@get("/stock/{item_id:str}/movements", operation_class=Described)
async def movements(
    item_id: str,
    box: Box,
    limit: Annotated[int, Parameter(ge=1, le=PAGE_MAX)] = PAGE,
    offset: Annotated[int, Parameter(ge=0, le=OFFSET_MAX)] = 0,
) -> MovementsAnswer:
    """Each unit that moved, with its cause."""
    item = ItemId(item_id)
    found = await read(box.reader, lambda db: stock_history(db, item, limit, offset))
    return MovementsAnswer(item, found)


@post(
    "/stock/receipts",
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(ReceiveGoods),
)
async def receive(request: litestar.Request[Any, Any, Any], box: Box) -> ReceivedGoods:
    """Book goods in; the same movement again changes nothing."""
    asked = await read_body(request, ReceiveGoods)
    moment = box.clock.moment()
    received = await box.writer.run(lambda db: receive_goods(db, asked, moment))
    box.nudge.set()
    return received


ROUTES = (level, movements, receive)
