"""Pages of head office's own people, for administrators: users, and who did what."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import NotAllowed, UserRole, role_of
from central.domain.fields import NAME_LETTERS_MAX
from central.pages.page import page, wrong_fields
from central.reports.company import company_money
from central.reports.people import noted_acts
from central.usecases.people.add_user import add_user
from central.usecases.people.change_user import activate_user, deactivate_user, set_role
from central.usecases.people.end_access import list_users, sign_out_user
from central.usecases.people.passwords import reset_user
from central.usecases.people.sign_in_link import (
    LINK_LIFETIME_S_MAX,
    create_sign_in_link,
    link_address,
)
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.identity import CompanyId
from sync.protocol.text import TEXT_PATTERN

USERS, AUDIT = "/users", "/audit"
AnyRequest = Request[Any, Any, Any]
changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
ACTS = {
    "role": "role_set",
    "deactivate": "user_deactivated",
    "activate": "user_activated",
    "sign_out": "signed_out_everywhere",
    "reset": "user_reset",
}


@get(USERS, guards=[page_guard], opt=needing(UserRole.ADMINISTER))
async def show_users(request: AnyRequest) -> Response[str]:
    """Who may sign in at head office."""
    return await _users(request)


@changing(f"{USERS}/add")
async def send_user(request: AnyRequest) -> Response[Any]:
    """Somebody new; the link that lets them in is shown."""
    form, person = await read_form(request), person_of(request)
    email = form.get("email", "")
    try:
        role = role_of(form.get("role", ""))
        async with acting(request, "user_added", email, role) as db:
            whose = (person.company_id, email)
            await add_user(db, *whose, form.get("name", ""), None, role)
            link = await _link(request, db, *whose)
    except Refusal as refusal:
        return await _users(request, form, refusal)
    return await _users(request, link=link)


@changing(f"{USERS}/change")
async def send_change(request: AnyRequest) -> Response[Any]:
    """What the pressed button says, to one other than oneself."""
    form, person = await read_form(request), person_of(request)
    email, do = form.get("email", ""), form.get("do", "")
    if do not in ACTS:
        raise InvalidField("do: nothing was chosen.", field="do", remedy="Press a button.")
    if email == person.name and do != "sign_out":
        raise NotAllowed(
            "Nobody takes from themselves what only others can give back.",
            remedy="Ask another administrator, or use your own page.",
        )
    link = None
    async with acting(request, ACTS[do], email, form.get("role", "")) as db:
        whose = (person.company_id, email)
        match do:
            case "role":
                await set_role(db, *whose, role_of(form.get("role", "")))
            case "deactivate":
                await deactivate_user(db, *whose)
            case "activate":
                await activate_user(db, *whose)
            case "sign_out":
                await sign_out_user(db, *whose)
            case "reset":
                await reset_user(db, *whose)
                link = await _link(request, db, *whose)
    return see_other(USERS) if link is None else await _users(request, link=link)


@get(AUDIT, guards=[page_guard], opt=needing(UserRole.ADMINISTER))
async def show_audit(
    request: AnyRequest,
    who: Annotated[str, QueryParameter(max_length=NAME_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
    before: Annotated[int, QueryParameter(ge=0, le=(1 << 63) - 1)] = 0,
) -> Response[str]:
    """Who did what, the newest first."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        noted, after = await noted_acts(db, person.company_id, who or None, before or None)
    kept = {"who": who} if who else {}
    return page(
        "audit.html",
        person=person,
        money=money,
        noted=noted,
        who=who,
        first=f"{AUDIT}?{urlencode(kept)}" if before else None,
        more=f"{AUDIT}?{urlencode({**kept, 'before': after})}" if after else None,
    )


async def _link(request: AnyRequest, db: AsyncConnection, company_id: CompanyId, email: str) -> str:
    now_ms = office_of(request).clock_ms()
    token = await create_sign_in_link(db, company_id, email, now_ms, LINK_LIFETIME_S_MAX)
    return link_address(str(request.base_url), token)


async def _users(
    request: AnyRequest,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    *,
    link: str | None = None,
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        users = await list_users(db, person.company_id, office.clock_ms())
    empty = {"email": "", "name": "", "role": UserRole.LOOK.value}
    return page(
        "users.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        users=users,
        roles=tuple(UserRole),
        values={**empty, **(typed or {})},
        refusal=refusal,
        wrong=wrong_fields(refusal),
        link=link,
    )


ROUTES = (show_users, send_user, send_change, show_audit)
