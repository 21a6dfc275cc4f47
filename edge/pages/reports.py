"""Reports of the shop, out of its own rows with no network: each told apart in its own way, over a
span of business dates, beside other days, and down to the receipts under every figure."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple, TypeAlias

from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter

from edge.api.parameters import QUERY_CHARACTERS_MAX, TextInPath, TheBox
from edge.box.box import Box
from edge.db.reports import REPORTS
from edge.db.store import read_settings
from edge.domain.span import Against, Span, span_of
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import OFFSET_MAX, ROWS_MAX, Named, Offset, is_blind
from edge.pages.page import language_here, page, tables_page
from edge.pages.places import REPORTS as ADDRESS
from edge.pages.places import (
    STOCK_VALUE,
    day_address,
    put_right_address,
    receipt_address,
    report_address,
)
from edge.pages.words import say_in
from edge.usecases.report.read import (
    SPAN_DAYS_MAX,
    ReportLook,
    Row,
    last_day,
    read_report,
    receipts_of,
    report_named,
)
from sync.protocol.permissions import Permission
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
Column: TypeAlias = Annotated[
    str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.SEE_REPORTS)}


class Figure(NamedTuple):
    """An amount in its unit, and where the receipts are that it adds up from."""

    amount: int
    unit: str
    address: str


class Line(NamedTuple):
    """A row in words. ``address``: of what it is about, where that has a page."""

    name: str
    code: str
    address: str | None
    figures: tuple[Figure, ...]
    row: Row


@get(ADDRESS, **_NEEDS)
async def show_reports(request: AnyRequest, box: TheBox) -> Response[Any]:
    """All of them, each with the question that it answers, of the last day."""
    moment = box.clock.moment()
    last = await box.reader.read(lambda db: last_day(db, moment))
    addresses = {one.name: report_address(one.name, Span(last, last)) for one in REPORTS}
    return page(request, "reports.html", addresses=addresses, last=last, stock_value=STOCK_VALUE)


@get(f"{ADDRESS}/{{name:str}}", **_NEEDS)
async def show_report(
    request: AnyRequest,
    box: TheBox,
    name: TextInPath,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    against: FromQuery[Against | None] = None,
    after: Offset = 0,
) -> Response[Any]:
    """Over the dates that are asked for, else of the last day."""
    moment, blind = box.clock.moment(), is_blind(signed_in(request))

    def read(db: sqlite3.Connection) -> tuple[ReportLook, date]:
        newest = last_day(db, moment)
        span = _span(first, last, newest)
        return read_report(db, name, span, against, blind=blind), newest

    look, newest = await box.reports.read(read)
    following = after + ROWS_MAX
    more = following if following < len(look.rows) and following <= OFFSET_MAX else None
    return tables_page(
        request,
        "report.html",
        look=look,
        lines=[_line(request, look, one) for one in look.rows[after:following]],
        whole=_figures(look, None, look.whole),
        put_right_address=put_right_address(look.span),
        against=against,
        choices=[None, *Against],
        spans=dict(_spans(newest)),
        here_with=lambda span, beside: report_address(name, span, beside),
        first=report_address(name, look.span, against) if after else None,
        following=None if more is None else report_address(name, look.span, against, after=more),
        **_now(box),
    )


@get(f"{ADDRESS}/{{name:str}}/rows", **_NEEDS)
async def show_rows_of_report(
    request: AnyRequest,
    box: TheBox,
    name: TextInPath,
    column: Column,
    first: FromQuery[date],
    last: FromQuery[date],
    key: Named = None,
    after: Offset = 0,
) -> Response[Any]:
    """The receipts under a figure, page by page, with the sum of all pages at the foot."""
    blind, span = is_blind(signed_in(request)), span_of(first, last, SPAN_DAYS_MAX)
    found, settings = await box.reports.read(
        lambda db: (receipts_of(db, name, column, key, span, blind=blind), read_settings(db))
    )
    asked, following = report_named(name).column(column), after + ROWS_MAX
    more = following if following < len(found) else None

    def rows_address(place: int) -> str:
        return report_address(f"{name}/rows", span, column=column, key=key, after=place or None)

    return tables_page(
        request,
        "report_rows.html",
        name=name,
        key=key,
        column=asked,
        span=span,
        report=report_address(name, span),
        rows=[(one, receipt_address(one.sale_id)) for one in found[after:following]],
        row_count=len(found),
        total=sum(one.amount for one in found),
        settings=settings,
        first=rows_address(0) if after else None,
        following=None if more is None else rows_address(more),
        **_now(box),
    )


def _span(first: date | None, last: date | None, newest: date) -> Span:
    until = last or first or newest
    return span_of(first or until, until, SPAN_DAYS_MAX)


def _spans(newest: date) -> Iterator[tuple[str, Span]]:
    """Those that people ask for, by their word."""
    yield "day", Span(newest, newest)
    yield "week", Span(newest - timedelta(days=6), newest)
    yield "month", Span(newest.replace(day=1), newest)
    yield "quarter", Span(newest - timedelta(days=90), newest)


def _line(request: AnyRequest, look: ReportLook, row: Row) -> Line:
    say = say_in(language_here(request)).reports
    name: str = say.key(look.report.name, row.key, row.label)
    code = row.key if row.key and row.label not in ("", row.key) else ""
    is_day = look.report.name == "day" and row.key is not None
    address = day_address(date.fromisoformat(row.key)) if is_day and row.key else None
    return Line(name, code, address, _figures(look, row.key, row), row)


def _figures(look: ReportLook, key: str | None, row: Row) -> tuple[Figure, ...]:
    where = f"{look.report.name}/rows"
    return tuple(
        Figure(amount, one.unit, report_address(where, look.span, column=one.name, key=key))
        for one, amount in zip(look.columns, row.amounts, strict=True)
    )


def _now(box: Box) -> Mapping[str, Any]:
    return {"zone": box.clock.zone, "now_ms": box.clock.moment().wall_ms}


ROUTES: Sequence[Any] = (show_reports, show_report, show_rows_of_report)
