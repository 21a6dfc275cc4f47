"""Till sessions of a workstation: open with a float, see, settle with a count."""

from typing import Any

import litestar
from litestar import get, post

from edge.api.days import new_event
from edge.api.guard import workstation_of
from edge.api.parameters import IdInPath, TheBox
from edge.api.written import Described, accepts
from edge.db.tills import TillSession, find_open_till
from edge.reading import read
from edge.usecases.open_till import OpenTill, open_till
from edge.usecases.settle_till import SettledTill, SettleTill, settle_till
from sync.http.body import read_body
from sync.protocol.errors import NotFound
from sync.protocol.identity import TillSessionId


@get("/till-sessions/current", operation_class=Described)
async def current(request: litestar.Request[Any, Any, Any], box: TheBox) -> TillSession:
    """The calling workstation's open session."""
    workstation_id = workstation_of(request)
    found = await read(box.reader, lambda db: find_open_till(db, workstation_id))
    if found is None:
        raise NotFound(
            f"No till session is open at {workstation_id}.",
            remedy="Open one: POST /till-sessions with its id, the operator_id and the float.",
        )
    return found


@post("/till-sessions", operation_class=accepts(OpenTill))
async def open_session(request: litestar.Request[Any, Any, Any], box: TheBox) -> TillSession:
    """Open a till at the calling workstation; the same request again gives the session again."""
    asked, workstation_id = await read_body(request, OpenTill), workstation_of(request)
    moment = box.clock.moment()
    session = await box.writer.run(lambda db: open_till(db, asked, workstation_id, moment))
    box.nudge.set()
    return session


@post(
    "/till-sessions/{till_session_id:uuid}/settle",
    status_code=200,
    operation_class=accepts(SettleTill),
)
async def settle(
    request: litestar.Request[Any, Any, Any], till_session_id: IdInPath, box: TheBox
) -> SettledTill:
    """Count a till: over is positive, short negative."""
    asked = await read_body(request, SettleTill)
    event_id, moment = new_event(), box.clock.moment()
    settled = await box.writer.run(
        lambda db: settle_till(db, asked, TillSessionId(till_session_id), event_id, moment)
    )
    box.nudge.set()
    return settled


ROUTES = (current, open_session, settle)
