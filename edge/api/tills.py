"""Till sessions of a workstation: open with a float, see, settle with a count."""

from typing import Any

import litestar
from litestar import Response, get, post

from edge.api.guard import workstation_of
from edge.api.once import once
from edge.api.parameters import IdInPath, TheBox
from edge.api.written import Described, accepts
from edge.db.tills import TillSession, find_open_till
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.protocol.errors import NotFound
from sync.protocol.identity import EventId, TillSessionId


@get("/till-sessions/current", operation_class=Described)
async def current(request: litestar.Request[Any, Any, Any], box: TheBox) -> TillSession:
    """The calling workstation's open session."""
    workstation_id = workstation_of(request)
    found = await box.reader.read(lambda db: find_open_till(db, workstation_id))
    if found is None:
        raise NotFound(
            f"No till session is open at {workstation_id}.",
            remedy="Open one: POST /till-sessions with its id, the operator_id and the float.",
        )
    return found


class Settling(SettleTill, frozen=True, kw_only=True):
    """``event_id`` is made by the workstation, before the first attempt."""

    event_id: EventId


@post("/till-sessions", operation_class=accepts(OpenTill))
async def open_session(
    request: litestar.Request[Any, Any, Any], box: TheBox
) -> Response[TillSession]:
    """Open a till at the calling workstation; its id is the session's."""
    workstation_id = workstation_of(request)
    return await once(
        request,
        box,
        OpenTill,
        TillSession,
        lambda asked: asked.till_session_id,
        lambda db, asked, moment: open_till(db, asked, workstation_id, moment),
    )


@post(
    "/till-sessions/{till_session_id:uuid}/settle",
    status_code=200,
    operation_class=accepts(Settling),
)
async def settle(
    request: litestar.Request[Any, Any, Any], till_session_id: IdInPath, box: TheBox
) -> Response[SettledTill]:
    """Count a till: over is positive, short negative. At the workstation that holds it, or at
    another with a manager's reason."""
    session, workstation_id = TillSessionId(till_session_id), workstation_of(request)
    return await once(
        request,
        box,
        Settling,
        SettledTill,
        lambda asked: asked.event_id,
        lambda db, asked, moment: settle_till(
            db, asked, session, workstation_id, asked.event_id, moment
        ),
    )


ROUTES = (current, open_session, settle)
