"""The tills of the shop: what each did so far, and what is done with one: cash moved, counted
blind, handed over, settled by its count. The use cases are those of the till's own API."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery

from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.day_rows import Whose
from edge.db.days import find_open_day, newest_date
from edge.db.operators import ActiveOperator, list_operators
from edge.db.store import read_settings
from edge.db.tenders import ActiveTender, list_tenders
from edge.db.tills import TillSession, open_earlier, sessions_of_day
from edge.pages.acting import At, act
from edge.pages.cash_forms import amount_typed, faces_typed, slips_typed, sum_typed
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import is_blind
from edge.pages.page import tables_page
from edge.pages.places import SAFE, TILLS, day_address, till_address
from edge.usecases.till.count import CountedTill, CountTill, count_till
from edge.usecases.till.hand_over import HandOverTill, hand_over_till
from edge.usecases.till.move_cash import CashHasMoved, MoveCash, move_cash
from edge.usecases.till.report import TillReport, report_till
from edge.usecases.till.settle import SettledTill, SettleTill, settle_till
from sync.http.body import decode_body
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.denominations import denominations_of
from sync.protocol.errors import Refusal
from sync.protocol.facts import TenderKind, TillMovementKind
from sync.protocol.identity import TillSessionId
from sync.protocol.permissions import Permission
from sync.protocol.reference import StoreSettings

AnyRequest = Request[Any, Any, Any]
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})


class _Day(NamedTuple):
    """``earlier``: tills of other days that nobody settled."""

    business_date: date | None
    tills: tuple[TillSession, ...]
    earlier: tuple[TillSession, ...]
    settings: StoreSettings


class _Till(NamedTuple):
    report: TillReport
    people: tuple[ActiveOperator, ...]
    tenders: tuple[ActiveTender, ...]
    settings: StoreSettings


@get(TILLS, guards=[office_guard], opt=needing(Permission.SETTLE_TILL))
async def show_tills(
    request: AnyRequest, box: TheBox, business_date: FromQuery[date | None] = None
) -> Response[Any]:
    """Of the open day, else of the last one, or of the one that is asked for."""

    def read(db: sqlite3.Connection) -> _Day:
        is_open = find_open_day(db)
        last = newest_date(db) if is_open is None else is_open.business_date
        on = business_date or last
        tills = () if on is None else sessions_of_day(db, on)
        return _Day(on, tills, open_earlier(db, on), read_settings(db))

    found = await box.reader.read(read)
    visitor = signed_in(request)
    return tables_page(
        request,
        "tills.html",
        found=found,
        open_count=sum(one.state == "open" for one in found.tills),
        till_address=till_address,
        day=None if found.business_date is None else day_address(found.business_date),
        hidden=is_blind(visitor),
        safe=SAFE,
        settings=found.settings,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


@get(
    f"{TILLS}/{{till_session_id:uuid}}",
    guards=[office_guard],
    opt=needing(Permission.SETTLE_TILL),
)
async def show_till(request: AnyRequest, box: TheBox, till_session_id: IdInPath) -> Response[Any]:
    """One till: X while it is open, Z afterwards."""
    return await _shown(request, box, TillSessionId(till_session_id))


@post(
    f"{TILLS}/{{till_session_id:uuid}}/move",
    guards=[office_guard],
    opt=needing(Permission.SETTLE_TILL),
    status_code=303,
)
async def send_move(request: AnyRequest, box: TheBox, till_session_id: IdInPath) -> Response[Any]:
    """Loan, pickup, paid in, paid out. Where the till stands here, its printer opens the drawer; a
    form that is sent twice opens nothing."""
    form, session = await read_form(request), TillSessionId(till_session_id)
    try:
        settings = await box.reader.read(read_settings)
        amount, pieces = amount_typed(form, "amount", settings)
        said = {
            "movement_id": form.get("event_id", ""),
            "kind": form.get("kind", ""),
            "reason": form.get("reason", ""),
            "amount_minor": amount,
            "pieces": pieces,
            "with_safe": bool(form.get("with_safe")),
        }
        asked = _asked(request, MoveCash, said)
        made: list[CashHasMoved] = []

        def move(db: sqlite3.Connection, at: At) -> CashHasMoved:
            made.append(move_cash(db, asked, session, at.moment, at.override))
            return made[-1]

        moved = await act(request, box, CashHasMoved, move)
        if made and moved.workstation_id == signed_in(request).workstation_id:
            await box.printers.kick(moved.workstation_id)
    except Refusal as refusal:
        return await _shown(request, box, session, form, refusal)
    return see_other(till_address(session))


@post(
    f"{TILLS}/{{till_session_id:uuid}}/count",
    guards=[office_guard],
    opt=needing(Permission.SETTLE_TILL),
    status_code=303,
)
async def send_count(request: AnyRequest, box: TheBox, till_session_id: IdInPath) -> Response[Any]:
    """The page that follows says what was expected: the count is written by then."""
    form, session = await read_form(request), TillSessionId(till_session_id)
    try:
        settings, tenders = await box.reader.read(
            lambda db: (read_settings(db), _countable(list_tenders(db)))
        )
        said = {
            "count_id": form.get("event_id", ""),
            "counted_cash_minor": sum_typed(form, "counted", settings),
            "pieces": faces_typed(form, settings),
            "tenders": slips_typed(form, [one.tender_id for one in tenders], settings),
        }
        asked = _asked(request, CountTill, said)
        told = await act(
            request,
            box,
            CountedTill,
            lambda db, at: count_till(
                db, asked, session, at.workstation_id, at.moment, at.override
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, session, form, refusal)
    return await _shown(request, box, session, told=told)


@post(
    f"{TILLS}/{{till_session_id:uuid}}/hand-over",
    guards=[office_guard],
    opt=needing(Permission.SETTLE_TILL),
    status_code=303,
)
async def send_hand_over(
    request: AnyRequest, box: TheBox, till_session_id: IdInPath
) -> Response[Any]:
    """In the middle of the day, to somebody else."""
    form, session = await read_form(request), TillSessionId(till_session_id)
    try:
        said = {
            "handover_id": form.get("event_id", ""),
            "to_operator_id": form.get("to_operator_id", ""),
        }
        asked = _asked(request, HandOverTill, said)
        await act(
            request,
            box,
            TillSession,
            lambda db, at: hand_over_till(
                db, asked, session, at.workstation_id, at.moment, at.override
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, session, form, refusal)
    return see_other(till_address(session))


@post(
    f"{TILLS}/{{till_session_id:uuid}}/settle",
    guards=[office_guard],
    opt=needing(Permission.SETTLE_TILL),
    status_code=303,
)
async def send_settle(request: AnyRequest, box: TheBox, till_session_id: IdInPath) -> Response[Any]:
    """By its last count (Z); where the till stands elsewhere, with the reason."""
    form, session = await read_form(request), TillSessionId(till_session_id)
    try:
        said = {"override_reason": form.get("why") or None}
        asked = _asked(request, SettleTill, said)
        await act(
            request,
            box,
            SettledTill,
            lambda db, at: settle_till(
                db, asked, session, at.workstation_id, at.event_id, at.moment, at.override
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, session, form, refusal)
    return see_other(till_address(session))


def _asked(request: AnyRequest, kind: Any, said: Mapping[str, Any]) -> Any:
    """What the till's API would be asked, by whoever is signed in. Raises InvalidField."""
    stated = {name: value for name, value in said.items() if value is not None}
    stated["operator_id"] = signed_in(request).operator_id
    return decode_body(msgspec.json.encode(stated), kind)


