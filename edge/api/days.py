"""Business days: which is open, open one, close it with its manifest."""

from typing import Any

import litestar
from litestar import Response, get, post

from edge.api.once import once
from edge.api.parameters import DateInPath, TheBox
from edge.api.written import Described, accepts
from edge.db.days import BusinessDay, find_open_day
from edge.usecases.day.close import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from sync.protocol.errors import NotFound
from sync.protocol.identity import EventId


@get("/business-days/current", operation_class=Described)
async def current(box: TheBox) -> BusinessDay:
    """The open day."""
    found = await box.reader.read(find_open_day)
    if found is None:
        raise NotFound(
            "No business day is open.",
            remedy="Open one: POST /business-days with the operator_id.",
        )
    return found


class Opening(OpenBusinessDay, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


class Closing(CloseBusinessDay, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


class Reopening(ReopenBusinessDay, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


@post("/business-days", operation_class=accepts(Opening))
async def open_day(request: litestar.Request[Any, Any, Any], box: TheBox) -> Response[BusinessDay]:
    """Open a day; opening the open one again gives it again."""
    return await once(
        request,
        box,
        Opening,
        BusinessDay,
        lambda asked: asked.event_id,
        lambda db, asked, moment: open_business_day(db, asked, asked.event_id, moment),
    )


@post(
    "/business-days/{business_date:date}/close",
    status_code=200,
    operation_class=accepts(Closing),
)
async def close_day(
    request: litestar.Request[Any, Any, Any], business_date: DateInPath, box: TheBox
) -> Response[ClosedDay]:
    """Close a day whose tills are all settled."""
    return await once(
        request,
        box,
        Closing,
        ClosedDay,
        lambda asked: asked.event_id,
        lambda db, asked, moment: close_business_day(
            db, asked, business_date, asked.event_id, moment
        ),
    )


@post(
    "/business-days/{business_date:date}/reopen",
    status_code=200,
    operation_class=accepts(Reopening),
)
async def reopen_day(
    request: litestar.Request[Any, Any, Any], business_date: DateInPath, box: TheBox
) -> Response[BusinessDay]:
    """Open the last closed day again: a manager says why."""
    return await once(
        request,
        box,
        Reopening,
        BusinessDay,
        lambda asked: asked.event_id,
        lambda db, asked, moment: reopen_business_day(
            db, asked, business_date, asked.event_id, moment
        ),
    )


ROUTES = (current, open_day, close_day, reopen_day)
