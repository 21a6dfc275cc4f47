"""Pages to sign in and out: by company, e-mail and password, or by a link that works once.

These forms are sent before there is a session, so they are held to come from a page of this
address; the cookie is the one that ``POST /session`` gives. Failure is told in plain words on the
page itself.
"""

import re
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.cookies import SESSION, new_cookie, read_cookie
from central.api.guards import needing, office_of, own_form_guard, page_guard
from central.api.limits import BODY_BYTES_MAX
from central.api.session import (
    TYPED_LETTERS_MAX,
    asking_of,
    signed_in_cookies,
    where_of,
)
from central.domain.access import NotSignedIn, UserRole, WrongCode
from central.pages.page import page
from central.usecases.people.give_code import give_code
from central.usecases.people.sign_in import WAITS_FOR_CODE_S, SignedIn, sign_in, sign_out
from central.usecases.people.sign_in_link import LINK_LETTERS_MAX, sign_in_by_link
from sync.http.door import address_of
from sync.http.forms import read_form
from sync.http.later import Later
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.text import TEXT_PATTERN

NEXT_LETTERS_MAX = 500
_OURS = re.compile(r"^/(?![/\\])[\w/.,:?=&%+-]*\Z", re.ASCII)

AnyRequest = Request[Any, Any, Any]


def own_path(given: str) -> str:
    """An address of this host, as it was given; everything else becomes the board's."""
    return given if len(given) <= NEXT_LETTERS_MAX and _OURS.match(given) else "/"


@get("/sign-in")
async def show_sign_in(
    afterwards: Annotated[
        str, QueryParameter(name="next", max_length=NEXT_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = "/",
) -> Response[str]:
    """The form; a link's form stands beside it, hidden until a script finds a link."""
    return _form(afterwards)


@post("/sign-in", guards=[own_form_guard], status_code=303, request_max_body_size=BODY_BYTES_MAX)
async def send_sign_in(request: AnyRequest) -> Response[Any]:
    """On to the board, or the form again with what went wrong."""
    form = await read_form(request)
    company, email, password = (form.get(name, "") for name in ("company", "email", "password"))
    afterwards = own_path(form.get("next", "/"))
    office = office_of(request)
    lifetime_s = office.settings.session_hours * 3_600
    try:
        _refuse_odd(company, email, password)
        asking = asking_of(request, company, email, password)
        begun = await sign_in(office.engine, office.sign_ins, asking, office.clock_ms(), lifetime_s)
        if begun.waits_for_code:
            return _waiting(request, begun, afterwards)
        return _begun(request, begun, afterwards)
    except (NotSignedIn, Later) as refusal:
        return _form(afterwards, company, email, refusal)


@post(
    "/sign-in/link", guards=[own_form_guard], status_code=303, request_max_body_size=BODY_BYTES_MAX
)
async def send_link(request: AnyRequest) -> Response[Any]:
    """The button was pressed: the link is used up."""
    token = (await read_form(request)).get("link", "")
    office, address = office_of(request), address_of(request.scope)
    lifetime_s = office.settings.session_hours * 3_600
    try:
        office.tries.let_in(address)
        if not 1 <= len(token) <= LINK_LETTERS_MAX or not token.isascii():
            raise NotSignedIn(
                "This is no sign-in link.", remedy="Copy the whole line that the command printed."
            )
        begun = await sign_in_by_link(
            office.engine, token, where_of(request), office.clock_ms(), lifetime_s
        )
        return (
            _waiting(request, begun, "/") if begun.waits_for_code else _begun(request, begun, "/")
        )
    except NotSignedIn as refusal:
        await office.tries.wrong(address)
        return _form("/", refusal=refusal)
    except Later as refusal:
        return _form("/", refusal=refusal)


@post(
    "/sign-in/code", guards=[own_form_guard], status_code=303, request_max_body_size=BODY_BYTES_MAX
)
async def send_code(request: AnyRequest) -> Response[Any]:
    """The second step, of who has one-time codes."""
    form, office = await read_form(request), office_of(request)
    afterwards = own_path(form.get("next", "/"))
    lifetime_s = office.settings.session_hours * 3_600
    waiting = read_cookie(request, SESSION)
    try:
        given = (waiting, form.get("code", ""), office.clock_ms(), lifetime_s)
        begun = await give_code(office.engine, office.key, *given)
        return _begun(request, begun, afterwards)
    except (WrongCode, Later) as refusal:
        return _code_form(afterwards, refusal)
    except NotSignedIn as refusal:
        return _form(afterwards, refusal=refusal)


@post(
    "/sign-out",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_sign_out(request: AnyRequest) -> Response[None]:
    """The cookie's token is worthless from now on, wherever it went."""
    async with acting(request, "signed_out", "") as db:
        await sign_out(db, read_cookie(request, SESSION))
    answer = see_other("/sign-in")
    answer.set_cookie(new_cookie(request, SESSION, "", 0))
    return answer


def _begun(request: AnyRequest, begun: SignedIn, afterwards: str) -> Response[None]:
    answer = see_other(afterwards)
    for cookie in signed_in_cookies(request, begun):
        answer.set_cookie(cookie)
    return answer


def _waiting(request: AnyRequest, begun: SignedIn, afterwards: str) -> Response[str]:
    answer = _code_form(afterwards)
    answer.set_cookie(new_cookie(request, SESSION, begun.token, WAITS_FOR_CODE_S))
    return answer


def _code_form(afterwards: str, refusal: WrongCode | Later | None = None) -> Response[str]:
    return page(
        "sign_in_code.html",
        status=refusal.status if refusal else 200,
        headers=_wait(refusal),
        afterwards=own_path(afterwards),
        refusal=refusal,
        wait_s=refusal.retry_after_s if isinstance(refusal, Later) else None,
    )


def _wait(refusal: Refusal | None) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after_s)} if isinstance(refusal, Later) else {}


def _refuse_odd(*typed: str) -> None:
    """What nobody's name, address or password can be costs no try."""
    if not all(1 <= len(one) <= TYPED_LETTERS_MAX and "\ufffd" not in one for one in typed):
        raise NotSignedIn(
            "The company, the e-mail address or the password is wrong.",
            remedy="Fill in all three.",
        )


def _form(
    afterwards: str,
    company: str = "",
    email: str = "",
    refusal: NotSignedIn | Later | None = None,
) -> Response[str]:
    return page(
        "sign_in.html",
        status=refusal.status if refusal else 200,
        headers=_wait(refusal),
        afterwards=own_path(afterwards),
        company=company[:TYPED_LETTERS_MAX],
        email=email[:TYPED_LETTERS_MAX],
        refusal=refusal,
        wait_s=refusal.retry_after_s if isinstance(refusal, Later) else None,
    )


ROUTES = (show_sign_in, send_sign_in, send_link, send_code, send_sign_out)
