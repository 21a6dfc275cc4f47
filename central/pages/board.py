"""The board and a store's day: where each store stands, and both sides' figures beside each other.

Every page asks for the signed-in person's own company only: another's store is not known, like one
that never was. A page's figures come from one snapshot of the database.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter, QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.domain.day_verdict import Colour
from central.pages.page import page
from central.pages.words.board import summary
from central.pages.words.figures import day_sentence
from central.reports.board import Board, board, declared_total, store_days, store_standing
from central.reports.company import (
    CompanyMoney,
    StoreOfCompany,
    company_money,
    neighbour_days,
    store_of_company,
)
from central.reports.differing_receipts import (
    DifferingReceipt,
    DifferingReceipts,
    differing_receipts,
    total_of,
)
from central.reports.figure_rows import FigureKey, FigureKind, figure_keys
from central.reports.reconciled_day import ReconciledDay, WorkstationAccount
from central.reports.reconciliation import reconcile_day
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.figures import Totals, figures
from sync.protocol.text import TEXT_PATTERN

REFRESH_S = 5
STORES_A_SECOND = 10
"""The board asks again while somebody looks at it: every REFRESH_S seconds, and a second later for
every STORES_A_SECOND stores on it, since each is counted anew."""
DATE_LETTERS_MAX = 10

AnyRequest: TypeAlias = Request[Any, Any, Any]
StoreCode: TypeAlias = Annotated[
    str, PathParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]
BusinessDate: TypeAlias = Annotated[date, PathParameter()]
Workstation: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)
]


class Sides(NamedTuple):
    """A figure on both sides, with the address of the rows that head office's adds up from.
    ``store`` is None while it is not known."""

    key: FigureKey
    unit: str
    address: str
    store: int | None
    central: int

    @property
    def difference(self) -> int | None:
        """Head office less store."""
        return None if self.store is None else self.central - self.store


class WorkstationLine(NamedTuple):
    """A workstation's part of a day: its own page, and its receipts."""

    workstation_id: str
    address: str
    receipts: Sides
    total: Sides


class DayLine(NamedTuple):
    """A day among a store's days: its own page, and its total."""

    day: ReconciledDay
    address: str
    total: Sides


