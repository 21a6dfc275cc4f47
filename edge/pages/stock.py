"""Stock: what there is, of an item what explains each unit, what was sold beyond the books, how old
it is."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromQuery

from edge.api.parameters import TextInPath, TheBox
from edge.db.shelf_counts import departments
from edge.db.stock_look import AGES_DAYS, LEVELS_LISTED_MAX
from edge.db.store import read_settings
from edge.domain.stock import Only
from edge.pages.coming_in import needing, office_guard
from edge.pages.day import Named, Offset
from edge.pages.page import tables_page
from edge.pages.places import STOCK, receipt_address, stock_item_address
from edge.usecases.stock.look_into import look_at_ageing, look_at_item, look_at_levels
from edge.usecases.stock.lots import lots_of_item
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
UNITS_LISTED = 100


@get(STOCK, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_stock(
    request: AnyRequest,
    box: TheBox,
    text: Named = None,
    department: Named = None,
    only: FromQuery[Only | None] = None,
    after: Offset = 0,
) -> Response[Any]:
    """Levels by words, department, or what is wrong with them."""
    moment, chosen = box.clock.moment(), department or None
    look, settings, known = await box.reports.read(
        lambda db: (
            look_at_levels(db, text or "", chosen, only, LEVELS_LISTED_MAX, after, moment),
            read_settings(db),
            departments(db),
        )
    )
    asked = {"text": text, "department": chosen, "only": only}
    kept = {name: value for name, value in asked.items() if value}
    following = {**kept, "after": after + LEVELS_LISTED_MAX}
    return tables_page(
        request,
        "stock.html",
        look=look,
        settings=settings,
        departments=known,
        asked=asked,
        only_kinds=list(Only),
        first=f"{STOCK}?{urlencode(kept)}" if after else None,
        following=f"{STOCK}?{urlencode(following)}"
        if len(look.levels) == LEVELS_LISTED_MAX
        else None,
        item_address=stock_item_address,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


@get(f"{STOCK}/items/{{item_id:str}}", guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_item(
    request: AnyRequest, box: TheBox, item_id: TextInPath, after: Offset = 0
) -> Response[Any]:
    """Each unit that came or went, with what explains it."""
    moment, item = box.clock.moment(), ItemId(item_id)
    look, lots, settings = await box.reports.read(
        lambda db: (
            look_at_item(db, item, UNITS_LISTED, after, moment),
            lots_of_item(db, item, moment),
            read_settings(db),
        )
    )
    address, full = stock_item_address(item_id), len(look.units) == UNITS_LISTED
    return tables_page(
        request,
        "stock_item.html",
        look=look,
        lots=lots,
        settings=settings,
        first=address if after else None,
        following=f"{address}?after={after + UNITS_LISTED}" if full else None,
        receipt_address=receipt_address,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


@get(f"{STOCK}/ageing", guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_ageing(request: AnyRequest, box: TheBox) -> Response[Any]:
    """How long ago what is there came."""
    moment = box.clock.moment()
    look = await box.reports.read(lambda db: look_at_ageing(db, moment))
    return tables_page(
        request,
        "stock_ageing.html",
        look=look,
        bounds=AGES_DAYS,
        item_address=stock_item_address,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


ROUTES = (show_stock, show_item, show_ageing)
