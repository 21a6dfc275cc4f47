"""Till sessions of a workstation: open with a float, see, settle with a count."""

import sqlite3
from typing import Any, TypeVar

import litestar
import msgspec
from litestar import Response, get, post
from litestar.status_codes import HTTP_201_CREATED

from edge.api.allowed import allow, may
from edge.api.described import Described, accepts
from edge.api.guard import caller_of, workstation_of
from edge.api.once import At, once, writes
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.tills import TillSession, find_open_till
from edge.usecases.operator.no_sale import DrawerOpened, OpenDrawer, open_drawer
from edge.usecases.till.count import CountedTill, CountTill, count_till
from edge.usecases.till.hand_over import HandOverTill, hand_over_till
from edge.usecases.till.move_cash import CashHasMoved, MoveCash, move_cash
from edge.usecases.till.open import OpenTill, open_till
from edge.usecases.till.report import TillReport, report_till
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.protocol.errors import NotFound
from sync.protocol.identity import EventId, TillSessionId, WorkstationId
from sync.protocol.permissions import Permission

T = TypeVar("T", CashHasMoved, DrawerOpened)


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


@writes(post, "/till-sessions", request_id="till_session_id")
def open_session(db: sqlite3.Connection, asked: OpenTill, at: At) -> TillSession:
    """Open a till at the calling workstation; its id is the session's."""
    return open_till(db, asked, at.workstation_id, at.moment, at.override)


@writes(post, "/till-sessions/{till_session_id:uuid}/settle", status_code=200)
def settle(
    db: sqlite3.Connection, asked: Settling, at: At, till_session_id: IdInPath
) -> SettledTill:
    """Count a till: over is positive, short negative. At the workstation that holds it, or at
    another with a manager's reason."""
    session = TillSessionId(till_session_id)
    where, event_id = at.workstation_id, asked.event_id
    return settle_till(db, asked, session, where, event_id, at.moment, at.override)


@post("/till-sessions/{till_session_id:uuid}/moves", operation_class=accepts(MoveCash))
async def move(
    request: litestar.Request[Any, Any, Any], box: TheBox, till_session_id: IdInPath
) -> Response[CashHasMoved]:
    """Loan or pickup between till and safe, paid in or paid out; its id is the movement's. At the
    workstation where the till stands its printer opens the drawer, once."""

    def note(db: sqlite3.Connection, asked: MoveCash, at: At) -> CashHasMoved:
        return move_cash(db, asked, TillSessionId(till_session_id), at.moment, at.override)

    told = await once(request, box, MoveCash, CashHasMoved, lambda asked: asked.movement_id, note)
    here = told.content.workstation_id == caller_of(request)
    if told.status_code != HTTP_201_CREATED or not here:
        return told
    return await _opening(box, told, told.content.workstation_id)


@writes(post, "/till-sessions/{till_session_id:uuid}/counts", request_id="count_id")
def count(
    db: sqlite3.Connection, asked: CountTill, at: At, till_session_id: IdInPath
) -> CountedTill:
    """Count an open till by notes and coins and by tender; what was expected is told with the
    answer and never before. Its id is the count's."""
    session = TillSessionId(till_session_id)
    return count_till(db, asked, session, at.workstation_id, at.moment, at.override)


@writes(post, "/till-sessions/{till_session_id:uuid}/hand-over", request_id="handover_id")
def hand_over(
    db: sqlite3.Connection, asked: HandOverTill, at: At, till_session_id: IdInPath
) -> TillSession:
    """An open till goes to somebody else; its id is the handover's."""
    session = TillSessionId(till_session_id)
    return hand_over_till(db, asked, session, at.workstation_id, at.moment, at.override)


@get("/till-sessions/{till_session_id:uuid}", operation_class=Described)
async def x_report(
    request: litestar.Request[Any, Any, Any], box: TheBox, till_session_id: IdInPath
) -> TillReport:
    """What a till did so far (X), or came to (Z). Nothing from which its expected cash could be
    worked out for whoever may not see that, while it is open."""
    await allow(request, box, Permission.SEE_REPORTS)
    sees = caller_of(request) is None or await may(request, box, Permission.SEE_EXPECTED_CASH)
    session = TillSessionId(till_session_id)
    return await box.reports.read(lambda db: report_till(db, session, blind=not sees))


@post("/drawer", operation_class=accepts(OpenDrawer))
async def drawer(request: litestar.Request[Any, Any, Any], box: TheBox) -> Response[DrawerOpened]:
    """Open the drawer of the calling workstation without a sale, with a reason that stays: noted
    first, then kicked by the printer that stands there, once. A request that is repeated is
    answered and opens nothing: it would be a way to the cash that nobody hears of."""

    def note(db: sqlite3.Connection, asked: OpenDrawer, at: At) -> DrawerOpened:
        return open_drawer(db, asked, at.workstation_id, at.moment, at.override)

    told = await once(request, box, OpenDrawer, DrawerOpened, lambda asked: asked.event_id, note)
    if told.status_code != HTTP_201_CREATED:
        return told
    return await _opening(box, told, workstation_of(request))


async def _opening(box: Box, told: Response[T], workstation_id: WorkstationId) -> Response[T]:
    """The answer says what the printer did."""
    by_printer = await box.printers.kick(workstation_id)
    answer = msgspec.structs.replace(told.content, by_printer=by_printer)
    return Response(answer, status_code=told.status_code)


ROUTES = (current, open_session, x_report, move, count, hand_over, settle, drawer)
