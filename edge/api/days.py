"""Business days: which is open, open one, close it with its manifest."""

from typing import Any
from uuid import UUID

import litestar
import uuid_utils.compat
from litestar import get, post

from edge.api.parameters import DateInPath, TheBox
from edge.api.written import Described, accepts
from edge.db.days import BusinessDay, find_open_day
from edge.reading import read
from edge.usecases.close_business_day import CloseBusinessDay, ClosedDay, close_business_day
from edge.usecases.open_business_day import OpenBusinessDay, open_business_day
from sync.http.body import read_body
from sync.protocol.errors import NotFound
from sync.protocol.identity import EventId


@get("/business-days/current", operation_class=Described)
async def current(box: TheBox) -> BusinessDay:
    """The open day."""
    found = await read(box.reader, find_open_day)
    if found is None:
        raise NotFound(
            "No business day is open.",
            remedy="Open one: POST /business-days with the operator_id.",
        )
    return found


@post("/business-days", operation_class=accepts(OpenBusinessDay))
async def open_day(request: litestar.Request[Any, Any, Any], box: TheBox) -> BusinessDay:
    """Open a day; opening the open one again gives it again."""
    asked = await read_body(request, OpenBusinessDay)
    event_id, moment = new_event(), box.clock.moment()
    opened = await box.writer.run(lambda db: open_business_day(db, asked, event_id, moment))
    box.nudge.set()
    return opened


@post(
    "/business-days/{business_date:date}/close",
    status_code=200,
    operation_class=accepts(CloseBusinessDay),
)
async def close_day(
    request: litestar.Request[Any, Any, Any], business_date: DateInPath, box: TheBox
) -> ClosedDay:
    """Close a day whose tills are all settled."""
    asked = await read_body(request, CloseBusinessDay)
    event_id, moment = new_event(), box.clock.moment()
    closed = await box.writer.run(
        lambda db: close_business_day(db, asked, business_date, event_id, moment)
    )
    box.nudge.set()
    return closed


def new_event() -> EventId:
    """A fresh id for an event whose request brings none."""
    made: UUID = uuid_utils.compat.uuid7()
    return EventId(made)


ROUTES = (current, open_day, close_day)