def _countable(tenders: tuple[ActiveTender, ...]) -> tuple[ActiveTender, ...]:
    """All that leaves something to count and is no cash."""
    without = (TenderKind.CASH, TenderKind.POINTS)
    return tuple(one for one in tenders if one.kind not in without)


async def _shown(
    request: AnyRequest,
    box: Box,
    session: TillSessionId,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    told: CountedTill | None = None,
) -> Response[Any]:
    visitor = signed_in(request)
    blind = is_blind(visitor)

    def read(db: sqlite3.Connection) -> _Till:
        tenders = _countable(list_tenders(db))
        return _Till(
            report_till(db, session, blind=blind), list_operators(db), tenders, read_settings(db)
        )

    found = await box.reports.read(read)
    held = found.report.session
    return tables_page(
        request,
        "till.html",
        status=refusal.status if refusal else 200,
        report=found.report,
        session=held,
        address=till_address(session),
        figures=day_address(held.business_date, Whose(None, session)),
        people=found.people,
        names={one.operator_id: one.name for one in found.people},
        tenders=found.tenders,
        kinds=[kind.value for kind in TillMovementKind],
        faces=denominations_of(found.settings.currency),
        settings=found.settings,
        elsewhere=held.workstation_id != visitor.workstation_id,
        typed=typed,
        refusal=refusal,
        told=told,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (
    show_tills,
    show_till,
    send_move,
    send_count,
    send_hand_over,
    send_settle,
)
