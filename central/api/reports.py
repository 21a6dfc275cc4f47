"""Reports over the projections: the asker's own company only, by session or API token.

Amounts are integers of minor units, quantities thousandths, rates basis points; a figure's ``unit``
says which. Dates are business dates.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get
from litestar.params import PathParameter, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.guards import needing, office_of, person_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.day_verdict import Colour, DayVerdict
from central.reports.evidence import SetAside
from central.reports.lots import LotOnHand, SoldTwice, lots_of_store, serials_sold_twice
from central.reports.purchases import Purchase, purchases
from central.reports.reconciled_day import ProvenThrough, Reason, ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.reports.sales import (
    DAILY_SALES,
    DAYS_MAX,
    ROWS_MAX,
    SOLD_BY_BOOK,
    TAX_BY_RATE,
    DailySales,
    Page,
    R,
    SalesReport,
    SoldByBook,
    TaxByRate,
    read_sales,
)
from central.reports.standings import STREAMS_MAX, StoreStanding, store_standings
from central.reports.stock import ITEMS_MAX, StockOnHand, stock_by_store
from central.reports.stock_value import CostOfSales, StockWorth, cost_of_sales, stock_value
from central.reports.supplier_returns import ReturnedGoods, supplier_returns
from central.reports.transfers import TransferLine, transfers_between_stores
from central.usecases.store.add import find_store
from sync.protocol.errors import InvalidField
from sync.protocol.figures import Beside, side_by_side
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.text import TEXT_PATTERN

OFFSET_MAX = 10_000_000
CODE_LETTERS_MAX = 32

First: TypeAlias = Annotated[date, QueryParameter()]
Last: TypeAlias = Annotated[date, QueryParameter()]
StoreCode: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]
OneStoreCode: TypeAlias = Annotated[
    str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]
ItemsLimit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=ITEMS_MAX)]
StreamsLimit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=STREAMS_MAX)]
RowsLimit: TypeAlias = Annotated[int, QueryParameter(ge=1, le=ROWS_MAX)]
Offset: TypeAlias = Annotated[int, QueryParameter(ge=0, le=OFFSET_MAX)]
T = TypeVar("T")
AnyRequest: TypeAlias = Request[Any, Any, Any]


class FigureAnswer(msgspec.Struct, frozen=True):
    """One figure on both sides; ``declared`` is None while a manifest is missing."""

    name: str
    unit: str
    central: int
    declared: int | None
    difference: int | None


class DifferenceAnswer(msgspec.Struct, frozen=True):
    """Where a workstation's account and head office's part."""

    workstation_id: str
    name: str
    unit: str
    declared: int | None
    central: int | None


class ReconciliationAnswer(msgspec.Struct, frozen=True):
    """A store's day: ``verdict`` and its ``colour``, green (proven), amber (not proven yet) or red
    (differs)."""

    store: str
    business_date: date
    verdict: DayVerdict
    colour: Colour
    reasons: tuple[Reason, ...]
    figures: tuple[FigureAnswer, ...]
    workstations: tuple[DifferenceAnswer, ...]
    set_aside: tuple[SetAside, ...]
    proven: tuple[ProvenThrough, ...]


@get("/v1/reports/daily-sales", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_daily_sales(
    request: AnyRequest,
    first: First,
    last: Last,
    store: StoreCode = None,
    limit: RowsLimit = ROWS_MAX,
    offset: Offset = 0,
) -> Response[Sequence[DailySales]]:
    """Sales by store and day. Where rows are left, the header ``Link`` names the next page."""
    return await _of_sales(request, DAILY_SALES, (first, last), store, (limit, offset))


@get("/v1/reports/tax", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_tax(
    request: AnyRequest,
    first: First,
    last: Last,
    store: StoreCode = None,
    limit: RowsLimit = ROWS_MAX,
    offset: Offset = 0,
) -> Response[Sequence[TaxByRate]]:
    """Tax by store, class and rate. Where rows are left, ``Link`` names the next page."""
    return await _of_sales(request, TAX_BY_RATE, (first, last), store, (limit, offset))


@get("/v1/reports/price-books", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_price_books(
    request: AnyRequest,
    first: First,
    last: Last,
    store: StoreCode = None,
    limit: RowsLimit = ROWS_MAX,
    offset: Offset = 0,
) -> Response[Sequence[SoldByBook]]:
    """What was sold out of price books, by store and book. Where rows are left, ``Link`` names the
    next page."""
    return await _of_sales(request, SOLD_BY_BOOK, (first, last), store, (limit, offset))


async def _of_sales(
    request: AnyRequest,
    report: SalesReport[R],
    period: tuple[date, date],
    store: str | None,
    page: tuple[int, int],
) -> Response[Sequence[R]]:
    """A report over a period, one page of it; one row more is looked for."""
    refuse_period(*period)
    company_id, (limit, offset) = person_of(request).company_id, page
    async with reading(office_of(request)) as db:
        store_id = await _store(db, company_id, store)
        asked = Page(limit + 1, offset)
        rows = await read_sales(db, report, company_id, *period, store_id, asked)
    return _page(request, rows, limit, offset)


@get("/v1/reports/stock", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_stock(
    request: AnyRequest, store: StoreCode = None, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[StockOnHand]]:
    """Stock on hand by store and item. Where rows are left, ``Link`` names the next page."""
    company_id = person_of(request).company_id
    async with reading(office_of(request)) as db:
        store_id = await _store(db, company_id, store)
        rows = await stock_by_store(db, company_id, store_id, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get("/v1/reports/stock-value", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_stock_value(
    request: AnyRequest, store: OneStoreCode, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[StockWorth]]:
    """What a store's goods are worth, and what those that are gone had cost, by item. Where rows
    are left, ``Link`` names the next page."""
    async with reading(office_of(request)) as db:
        store_id = await find_store(db, person_of(request).company_id, store)
        rows = await stock_value(db, store_id, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get("/v1/reports/lots", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_lots(
    request: AnyRequest, store: OneStoreCode, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[LotOnHand]]:
    """A store's stock by lot, of the items that ever had one, ``limit`` and ``offset`` in items:
    what expires first first, and of each item all that is there."""
    async with reading(office_of(request)) as db:
        store_id = await find_store(db, person_of(request).company_id, store)
        rows = await lots_of_store(db, store_id, Page(limit, offset))
    return Response(rows)


@get("/v1/reports/serials-sold-twice", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_serials(
    request: AnyRequest, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[SoldTwice]]:
    """Serial numbers that stores together sold more often than they came back, by more than one.
    Where rows are left, ``Link`` names the next page."""
    async with reading(office_of(request)) as db:
        page = Page(limit + 1, offset)
        rows = await serials_sold_twice(db, person_of(request).company_id, page)
    return _page(request, rows, limit, offset)


@get("/v1/reports/cost-of-sales", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_cost_of_sales(
    request: AnyRequest,
    store: OneStoreCode,
    first: First,
    last: Last,
    limit: ItemsLimit = ITEMS_MAX,
    offset: Offset = 0,
) -> Response[Sequence[CostOfSales]]:
    """What a store's sales had cost and what is left of them, by item, with what was put right
    afterwards. Where rows are left, ``Link`` names the next page."""
    refuse_period(first, last)
    async with reading(office_of(request)) as db:
        store_id = await find_store(db, person_of(request).company_id, store)
        rows = await cost_of_sales(db, store_id, first, last, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get("/v1/reports/transfers", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_transfers(
    request: AnyRequest, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[TransferLine]]:
    """What left one store for another and what came, by transfer and item: in transit, arrived or
    different, the newest first. Where rows are left, ``Link`` names the next page."""
    async with reading(office_of(request)) as db:
        page = Page(limit + 1, offset)
        rows = await transfers_between_stores(db, person_of(request).company_id, page)
    return _page(request, rows, limit, offset)


@get("/v1/reports/purchases", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_purchases(
    request: AnyRequest, store: StoreCode = None, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[Purchase]]:
    """What stores ordered of suppliers, what of it came and is open, and by how much it cost more,
    the newest order first. Where rows are left, ``Link`` names the next page."""
    company_id = person_of(request).company_id
    async with reading(office_of(request)) as db:
        store_id = await _store(db, company_id, store)
        rows = await purchases(db, company_id, store_id, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get("/v1/reports/supplier-returns", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_supplier_returns(
    request: AnyRequest, store: StoreCode = None, limit: ItemsLimit = ITEMS_MAX, offset: Offset = 0
) -> Response[Sequence[ReturnedGoods]]:
    """What stores sent back to suppliers, what it had cost and what was credited, the newest first.
    Where rows are left, ``Link`` names the next page."""
    company_id = person_of(request).company_id
    async with reading(office_of(request)) as db:
        store_id = await _store(db, company_id, store)
        rows = await supplier_returns(db, company_id, store_id, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get("/v1/reports/stores", guards=[person_guard], opt=needing(UserRole.LOOK))
async def report_stores(
    request: AnyRequest, limit: StreamsLimit = STREAMS_MAX, offset: Offset = 0
) -> Response[Sequence[StoreStanding]]:
    """Where each store stands. Where rows are left, ``Link`` names the next page."""
    async with reading(office_of(request)) as db:
        company_id = person_of(request).company_id
        rows = await store_standings(db, company_id, Page(limit + 1, offset))
    return _page(request, rows, limit, offset)


@get(
    "/v1/reports/reconciliation/{store_code:str}/{business_date:date}",
    guards=[person_guard],
    opt=needing(UserRole.LOOK),
)
async def report_reconciliation(
    request: AnyRequest,
    store_code: Annotated[str, PathParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)],
    business_date: Annotated[date, PathParameter()],
) -> ReconciliationAnswer:
    """A store's day, held against what the store says."""
    office = office_of(request)
    async with reading(office) as db:
        store_id = await find_store(db, person_of(request).company_id, store_code)
        day = await reconcile_day(db, store_id, business_date)
    return _answer(store_code, day.as_of(office.clock_ms()))


