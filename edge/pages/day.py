"""A business day: what it comes to as the store counts it, of whom, and the rows under each figure;
opened, closed and opened again by the till's own use cases."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromQuery, QueryParameter

from edge.api.parameters import QUERY_CHARACTERS_MAX, DateInPath, IdInQuery, TheBox
from edge.box.box import Box
from edge.db.day_rows import Whose
from edge.db.days import BusinessDay, find_open_day, newest_date
from edge.db.store import read_settings
from edge.db.unsent import unsent_receipts
from edge.domain.suspended import SuspendedAtClose
from edge.pages.acting import act
from edge.pages.coming_in import Visitor, needing, office_guard, signed_in
from edge.pages.page import page, tables_page
from edge.pages.places import DAY, DAYS, day_address, receipt_address, rows_address
from edge.pages.signing_in import as_typed
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.day.look_into import DayLook, FigureRow, figure_named, look_into, rows_of
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import NotFound, Refusal
from sync.protocol.figures import Reading
from sync.protocol.identity import TillSessionId
from sync.protocol.permissions import Permission
from sync.protocol.reference import StoreSettings
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
ROWS_MAX = 200
OFFSET_MAX = 1_000_000
Named: TypeAlias = Annotated[
    str | None, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
Rate: TypeAlias = Annotated[int | None, QueryParameter(ge=0, le=10_000)]
Offset: TypeAlias = Annotated[int, QueryParameter(ge=0, le=OFFSET_MAX)]


class Line(NamedTuple):
    """A figure, and where the rows are that it adds up from."""

    reading: Reading
    address: str


def is_blind(visitor: Visitor) -> bool:
    """Whoever may not see expected cash counts blind (``edge/usecases/day/add_up.py``)."""
    return not visitor.may(Permission.SEE_EXPECTED_CASH)


@get(DAY, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_day(
    request: AnyRequest, box: TheBox, business_date: FromQuery[date | None] = None
) -> Response[Any]:
    """The open day, else the last one, or the one that is asked for; where there is none the form
    that opens one."""
    if business_date is not None:
        return see_other(day_address(business_date))
    is_open, newest = await box.reader.read(lambda db: (find_open_day(db), newest_date(db)))
    if is_open is not None:
        return see_other(day_address(is_open.business_date))
    return _open_form(request, newest)


@get(f"{DAYS}/{{business_date:date}}", guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_one_day(
    request: AnyRequest,
    box: TheBox,
    business_date: DateInPath,
    workstation: Named = None,
    till: IdInQuery = None,
) -> Response[Any]:
    """A day figure by figure, of the whole shop, of a workstation or of a till."""
    return await _shown(request, box, business_date, _whose(workstation, till))


@get(
    f"{DAYS}/{{business_date:date}}/rows",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
)
async def show_rows(
    request: AnyRequest,
    box: TheBox,
    business_date: DateInPath,
    figure: Annotated[str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)],
    name: Named = None,
    rate_bp: Rate = None,
    workstation: Named = None,
    till: IdInQuery = None,
    after: Offset = 0,
) -> Response[Any]:
    """What a figure adds up from, page by page, with the sum of all pages at the foot."""
    asked, blind = figure_named(figure, name, rate_bp), is_blind(signed_in(request))
    if asked is None:
        raise NotFound(f"There is no figure {figure}.", remedy="Choose one on the day's page.")
    whose = _whose(workstation, till)
    rows, settings = await box.reports.read(
        lambda db: (rows_of(db, business_date, whose, asked, blind=blind), read_settings(db))
    )
    following = after + ROWS_MAX
    return tables_page(
        request,
        "rows.html",
        business_date=business_date,
        asked=asked,
        whose=whose,
        day=day_address(business_date),
        part=day_address(business_date, whose),
        rows=_with_addresses(rows[after:following]),
        row_count=len(rows),
        total=sum(row.amount for row in rows),
        settings=settings,
        first=rows_address(business_date, asked, whose) if after else None,
        following=_following(business_date, asked, whose, following, len(rows)),
        **_now(box),
    )


@post(f"{DAYS}/open", guards=[office_guard], opt=needing(Permission.SEE_REPORTS), status_code=303)
async def send_open(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Opening the day that is open already gives it again."""
    form = await read_form(request)
    typed = {**form, "operator_id": signed_in(request).operator_id}
    try:
        asked = as_typed(OpenBusinessDay, typed, "operator_id", "business_date", "override_reason")
        day = await act(
            request,
            box,
            BusinessDay,
            lambda db, at: open_business_day(db, asked, at.event_id, at.moment, at.override),
        )
    except Refusal as refusal:
        newest = await box.reader.read(newest_date)
        return _open_form(request, newest, form, refusal)
    return see_other(day_address(day.business_date))


