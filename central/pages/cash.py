"""The page of a store's cash on a day: floats, loans, pickups, what was paid in and out, counts
with their differences, the safe, and the bags that went to the bank."""

from typing import Any

from litestar import Request, Response, get

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.places import BusinessDate, StoreCode, day_address, store_address
from central.pages.workbook import shown
from central.reports.company import company_money, neighbour_days, store_of_company
from central.reports.day_cash import day_cash

AnyRequest = Request[Any, Any, Any]
HERE = "/stores/{code:str}/{business_date:date}/cash"


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_cash(
    request: AnyRequest, code: StoreCode, business_date: BusinessDate
) -> Response[Any]:
    """Every movement of cash without a sale, and what it adds up to."""
    person, office = person_of(request), office_of(request)
    now_ms = office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        beside = await neighbour_days(db, store.store_id, business_date)
        cash = await day_cash(db, person.company_id, store, business_date, now_ms)
    return shown(
        request,
        "cash.html",
        person=person,
        money=money,
        store=store,
        business_date=business_date,
        all_days=store_address(store),
        whole_day=day_address(store, business_date),
        beside=beside,
        cash=cash,
        now_ms=now_ms,
    )


ROUTES = (show_cash,)