def _page(request: AnyRequest, rows: Sequence[T], limit: int, offset: int) -> Response[Sequence[T]]:
    """The rows that were asked for. One more was looked for: where it is there, the answer says so
    and how to get the rest (RFC 8288), so that no report ends in silence."""
    if len(rows) <= limit:
        return Response(rows)
    parameters = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("limit", "offset")
    ]
    following = urlencode([*parameters, ("limit", limit), ("offset", offset + limit)])
    link = f'<{request.url.path}?{following}>; rel="next"'
    return Response(rows[:limit], headers={"Link": link})


async def _store(db: AsyncConnection, company_id: CompanyId, code: str | None) -> StoreId | None:
    return None if code is None else await find_store(db, company_id, code)


def refuse_period(first: date, last: date) -> None:
    """Raises InvalidField for no period, or one that is too long."""
    if not 0 <= (last - first).days < DAYS_MAX:
        raise InvalidField(
            f"last: a report spans 1 to {DAYS_MAX} days.",
            field="last",
            remedy="Ask for a shorter period that ends on or after its first day.",
        )


def _answer(store_code: str, day: ReconciledDay) -> ReconciliationAnswer:
    return ReconciliationAnswer(
        store=store_code,
        business_date=day.business_date,
        verdict=day.verdict,
        colour=day.colour,
        reasons=day.reasons,
        figures=tuple(
            _figure(one, is_declared=day.declared is not None)
            for one in side_by_side(day.declared or day.central, day.central)
        ),
        workstations=tuple(
            DifferenceAnswer(station.workstation_id, one.name, one.unit, one.store, one.central)
            for station in day.workstations
            for one in station.differences
        ),
        set_aside=day.set_aside,
        proven=day.proven,
    )


def _figure(found: Beside, *, is_declared: bool) -> FigureAnswer:
    name, unit, there, here = found
    counted = 0 if here is None else here
    if not is_declared or there is None:
        return FigureAnswer(name, unit, counted, None, None)
    return FigureAnswer(name, unit, counted, there, counted - there)