@get(
    f"{DAYS}/{{business_date:date}}/close",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
)
async def show_close(request: AnyRequest, box: TheBox, business_date: DateInPath) -> Response[Any]:
    """What closing it closes and what is still open, before anybody is asked to press a button."""
    return await _close_form(request, box, business_date)


@post(
    f"{DAYS}/{{business_date:date}}/close",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_close(request: AnyRequest, box: TheBox, business_date: DateInPath) -> Response[Any]:
    """Closing a closed day changes nothing."""
    asked = CloseBusinessDay(signed_in(request).operator_id, cancel_suspended=_cancels(box))
    named = (asked, business_date)
    try:
        await act(
            request,
            box,
            ClosedDay,
            lambda db, at: close_business_day(db, *named, at.event_id, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _close_form(request, box, business_date, refusal)
    return see_other(day_address(business_date))


@post(
    f"{DAYS}/{{business_date:date}}/reopen",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_reopen(request: AnyRequest, box: TheBox, business_date: DateInPath) -> Response[Any]:
    """Somebody who may says why."""
    form = await read_form(request)
    typed = {**form, "operator_id": signed_in(request).operator_id}
    try:
        named = (as_typed(ReopenBusinessDay, typed, "operator_id", "reason"), business_date)
        await act(
            request,
            box,
            BusinessDay,
            lambda db, at: reopen_business_day(db, *named, at.event_id, at.moment, at.override),
        )
    except Refusal as refusal:
        reason = form.get("reason", "")
        return await _shown(request, box, business_date, Whose(), refusal, reason=reason)
    return see_other(day_address(business_date))


async def _shown(
    request: AnyRequest,
    box: Box,
    business_date: date,
    whose: Whose,
    refusal: Refusal | None = None,
    *,
    reason: str = "",
) -> Response[Any]:
    blind = is_blind(signed_in(request))
    look, settings = await box.reports.read(
        lambda db: (look_into(db, business_date, whose, blind=blind), read_settings(db))
    )
    return tables_page(
        request,
        "day.html",
        status=refusal.status if refusal else 200,
        look=look,
        lines=_lines(look, whose),
        whose=whose,
        till=_till_name(look, whose),
        settings=settings,
        day=day_address(business_date),
        day_address=day_address,
        refusal=refusal,
        reason=reason,
        **_now(box),
    )


def _lines(look: DayLook, whose: Whose) -> Sequence[Line]:
    on = look.day.business_date
    return [Line(one, rows_address(on, one, whose)) for one in look.figures]


def _till_name(look: DayLook, whose: Whose) -> str | None:
    for one in look.tills:
        if one.session is not None and one.session.till_session_id == whose.till_session_id:
            return one.name
    return None


def _with_addresses(rows: Sequence[FigureRow]) -> Sequence[tuple[FigureRow, str | None]]:
    return [(row, None if row.sale_id is None else receipt_address(row.sale_id)) for row in rows]


def _following(on: date, asked: Reading, whose: Whose, after: int, row_count: int) -> str | None:
    if after >= row_count:
        return None
    return f"{rows_address(on, asked, whose)}&{urlencode({'after': after})}"


def _whose(workstation: str | None, till: UUID | None) -> Whose:
    return Whose(workstation, None if till is None else TillSessionId(till))


def _open_form(
    request: AnyRequest,
    newest: date | None,
    typed: Any = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    return page(
        request,
        "open_day.html",
        status=refusal.status if refusal else 200,
        newest=newest,
        day_address=day_address,
        typed=typed or {},
        refusal=refusal,
    )


class _Closing(NamedTuple):
    look: DayLook
    unsent: int
    settings: StoreSettings


async def _close_form(
    request: AnyRequest, box: Box, business_date: date, refusal: Refusal | None = None
) -> Response[Any]:
    blind = is_blind(signed_in(request))

    def read(db: sqlite3.Connection) -> _Closing:
        look = look_into(db, business_date, Whose(), blind=blind)
        waiting = sum(one.receipts for one in unsent_receipts(db))
        return _Closing(look, waiting, read_settings(db))

    read_now = await box.reports.read(read)
    return page(
        request,
        "close_day.html",
        status=refusal.status if refusal else 200,
        look=read_now.look,
        unsent=read_now.unsent,
        settings=read_now.settings,
        cancels=_cancels(box),
        day=day_address(business_date),
        refusal=refusal,
    )


def _cancels(box: Box) -> bool:
    return box.settings.suspended_at_close is SuspendedAtClose.CANCEL


def _now(box: Box) -> dict[str, Any]:
    return {"zone": box.clock.zone, "now_ms": box.clock.moment().wall_ms}


ROUTES = (show_day, show_one_day, show_rows, send_open, show_close, send_close, send_reopen)
