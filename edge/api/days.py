"""Business days: which is open, open one, close it with its manifest."""

import sqlite3

import msgspec
from litestar import get, post

from edge.api.described import Described
from edge.api.once import At, writes
from edge.api.parameters import DateInPath, TheBox
from edge.db.days import BusinessDay, find_open_day
from edge.domain.suspended import SuspendedAtClose
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


@writes(post, "/business-days")
def open_day(db: sqlite3.Connection, asked: Opening, at: At) -> BusinessDay:
    """Open a day; opening the open one again gives it again."""
    return open_business_day(db, asked, asked.event_id, at.moment, at.override)


@writes(post, "/business-days/{business_date:date}/close", status_code=200)
def close_day(
    db: sqlite3.Connection, asked: Closing, at: At, business_date: DateInPath
) -> ClosedDay:
    """Close a day whose tills are all settled; baskets that wait keep none from closing."""
    event_id, cancel = asked.event_id, at.suspended_at_close is SuspendedAtClose.CANCEL
    if cancel:
        asked = msgspec.structs.replace(asked, cancel_suspended=True)
    return close_business_day(db, asked, business_date, event_id, at.moment, at.override)


@writes(post, "/business-days/{business_date:date}/reopen", status_code=200)
def reopen_day(
    db: sqlite3.Connection, asked: Reopening, at: At, business_date: DateInPath
) -> BusinessDay:
    """Open the last closed day again: a manager says why."""
    return reopen_business_day(db, asked, business_date, asked.event_id, at.moment, at.override)


ROUTES = (current, open_day, close_day, reopen_day)
