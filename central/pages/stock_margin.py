"""The pages of what stores' sales had cost and what is left of them: by store, by item, by line of
a receipt."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.api.reports import refuse_period
from central.domain.access import UserRole
from central.pages.places import STOCK, receipt_address, stock_address
from central.pages.stock import PAGE_ROWS, After, AnyRequest, Code, Word, pages_of
from central.pages.workbook import shown
from central.reports.company import (
    StoreOfCompany,
    company_money,
    store_codes,
    store_of_company,
)
from central.reports.stock_history import item_history, sold_lines
from central.reports.stock_look import (
    StoreSold,
    names_of_items,
    sold_by_store,
    sold_of_items,
    sum_of_sold,
)
from central.reports.stock_value import CostOfSales

DAYS = 31
MARGIN = "/margin"
Day = Annotated[date | None, QueryParameter()]
_NEEDS: dict[str, Any] = {"guards": [page_guard], "opt": needing(UserRole.LOOK)}


@get(f"{STOCK}{MARGIN}", **_NEEDS)
async def show_margin(
    request: AnyRequest, store: Code = "", first: Day = None, last: Day = None, after: After = 0
) -> Response[Any]:
    """Of all stores, or a store's items, over the last days or those that are asked for."""
    person, office = person_of(request), office_of(request)
    span = _span(first, last, office.clock_ms())
    chosen: StoreOfCompany | None = None
    stores: tuple[StoreSold, ...] = ()
    items: tuple[CostOfSales, ...] = ()
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        if store:
            chosen = await store_of_company(db, person.company_id, store)
            items = await sold_of_items(db, chosen.store_id, *span)
        else:
            stores = await sold_by_store(db, person.company_id, *span)
        rows = items[after : after + PAGE_ROWS]
        names = await names_of_items(db, person.company_id, (one.item_id for one in rows))
    return shown(
        request,
        "stock_margin.html",
        person=person,
        money=money,
        codes=codes,
        first=span[0],
        last=span[1],
        chosen=chosen,
        stores=stores,
        items=items,
        rows=rows,
        names=names,
        total=sum_of_sold((*items, *(one.sold for one in stores))),
        address=stock_address,
        pages=pages_of(items, after, MARGIN, store=store, first=span[0], last=span[1]),
        now_ms=office.clock_ms(),
    )


@get(f"{STOCK}{MARGIN}/lines", **_NEEDS)
async def show_margin_lines(
    request: AnyRequest,
    store: Code,
    item: Word,
    first: FromQuery[date],
    last: FromQuery[date],
    after: After = 0,
) -> Response[Any]:
    """Each line of an item's, and each movement whose cost put one right afterwards."""
    refuse_period(first, last)
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        chosen = await store_of_company(db, person.company_id, store)
        lines = await sold_lines(db, chosen.store_id, item, first, last)
        history = await item_history(db, chosen.store_id, item)
        names = await names_of_items(db, person.company_id, [item])
    right = [one for one in history if one.put_right_minor and first <= one.moved_on <= last]
    return shown(
        request,
        "stock_margin_lines.html",
        person=person,
        money=money,
        store=chosen,
        item_id=item,
        name=names.get(item, item),
        lines=lines,
        rows=lines[after : after + PAGE_ROWS],
        put_right=right,
        first=first,
        last=last,
        address=stock_address,
        receipt_address=receipt_address,
        pages=pages_of(
            lines, after, f"{MARGIN}/lines", store=store, item=item, first=first, last=last
        ),
        now_ms=office.clock_ms(),
    )


def _span(first: date | None, last: date | None, now_ms: int) -> tuple[date, date]:
    """Raises InvalidField."""
    end = last or datetime.fromtimestamp(now_ms // 1_000, UTC).date()
    begin = first or end - timedelta(days=DAYS - 1)
    refuse_period(begin, end)
    return begin, end


ROUTES = (show_margin, show_margin_lines)
