"""From the till page into the back office of the same workstation: whoever is signed in there goes
in without typing the PIN again, and the till's session goes on."""

import secrets
from enum import StrEnum
from typing import Any
from uuid import UUID

import litestar
import msgspec
from litestar import Response, post

from edge.api.cookies import DEVICE, KEPT_S, LANGUAGE, OFFICE, SESSION, new_cookie
from edge.api.described import accepts
from edge.api.guard import bearer_of, session_of
from edge.api.parameters import TheBox
from edge.api.session import TOKEN_BYTES
from edge.domain.fields import Request
from edge.domain.operator import SignInNeeded
from edge.usecases.operator.sign_in import go_to_office
from sync.http.body import read_body


class Language(StrEnum):
    """As HTML names it."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"


class EnterOffice(Request, frozen=True):
    """``request_id`` becomes the session's; ``language``: in which the till page speaks."""

    request_id: UUID
    language: Language = Language.ENGLISH


class OfficeEntered(msgspec.Struct, frozen=True):
    """Where it is: the browser that asked holds what opens it."""

    address: str


@post("/office/enter", status_code=200, operation_class=accepts(EnterOffice))
async def enter(request: litestar.Request[Any, Any, Any], box: TheBox) -> Response[OfficeEntered]:
    """Who is signed in at the calling workstation is from now on in its back office, too."""
    asked, session = await read_body(request, EnterOffice), session_of(request)
    if session is None:
        raise SignInNeeded
    token = secrets.token_urlsafe(TOKEN_BYTES)
    moment, steady = box.clock.moment(), box.clock.steady()
    await box.writer.run(
        lambda db: go_to_office(db, session, asked.request_id, token, steady, moment)
    )
    box.sessions.forget()
    cookies = [
        new_cookie(request, DEVICE, bearer_of(request), KEPT_S),
        new_cookie(request, SESSION, token),
        new_cookie(request, LANGUAGE, asked.language, KEPT_S),
    ]
    return Response(OfficeEntered(OFFICE), cookies=cookies)


ROUTES = (enter,)
