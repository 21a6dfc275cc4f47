"""The people of this shop: who works here and is signed in where, whoever is locked out, what was
overridden, who worked at which till, and how often each did what deserves a look, down to the
receipts."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery, QueryParameter

from edge.api.parameters import QUERY_CHARACTERS_MAX, TextInPath, TheBox
from edge.box.box import Box
from edge.db.approvals import COUNT, ORDER, Waiting
from edge.db.day_rows import Whose
from edge.db.operators import list_operators
from edge.db.store import read_settings
from edge.domain.span import Span
from edge.pages.acting import NEW_PIN, act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Named
from edge.pages.page import tables_page
from edge.pages.places import (
    PEOPLE,
    count_address,
    counted_address,
    day_address,
    order_address,
    people_address,
    receipt_address,
)
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.usecases.operator.look_over import LOOKED_AT, deeds_of, look_over
from edge.usecases.operator.set_pin import refuse_trivial
from edge.usecases.operator.start_pin import (
    GiveStartingPin,
    StartingPinGiven,
    give_starting_pin,
)
from edge.usecases.operator.unlock import Unlocked, UnlockOperator, unlock_operator
from sync.engine.pin_hash import draw_pin
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]


@get(PEOPLE, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_people(
    request: AnyRequest,
    box: TheBox,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    let_in: Named = None,
    given: Named = None,
) -> Response[Any]:
    """Over a span of business dates, the last week unless others are asked for."""
    return await _shown(request, box, first, last, let_in=let_in or "", given=given or "")


@post(
    f"{PEOPLE}/{{operator_id:str}}/unlock",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_unlock(request: AnyRequest, box: TheBox, operator_id: TextInPath) -> Response[Any]:
    """Who was locked out after wrong PINs may try again at once."""
    form, locked = await read_form(request), OperatorId(operator_id)
    typed = {**form, "operator_id": signed_in(request).operator_id}
    try:
        asked = as_typed(UnlockOperator, typed, "operator_id", "reason")
        await act(
            request,
            box,
            Unlocked,
            lambda db, at: unlock_operator(
                db, locked, asked, at.workstation_id, at.event_id, at.moment, at.override
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, None, None, refusal=refusal, typed=form)
    return see_other(f"{PEOPLE}?{urlencode({'let_in': operator_id})}")


@post(
    f"{PEOPLE}/{{operator_id:str}}/pin",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_starting_pin(
    request: AnyRequest, box: TheBox, operator_id: TextInPath
) -> Response[Any]:
    """Who forgot their PIN has one to begin with, and chooses their own at the next sign-in."""
    form, forgot, visitor = await read_form(request), OperatorId(operator_id), signed_in(request)
    typed = {**form, "operator_id": visitor.operator_id}
    try:
        asked = as_typed(GiveStartingPin, typed, "operator_id", NEW_PIN, "reason")
        refuse_trivial(asked.new_pin)
        pin_hash = await box.pins.hash_of(asked.new_pin, visitor.workstation_id)
        await act(
            request,
            box,
            StartingPinGiven,
            lambda db, at: give_starting_pin(
                *(db, forgot, asked, pin_hash, visitor.session, at.moment),
                act_id=at.event_id,
                override=at.override,
            ),
        )
    except Refusal as refusal:
        return await _shown(request, box, None, None, refusal=refusal, typed=form)
    box.sessions.forget()
    return see_other(f"{PEOPLE}?{urlencode({'given': operator_id})}")


@get(
    f"{PEOPLE}/{{operator_id:str}}/counted",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
)
async def show_counted(
    request: AnyRequest,
    box: TheBox,
    operator_id: TextInPath,
    what: Annotated[str, QueryParameter(max_length=QUERY_CHARACTERS_MAX, pattern=TEXT_PATTERN)],
    first: FromQuery[date],
    last: FromQuery[date],
) -> Response[Any]:
    """What a figure of the report counts: receipts, drawers that were opened, lines taken out."""
    deeds, people = await box.reports.read(
        lambda db: (deeds_of(db, operator_id, what, first, last), list_operators(db))
    )
    names = {str(one.operator_id): one.name for one in people}
    return tables_page(
        request,
        "counted.html",
        name=names.get(operator_id, operator_id),
        what=what,
        span=Span(first, last),
        back=people_address(Span(first, last)),
        rows=[(one, receipt_address(one.sale_id) if one.sale_id else None) for one in deeds],
        total=sum(one.times for one in deeds),
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


async def _shown(
    request: AnyRequest,
    box: Box,
    first: date | None,
    last: date | None,
    *,
    let_in: str = "",
    given: str = "",
    refusal: Refusal | None = None,
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response[Any]:
    moment = box.clock.moment()
    look, settings = await box.reports.read(
        lambda db: (look_over(db, first, last, moment), read_settings(db))
    )
    return tables_page(
        request,
        "people.html",
        status=refusal.status if refusal else 200,
        look=look,
        names={one.operator.operator_id: one.operator.name for one in look.people},
        looked_at=LOOKED_AT,
        counted_address=lambda who, what: counted_address(who, what, look.span),
        roster=[
            (one, day_address(one.business_date, Whose(None, one.till_session_id)))
            for one in look.roster
        ],
        waiting=[(one, _waits_at(one)) for one in look.waiting],
        settings=settings,
        let_in=let_in,
        given=given,
        typed=typed,
        path=request.url.path,
        draw_pin=draw_pin,
        own=signed_in(request).operator_id,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


def _waits_at(one: Waiting) -> str | None:
    """Where it is looked at and allowed; None: at head office."""
    if one.kind == ORDER:
        return order_address(one.subject_id)
    return count_address(one.subject_id) if one.kind == COUNT else None


ROUTES = (show_people, show_counted, send_unlock, send_starting_pin)
