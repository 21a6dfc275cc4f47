"""The people of this shop: who works here and is signed in where, whoever is locked out, what was
overridden, and how often each did what deserves a look."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery

from edge.api.parameters import TextInPath, TheBox
from edge.box.box import Box
from edge.db.store import read_settings
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Named
from edge.pages.page import tables_page
from edge.pages.places import PEOPLE
from edge.pages.signing_in import as_typed
from edge.usecases.operator.look_over import LOOKED_AT, look_over
from edge.usecases.operator.unlock import Unlocked, UnlockOperator, unlock_operator
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import OperatorId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]


@get(PEOPLE, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_people(
    request: AnyRequest,
    box: TheBox,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    let_in: Named = None,
) -> Response[Any]:
    """Over a span of business dates, the last week unless others are asked for."""
    return await _shown(request, box, first, last, let_in=let_in or "")


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
        reason = form.get("reason", "")
        return await _shown(request, box, None, None, refusal=refusal, reason=reason)
    return see_other(f"{PEOPLE}?{urlencode({'let_in': operator_id})}")


async def _shown(
    request: AnyRequest,
    box: Box,
    first: date | None,
    last: date | None,
    *,
    let_in: str = "",
    refusal: Refusal | None = None,
    reason: str = "",
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
        settings=settings,
        let_in=let_in,
        reason=reason,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


ROUTES = (show_people, send_unlock)
