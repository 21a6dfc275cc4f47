"""The page of whoever is signed in: password, one-time codes, where they are signed in, API tokens.
What is shown once stands in the answer to the form itself, and nowhere else."""

from typing import Any

import segno
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from central.api.acting import acting
from central.api.cookies import SESSION, new_cookie, read_cookie
from central.api.guards import needing, needing_nothing_else, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole, WrongCode, role_of
from central.pages.page import ACCOUNT, page
from central.reports.company import company_money
from central.usecases.people.end_access import end_own_token, list_tokens
from central.usecases.people.give_code import give_codes_up
from central.usecases.people.one_time_codes import begin_codes, confirm_codes, read_codes
from central.usecases.people.passwords import set_own_password
from central.usecases.people.sessions import end_session, list_sessions
from central.usecases.people.sign_in import add_token, token_hash
from sync.http.forms import read_form
from sync.http.later import TooManyTries
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal

TOKEN_DAYS = 365
QR_PIXELS = 4

AnyRequest = Request[Any, Any, Any]
_FORM: dict[str, Any] = {
    "guards": [page_guard],
    "status_code": 303,
    "request_max_body_size": BODY_BYTES_MAX,
}


@get(ACCOUNT, guards=[page_guard], opt=needing_nothing_else(UserRole.LOOK))
async def show_account(request: AnyRequest) -> Response[str]:
    """All of it."""
    return await _account(request)


@post(f"{ACCOUNT}/password", opt=needing_nothing_else(UserRole.LOOK), **_FORM)
async def send_password(request: AnyRequest) -> Response[Any]:
    """Every other session of theirs ends."""
    form, person = await read_form(request), person_of(request)
    here = token_hash(read_cookie(request, SESSION))
    typed = (form.get("current", ""), form.get("password", ""))
    try:
        async with acting(request, "password_set", person.name) as db:
            await set_own_password(db, person.company_id, person.name, *typed, here)
    except InvalidField as refusal:
        return await _account(request, refusal)
    return see_other(ACCOUNT if person.has_password else "/")


@post(f"{ACCOUNT}/codes/begin", opt=needing(UserRole.LOOK), **_FORM)
async def send_begin_codes(request: AnyRequest) -> Response[Any]:
    """The page shows what the app reads."""
    person = person_of(request)
    async with acting(request, "codes_begun", person.name) as db:
        await begin_codes(db, person.company_id, person.name, office_of(request).key)
    return see_other(f"{ACCOUNT}#codes")


@post(f"{ACCOUNT}/codes/confirm", opt=needing(UserRole.LOOK), **_FORM)
async def send_confirm_codes(request: AnyRequest) -> Response[Any]:
    """From now on a code is asked for; the recovery codes are shown."""
    person, office = person_of(request), office_of(request)
    code = (await read_form(request)).get("code", "")
    try:
        async with acting(request, "codes_on", person.name) as db:
            whose = (person.company_id, person.name)
            drawn = await confirm_codes(db, *whose, code, office.key, office.clock_ms())
    except WrongCode as refusal:
        return await _account(request, refusal)
    return await _account(request, recovery=drawn)


@post(f"{ACCOUNT}/codes/end", opt=needing(UserRole.LOOK), **_FORM)
async def send_end_codes(request: AnyRequest) -> Response[Any]:
    """With a code: whoever finds an open browser cannot."""
    person, office = person_of(request), office_of(request)
    code = (await read_form(request)).get("code", "")
    try:
        whose = (person.company_id, person.name)
        await give_codes_up(office.engine, office.key, *whose, code, office.clock_ms())
    except (WrongCode, TooManyTries) as refusal:
        return await _account(request, refusal)
    return see_other(ACCOUNT)


@post(f"{ACCOUNT}/sessions/end", opt=needing(UserRole.LOOK), **_FORM)
async def send_end_session(request: AnyRequest) -> Response[Any]:
    """One, by its name; without one every one, and this too."""
    person, named = person_of(request), (await read_form(request)).get("session", "")
    here = token_hash(read_cookie(request, SESSION))
    async with acting(request, "session_ended" if named else "signed_out_everywhere", "") as db:
        for one in await list_sessions(
            db, person.company_id, person.name, office_of(request).clock_ms()
        ):
            if named in ("", one.token_hash.hex()):
                await end_session(db, person.company_id, person.name, one.token_hash)
    if named in ("", here.hex()):
        gone: Cookie = new_cookie(request, SESSION, "", 0)
        answer = see_other("/sign-in")
        answer.set_cookie(gone)
        return answer
    return see_other(f"{ACCOUNT}#sessions")


@post(f"{ACCOUNT}/tokens/add", opt=needing(UserRole.LOOK), **_FORM)
async def send_add_token(request: AnyRequest) -> Response[Any]:
    """It may do no more than they; it ends with them."""
    form, person = await read_form(request), person_of(request)
    try:
        role = role_of(form.get("role", ""))
        if not person.role.allows(role):
            raise InvalidField(
                "role: a token may do no more than you.", field="role", remedy="Choose less."
            )
        now_ms = office_of(request).clock_ms()
        async with acting(request, "token_made", form.get("name", ""), role) as db:
            about = (form.get("name", ""), now_ms, TOKEN_DAYS, role, person.name)
            token = await add_token(db, person.company_id, *about)
    except InvalidField as refusal:
        return await _account(request, refusal)
    return await _account(request, token=token)


@post(f"{ACCOUNT}/tokens/end", opt=needing(UserRole.LOOK), **_FORM)
async def send_end_token(request: AnyRequest) -> Response[Any]:
    """One of their own opens nothing any more."""
    person, name = person_of(request), (await read_form(request)).get("name", "")
    async with acting(request, "token_ended", name) as db:
        await end_own_token(db, person.company_id, person.name, name)
    return see_other(f"{ACCOUNT}#tokens")


async def _account(
    request: AnyRequest,
    refusal: Refusal | None = None,
    *,
    recovery: tuple[str, ...] = (),
    token: str | None = None,
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    whose = (person.company_id, person.name)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await read_codes(db, *whose, office.key)
        sessions = await list_sessions(db, *whose, office.clock_ms())
        tokens = await list_tokens(db, person.company_id)
    return page(
        "account.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        refusal=refusal,
        codes=codes,
        picture=_picture(codes.address),
        recovery=recovery,
        sessions=sessions,
        here=token_hash(read_cookie(request, SESSION)),
        tokens=[one for one in tokens if one.email == person.name],
        token=token,
        roles=[role for role in UserRole if person.role.allows(role)],
        now_ms=office.clock_ms(),
    )


def _picture(address: str | None) -> str | None:
    """The QR code as an address of its own (data:), which the page's policy lets in."""
    if address is None:
        return None
    picture: str = segno.make(address).svg_data_uri(scale=QR_PIXELS, border=2, light="white")
    return picture


ROUTES = (
    show_account,
    send_password,
    send_begin_codes,
    send_confirm_codes,
    send_end_codes,
    send_end_session,
    send_add_token,
    send_end_token,
)
