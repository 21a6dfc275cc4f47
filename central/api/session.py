"""Signing in and out of the board."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie

from central.api.guards import SESSION_COOKIE, office_of, person_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.db.engine import unit_of_work
from central.usecases.sign_in import sign_in, sign_out
from sync.http.body import read_body

PLAIN = r"^[^\x00-\x1f\x7f]*$"
TYPED_LETTERS_MAX = 200
Typed = Annotated[str, msgspec.Meta(min_length=1, max_length=TYPED_LETTERS_MAX, pattern=PLAIN)]


class SignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs in."""

    company: Typed
    email: Typed
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=TYPED_LETTERS_MAX)]


class SessionAnswer(msgspec.Struct, frozen=True):
    """``csrf`` goes back in the header X-CSRF-Token with every request but GET."""

    csrf: str
    expires_at_ms: int


class WhoAnswer(msgspec.Struct, frozen=True):
    """Who is signed in."""

    name: str
    csrf: str | None


@post("/session", status_code=201, request_max_body_size=BODY_BYTES_MAX)
async def begin_session(request: Request[Any, Any, Any]) -> Response[SessionAnswer]:
    """The cookie is for this site only and out of scripts' reach."""
    body = await read_body(request, SignInBody)
    office = office_of(request)
    lifetime_s = office.settings.session_hours * 3_600
    begun = await sign_in(
        office.engine, body.company, body.email, body.password, office.clock_ms(), lifetime_s
    )
    cookie = session_cookie(begun.token, lifetime_s, secure=office.settings.secure_cookies)
    return Response(SessionAnswer(begun.csrf, begun.expires_at_ms), cookies=[cookie])


@get("/session", guards=[person_guard])
async def read_session(request: Request[Any, Any, Any]) -> WhoAnswer:
    """A page that was loaded anew asks for its CSRF token."""
    person = person_of(request)
    return WhoAnswer(person.name, person.csrf)


@delete("/session", status_code=204, guards=[person_guard])
async def end_session(request: Request[Any, Any, Any]) -> Response[None]:
    """The cookie's token is worthless from now on, wherever it went."""
    office = office_of(request)
    token = request.cookies.get(SESSION_COOKIE)
    if token is not None:
        async with unit_of_work(office.engine) as db:
            await sign_out(db, token)
    gone = session_cookie("", 0, secure=office.settings.secure_cookies)
    return Response(None, cookies=[gone])


def session_cookie(token: str, max_age: int, *, secure: bool) -> Cookie:
    """For this site only, and out of scripts' reach; ``max_age`` in seconds, 0 takes it away."""
    return Cookie(
        SESSION_COOKIE,
        value=token,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
