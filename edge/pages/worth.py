"""What the shop's goods are worth, by department and by item, down to what explains each unit; and
what costs that were heard of later put right in what was sold before."""

import sqlite3
from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from edge.api.parameters import TheBox
from edge.db.costs import put_right_on, stock_value, worth_by_department, worth_of_items
from edge.db.store import read_settings
from edge.domain.span import span_of
from edge.pages.coming_in import needing, office_guard
from edge.pages.day import OFFSET_MAX, ROWS_MAX, Named, Offset
from edge.pages.page import tables_page
from edge.pages.places import (
    PUT_RIGHT,
    STOCK_VALUE,
    report_address,
    stock_item_address,
    worth_address,
)
from edge.usecases.report.read import SPAN_DAYS_MAX
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.SEE_REPORTS)}


@get(STOCK_VALUE, **_NEEDS)
async def show_stock_value(
    request: AnyRequest, box: TheBox, department: Named = None, after: Offset = 0
) -> Response[Any]:
    """Now: the whole, each department, and the items, what is worth most first."""

    def read(db: sqlite3.Connection) -> dict[str, Any]:
        return {
            "value": stock_value(db),
            "departments": worth_by_department(db),
            "items": worth_of_items(db, ROWS_MAX + 1, after, department),
            "settings": read_settings(db),
        }

    look = await box.reports.read(read)
    following = after + ROWS_MAX
    more = len(look["items"]) > ROWS_MAX and following <= OFFSET_MAX
    look["items"] = look["items"][:ROWS_MAX]
    return tables_page(
        request,
        "stock_value.html",
        **look,
        department=department,
        worth_address=worth_address,
        item_address=stock_item_address,
        first=worth_address(department) if after else None,
        following=worth_address(department, following) if more else None,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


@get(PUT_RIGHT, **_NEEDS)
async def show_put_right(
    request: AnyRequest, box: TheBox, first: FromQuery[date], last: FromQuery[date]
) -> Response[Any]:
    """Each movement that did, with its item."""
    span = span_of(first, last, SPAN_DAYS_MAX)
    rows, settings = await box.reports.read(
        lambda db: (put_right_on(db, span.first, span.last), read_settings(db))
    )
    return tables_page(
        request,
        "put_right.html",
        rows=rows,
        total=sum(one.difference_minor for one in rows),
        span=span,
        report=report_address("margin", span),
        settings=settings,
        item_address=stock_item_address,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_stock_value, show_put_right)
