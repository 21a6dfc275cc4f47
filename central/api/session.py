"""Signing in and out of the board."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie

from central.api.acting import acting
from central.api.cookies import BROWSER, SESSION, new_cookie, read_cookie
from central.api.guards import needing, office_of, person_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.domain.access import UserRole
from central.usecases.people.give_code import give_code
from central.usecases.people.one_time_codes import CODE_LETTERS_MAX
from central.usecases.people.sign_in import SignedIn, Where, sign_in, sign_out
from central.usecases.people.sign_in_tries import Asking
from sync.http.body import read_body
from sync.http.door import address_of
from sync.protocol.text import TEXT_PATTERN
from sync.protocol.typed import not_typed

TYPED_LETTERS_MAX = 200
BROWSER_KNOWN_S = 180 * 86_400
Typed = Annotated[
    str, msgspec.Meta(min_length=1, max_length=TYPED_LETTERS_MAX, pattern=TEXT_PATTERN)
]


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in; ``code``: a one-time code, of who has them."""

    company: Typed
    email: Typed
    password: Annotated[Typed, not_typed("its hash alone is compared")]
    code: Annotated[
        str,
        msgspec.Meta(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN),
        not_typed("it is compared and used up"),
    ] = ""


class SessionAnswer(msgspec.Struct, frozen=True):
    """``csrf`` goes back in the header X-CSRF-Token with every request but GET."""

    csrf: str
    expires_at_ms: int


class WhoAnswer(msgspec.Struct, frozen=True):
    """Who is signed in."""

    name: str
    csrf: str | None


@post(
    "/session",
    status_code=201,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"body": SignInBody},
)
async def begin_session(request: Request[Any, Any, Any]) -> Response[SessionAnswer]:
    """The cookie is for this site only and out of scripts' reach."""
    body = await read_body(request, SignInBody)
    office = office_of(request)
    lifetime_s = office.settings.session_hours * 3_600
    asking = asking_of(request, body.company, body.email, body.password)
    begun = await sign_in(office.engine, office.sign_ins, asking, office.clock_ms(), lifetime_s)
    if begun.waits_for_code:
        given = (begun.token, body.code, office.clock_ms(), lifetime_s)
        begun = await give_code(office.engine, office.key, *given)
    return Response(
        SessionAnswer(begun.csrf, begun.expires_at_ms), cookies=signed_in_cookies(request, begun)
    )


@get("/session", guards=[person_guard], opt=needing(UserRole.LOOK))
async def read_session(request: Request[Any, Any, Any]) -> WhoAnswer:
    """A page that was loaded anew asks for its CSRF token."""
    person = person_of(request)
    return WhoAnswer(person.name, person.csrf)


@delete("/session", status_code=204, guards=[person_guard], opt=needing(UserRole.LOOK))
async def end_session(request: Request[Any, Any, Any]) -> Response[None]:
    """The cookie's token is worthless from now on, wherever it went."""
    token = read_cookie(request, SESSION)
    if token:
        async with acting(request, "signed_out", "") as db:
            await sign_out(db, token)
    return Response(None, cookies=[new_cookie(request, SESSION, "", 0)])


def asking_of(request: Request[Any, Any, Any], company: str, email: str, password: str) -> Asking:
    """Who asks, and from where."""
    browser = read_cookie(request, BROWSER)
    where = where_of(request)
    return Asking(company, email, password, where.address, browser, where.agent)


def where_of(request: Request[Any, Any, Any]) -> Where:
    """From where somebody signs in."""
    return Where(address_of(request.scope), request.headers.get("User-Agent", ""))


def signed_in_cookies(request: Request[Any, Any, Any], begun: SignedIn) -> list[Cookie]:
    """Of the session, and of a browser in which this person has signed in."""
    office = office_of(request)
    known = office.sign_ins.new_browser(begun.email)
    return [
        new_cookie(request, SESSION, begun.token, office.settings.session_hours * 3_600),
        new_cookie(request, BROWSER, known, BROWSER_KNOWN_S),
    ]
