"""The board and a store's days: where each store stands, and what each of its days adds up to.

Every page asks for the signed-in person's own company only: another's store is not known, like one
that never was. A page's figures come from one snapshot of the database.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.domain.day_state import DayState, day_state
from central.domain.signing import Signing
from central.pages.cells import Fill
from central.pages.day import Sides
from central.pages.places import StoreCode, day_address, rows_address, store_address
from central.pages.words.board import summary
from central.pages.workbook import shown
from central.reports.board import DAYS_SHOWN, DAYS_SHOWN_MAX, Board, board
from central.reports.board_lines import declared_total
from central.reports.company import (
    CompanyMoney,
    StoreOfCompany,
    company_money,
    store_of_company,
)
from central.reports.figure_rows import FigureKey, FigureKind
from central.reports.incarnation import Past, read_past
from central.reports.reconciled_day import ReconciledDay
from central.reports.signings import last_signings
from central.reports.store_day import StoreDay
from central.reports.store_days import store_days, store_standing
from sync.protocol.errors import InvalidField
from sync.protocol.figures import owed_minor
from sync.protocol.text import TEXT_PATTERN

REFRESH_S = 5
STORES_A_SECOND = 10
"""The board asks again while somebody looks at it: every REFRESH_S seconds, and a second later for
every STORES_A_SECOND stores on it, since each is counted anew."""
DATE_LETTERS_MAX = 10
WIDTHS = (DAYS_SHOWN, 14, DAYS_SHOWN_MAX)
"""How many dates a reader may choose to see side by side."""

AnyRequest: TypeAlias = Request[Any, Any, Any]


class DayLine(NamedTuple):
    """A day among a store's days: its own page, and its total."""

    day: ReconciledDay
    state: DayState
    address: str
    total: Sides


@get("/", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_board(
    request: AnyRequest,
    asked: Annotated[
        str, QueryParameter(name="date", max_length=DATE_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "",
    after: Annotated[str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
    days: Annotated[int, QueryParameter(ge=1, le=DAYS_SHOWN_MAX)] = DAYS_SHOWN,
) -> Response[str]:
    """Every store by business date, and where it stands on one date or on its newest."""
    business_date = _asked_date(asked)
    person, office = person_of(request), office_of(request)
    company_id = person.company_id

    async def read() -> tuple[CompanyMoney, Board, Past]:
        async with reading(office) as db:
            money = await company_money(db, company_id)
            which = (company_id, business_date, after)
            found = await board(db, *which, now_ms=office.clock_ms(), days=days)
            return money, found, await read_past(db, company_id)

    # By company first: what one reads no other is shown.
    money, found, past = await office.boards.of((company_id, business_date, after, days), read)
    now_ms = office.clock_ms()
    return shown(
        request,
        "board.html",
        person=person,
        money=money,
        board=found,
        fill=Fill(now_ms, money.decimals),
        business_date=business_date,
        after=after,
        days=days,
        **_addresses(business_date, after, days, found.after),
        now_ms=now_ms,
        refresh_s=REFRESH_S + len(found.lines) // STORES_A_SECOND,
        summary=summary(found, money.decimals),
        past=past,
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
        asked_days = [StoreDay(store.store_id, day.business_date) for day in days]
        signings = await last_signings(db, asked_days)
    return shown(
        request,
        "days.html",
        person=person,
        money=money,
        store=store,
        days=[_day_line(store, day, signings) for day in days],
        standing=standing,
        now_ms=office.clock_ms(),
        newest=store_address(store) if before else None,
        older=f"{store_address(store)}?before={older}" if older else None,
    )


def _day_line(
    store: StoreOfCompany, day: ReconciledDay, signings: Mapping[StoreDay, Signing]
) -> DayLine:
    total = FigureKey(FigureKind.TOTAL)
    rows = rows_address(store, day.business_date, total, None)
    sides = Sides(total, "minor", rows, declared_total(day), owed_minor(day.central))
    last = signings.get(StoreDay(store.store_id, day.business_date))
    state = day_state(day.verdict, last, day.central)
    return DayLine(day, state, day_address(store, day.business_date), sides)


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


def _addresses(
    business_date: date | None, after: str, days: int, following: str | None
) -> Mapping[str, Any]:
    """Of this page, of its next and first stores, and of other widths."""
    return {
        "here": _board_address(business_date, after, days),
        "more": _board_address(business_date, following, days) if following else None,
        "first": _board_address(business_date, "", days),
        "widths": [(width, _board_address(business_date, after, width)) for width in WIDTHS],
    }


def _board_address(business_date: date | None, after: str, days: int) -> str:
    width = "" if days == DAYS_SHOWN else str(days)
    asked = {"date": str(business_date or ""), "after": after, "days": width}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/?{query}" if query else "/"


ROUTES = (show_board, show_days)