@get("/", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_board(
    request: AnyRequest,
    asked: Annotated[
        str, QueryParameter(name="date", max_length=DATE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
    after: Annotated[str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
) -> Response[str]:
    """Every store, on a business date or on each one's newest."""
    business_date = _asked_date(asked)
    person, office = person_of(request), office_of(request)
    company_id = person.company_id

    async def read() -> tuple[CompanyMoney, Board]:
        async with reading(office) as db:
            money = await company_money(db, company_id)
            return money, await board(
                db, company_id, business_date, after, now_ms=office.clock_ms()
            )

    # By company first: what one reads no other is shown.
    money, found = await office.boards.of((company_id, business_date, after), read)
    return page(
        "board.html",
        person=person,
        money=money,
        board=found,
        business_date=business_date,
        after=after,
        here=_board_address(business_date, after),
        more=_board_address(business_date, found.after) if found.after else None,
        now_ms=office.clock_ms(),
        refresh_s=REFRESH_S + len(found.lines) // STORES_A_SECOND,
        summary=summary(found),
    )


@get("/stores/{code:str}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_days(
    request: AnyRequest,
    code: StoreCode,
    asked: Annotated[
        str, QueryParameter(name="before", max_length=DATE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
) -> Response[str]:
    """A store's days, newest first: an older one that differs stays in sight."""
    before = _asked_date(asked)
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        days, older = await store_days(db, store.store_id, before)
        standing = await store_standing(db, store.store_id)
    return page(
        "days.html",
        person=person,
        money=money,
        store=store,
        days=[_day_line(store, day) for day in days],
        standing=standing,
        now_ms=office.clock_ms(),
        newest=store_address(store) if before else None,
        older=f"{store_address(store)}?before={older}" if older else None,
    )


@get("/stores/{code:str}/{business_date:date}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_day(
    request: AnyRequest,
    code: StoreCode,
    business_date: BusinessDate,
    workstation: Workstation = None,
) -> Response[str]:
    """A store's day figure by figure; or one workstation's part of it."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        day = await reconcile_day(db, store.store_id, business_date)
        day = day.as_of(office.clock_ms())
        found = None
        if day.colour is Colour.RED:
            found = await differing_receipts(db, store.store_id, business_date)
        beside = await neighbour_days(db, store.store_id, business_date)
        standing = await store_standing(db, store.store_id)
    central, declared = _account(day, workstation)
    return page(
        "day.html",
        person=person,
        money=money,
        store=store,
        all_days=store_address(store),
        day=day,
        workstation=workstation,
        sentence=day_sentence(day, found, money.decimals),
        differing=_differing(store, found),
        found=found,
        sides=_sides(store, business_date, central, declared, workstation),
        stations=[_station(store, business_date, one) for one in day.accounts],
        all_receipts=rows_address(store, business_date, FigureKey(FigureKind.TOTAL), workstation),
        whole_day=day_address(store, business_date),
        before=beside.before and day_address(store, beside.before),
        following=beside.after and day_address(store, beside.after),
        beside=beside,
        standing=standing,
        now_ms=office.clock_ms(),
    )


def _day_line(store: StoreOfCompany, day: ReconciledDay) -> DayLine:
    total = FigureKey(FigureKind.TOTAL)
    rows = rows_address(store, day.business_date, total, None)
    sides = Sides(total, "minor", rows, declared_total(day), total_of(day.central))
    return DayLine(day, day_address(store, day.business_date), sides)


def _asked_date(asked: str) -> date | None:
    """An empty field asks for each store's newest day."""
    if not asked:
        return None
    try:
        return date.fromisoformat(asked)
    except ValueError as error:
        raise InvalidField(
            "The business date must be a date such as 2026-11-24.",
            field="date",
            remedy="Choose a date, or leave the field empty.",
        ) from error


def _board_address(business_date: date | None, after: str) -> str:
    asked = {"date": str(business_date or ""), "after": after}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/?{query}" if query else "/"


def store_address(store: StoreOfCompany) -> str:
    """Where a store's pages begin."""
    return f"/stores/{quote(store.code, safe='')}"


def day_address(store: StoreOfCompany, business_date: date, workstation: str | None = None) -> str:
    """A store's day, or a workstation's part of it."""
    query = f"?{urlencode({'workstation': workstation})}" if workstation is not None else ""
    return f"{store_address(store)}/{business_date}{query}"


def rows_address(
    store: StoreOfCompany, business_date: date, key: FigureKey, workstation: str | None
) -> str:
    """The rows behind a figure."""
    parts = {
        "figure": key.kind.value,
        "name": key.name,
        "rate_bp": key.rate_bp,
        "workstation": workstation,
    }
    query = urlencode({name: value for name, value in parts.items() if value is not None})
    return f"{day_address(store, business_date)}/rows?{query}"


def _account(day: ReconciledDay, workstation: str | None) -> tuple[Totals, Totals | None]:
    """Head office's count and the store's word, of the day or of a workstation's part. Raises
    NotFound."""
    if workstation is None:
        return day.central, day.declared
    for one in day.accounts:
        if one.workstation_id == workstation:
            return one.central, one.declared
    raise NotFound(
        f"The workstation {workstation} did nothing on this day.",
        field="workstation",
        remedy="Choose one on the day's page.",
    )


def _sides(
    store: StoreOfCompany,
    business_date: date,
    central: Totals,
    declared: Totals | None,
    workstation: str | None,
) -> Sequence[Sides]:
    """The total first, then every figure in the manifest's order; what one side lacks is a zero."""
    ours, theirs = _by_key(central), _by_key(declared or Totals())
    total = FigureKey(FigureKind.TOTAL)
    found = {
        total: ("minor", total_of(central), total_of(declared or Totals())),
        **{
            key: (unit, ours.get(key, (unit, 0))[1], theirs.get(key, (unit, 0))[1])
            for key, (unit, _) in {**theirs, **ours}.items()
        },
    }
    return [
        Sides(
            key,
            unit,
            rows_address(store, business_date, key, workstation),
            None if declared is None else said,
            counted_here,
        )
        for key, (unit, counted_here, said) in sorted(
            found.items(), key=lambda one: _reading(one[0])
        )
    ]


def _by_key(totals: Totals) -> dict[FigureKey, tuple[str, int]]:
    pairs = zip(figure_keys(totals), figures(totals), strict=True)
    return {key: (figure.unit, figure.amount) for key, figure in pairs}


def _reading(key: FigureKey) -> tuple[int, str, int]:
    """The order of reading: as the kinds stand, what was taxed beside its tax."""
    kind = FigureKind.NET if key.kind is FigureKind.TAX else key.kind
    return list(FigureKind).index(kind), key.name or "", key.rate_bp or 0


def _station(
    store: StoreOfCompany, business_date: date, account: WorkstationAccount
) -> WorkstationLine:
    name, central, declared = account
    address = day_address(store, business_date, name)

    def sides(key: FigureKey, unit: str, ours: int, theirs: int | None) -> Sides:
        return Sides(key, unit, rows_address(store, business_date, key, name), theirs, ours)

    count, total = FigureKey(FigureKind.TOTAL, counts=True), FigureKey(FigureKind.TOTAL)
    said, owed = (None, None) if declared is None else (declared.transactions, total_of(declared))
    return WorkstationLine(
        name,
        address,
        sides(count, "count", central.transactions, said),
        sides(total, "minor", total_of(central), owed),
    )


def _differing(
    store: StoreOfCompany, found: DifferingReceipts | None
) -> Sequence[tuple[DifferingReceipt, str | None, str | None]]:
    """Each with where it can be looked at: as head office counts it, as the store recorded it."""
    return [
        (
            one,
            None if one.difference.only_at == "store" else receipt_address(store, one.sale_id),
            journal_address(store, one.place.epoch, one.place.seq) if one.place else None,
        )
        for one in (found.receipts if found else ())
    ]


def receipt_address(store: StoreOfCompany, sale_id: UUID) -> str:
    """A receipt as head office counts it."""
    return f"{store_address(store)}/receipts/{sale_id}"


def journal_address(store: StoreOfCompany, epoch: Epoch, seq: int) -> str:
    """An event in the store's journal."""
    return f"{store_address(store)}/journal/{epoch}/{seq}"


ROUTES = (show_board, show_days, show_day)
