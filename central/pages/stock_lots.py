"""The pages of stock by lot, with what expires soon and what is over, and of serial numbers: those
that were sold twice, and wherever one was met."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.places import STOCK, stock_address
from central.pages.stock import PAGE_ROWS, After, AnyRequest, Code, Word, pages_of
from central.pages.workbook import shown
from central.reports.company import company_money, store_codes
from central.reports.expiring import lots_by_store, serial_moves, worth_of
from central.reports.lots import serials_sold_twice
from central.reports.stock_look import EVERY_ITEM, names_of_items

EVERY_LOT = -1
DAYS = 30
DAYS_MAX = 3_660
CHOICES = (EVERY_LOT, 0, 3, 7, 14, 30, 90)
_NEEDS: dict[str, Any] = {"guards": [page_guard], "opt": needing(UserRole.LOOK)}


@get(f"{STOCK}/lots", **_NEEDS)
async def show_lots(
    request: AnyRequest,
    store: Code = "",
    days: Annotated[int, QueryParameter(ge=EVERY_LOT, le=DAYS_MAX)] = DAYS,
    after: After = 0,
) -> Response[Any]:
    """Lots of all stores or of one, whose last day is over or at most ``days`` away; EVERY_LOT:
    all, also those without a last day."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        stores = await lots_by_store(db, person.company_id, office.clock_ms(), store)
        lots = [
            (held.store, lot)
            for held in stores
            for lot in held.lots
            if days == EVERY_LOT or lot.is_within(days)
        ]
        lots.sort(key=lambda one: (one[1].days_left is None, one[1].days_left or 0))
        rows = lots[after : after + PAGE_ROWS]
        names = await names_of_items(db, person.company_id, (lot.item_id for _, lot in rows))
    return shown(
        request,
        "stock_lots.html",
        person=person,
        money=money,
        codes=codes,
        chosen={"store": store, "days": days},
        choices=sorted({*CHOICES, days}),
        lots=[lot for _, lot in lots],
        over=[lot for _, lot in lots if lot.is_over],
        rows=rows,
        names=names,
        worth_of=worth_of,
        address=stock_address,
        pages=pages_of(lots, after, "/lots", store=store, days=days),
        now_ms=office.clock_ms(),
    )


@get(f"{STOCK}/serials", **_NEEDS)
async def show_serials(request: AnyRequest, serial: Word = "", item: Word = "") -> Response[Any]:
    """Those that were sold twice, and each movement of the one that is asked for."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        twice = await serials_sold_twice(db, person.company_id, EVERY_ITEM)
        sought = serial.strip()
        moves = await serial_moves(db, person.company_id, sought, item) if sought else ()
        known = {*(one.item_id for one in twice), *(one.item_id for one in moves)}
        names = await names_of_items(db, person.company_id, known)
    return shown(
        request,
        "stock_serials.html",
        person=person,
        money=money,
        twice=twice,
        sought=sought,
        moves=moves,
        names=names,
        address=stock_address,
        now_ms=office.clock_ms(),
    )


ROUTES = (show_lots, show_serials)
