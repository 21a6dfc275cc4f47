"""Pages to come in and go out: a device is let in by a code, somebody by their PIN, and with a
starting PIN only to choose one of their own.

What is sent before there is a session is held to come from a page of this address. A PIN goes the
till's way (``edge/box/pins.py``): the same comparison, the same lockouts, and failure is told in
plain words on the page itself.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec
import uuid_utils.compat
from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from edge.api.cookies import DEVICE, KEPT_S, LANGUAGE, OFFICE, SESSION, new_cookie
from edge.api.guard import tries_of
from edge.api.parameters import TheBox
from edge.api.session import TOKEN_BYTES, choose_own_pin
from edge.box.box import Box
from edge.db.operators import list_operators
from edge.domain.operator import PinAsBefore, Room, SignInRefused, TrivialPin
from edge.domain.workstation import PairingRefused, WorkstationKind
from edge.pages.coming_in import (
    device_guard,
    device_of,
    needing_nothing,
    office_guard,
    own_form_guard,
    signed_in,
)
from edge.pages.page import page
from edge.pages.places import (
    CHOOSE_LANGUAGE,
    HOME,
    OWN_PIN,
    PAIR,
    PLACES,
    SIGN_IN,
    SIGN_OUT,
    open_to,
)
from edge.pages.words import LANGUAGES
from edge.usecases.operator.set_pin import SetPin
from edge.usecases.operator.sign_in import SignIn, begin_session
from edge.usecases.operator.sign_out import sign_out
from edge.usecases.workstation.pair import PairWorkstation, check_code, pair_workstation
from sync.http.body import decode_body
from sync.http.door import address_of
from sync.http.forms import read_form
from sync.http.later import Later
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.text import TEXT_PATTERN

NEXT_LETTERS_MAX = 500
_OURS = re.compile(rf"^{OFFICE}(?:/[\w.,:=%+-]+)*(?:\?[\w/.,:?=&%+-]*)?\Z", re.ASCII)

T = TypeVar("T", bound=msgspec.Struct)
AnyRequest = Request[Any, Any, Any]
Afterwards = Annotated[
    str, QueryParameter(name="next", max_length=NEXT_LETTERS_MAX, pattern=TEXT_PATTERN)
]


def own_path(given: str) -> str:
    """An address of the back office, as it was given; everything else becomes its first page."""
    return given if len(given) <= NEXT_LETTERS_MAX and _OURS.match(given) else HOME


@get(OFFICE, guards=[office_guard], opt=needing_nothing())
async def show_home(request: AnyRequest) -> Response[None]:
    """The first place in the bar of whoever is signed in; the first of all where they may open
    none: it says so."""
    return see_other((open_to(signed_in(request).may) or PLACES)[0].address)


@get(PAIR)
async def show_pair(request: AnyRequest) -> Response[Any]:
    """The form; a link brings name and code in its fragment, and a script puts them there."""
    return _pair_form(request)


@post(PAIR, guards=[own_form_guard], status_code=303)
async def send_pair(request: AnyRequest, box: TheBox) -> Response[Any]:
    """This browser is known from now on. The token was drawn with the form, so that the same form
    is answered again if its answer was lost."""
    form = await read_form(request)
    tries, address = tries_of(request), address_of(request.scope)
    tries.let_in(address)
    try:
        asked = as_typed(PairWorkstation, form, "workstation_id", "code", "token")
        if await box.workstations.named_by(asked.token) is None:  # else it is sent again
            await _pair(box, asked)
    except (PairingRefused, InvalidField) as refusal:
        await tries.wrong(address)
        return _pair_form(request, form.get("workstation_id", ""), refusal)
    answer = see_other(SIGN_IN)
    answer.set_cookie(new_cookie(request, DEVICE, asked.token, KEPT_S))
    return answer


async def _pair(box: Box, asked: PairWorkstation) -> None:
    """Raises PairingRefused."""
    moment, kind = box.clock.moment(), WorkstationKind.OFFICE
    await box.reader.read(lambda db: check_code(db, asked, moment, kind))
    await box.writer.run(lambda db: pair_workstation(db, asked, moment, kind))
    box.forget_workstations()


@get(SIGN_IN, guards=[device_guard])
async def show_sign_in(
    request: AnyRequest, box: TheBox, afterwards: Afterwards = HOME
) -> Response[Any]:
    """Who, and their PIN."""
    return await _sign_in_form(request, box, afterwards)


@post(SIGN_IN, guards=[device_guard], status_code=303)
async def send_sign_in(request: AnyRequest, box: TheBox) -> Response[Any]:
    """On to where they wanted to go, or the form again with what went wrong. The till's session at
    the same workstation goes on."""
    form = await read_form(request)
    afterwards, where = own_path(form.get("next", "")), device_of(request)
    try:
        typed = {**form, "request_id": str(uuid_utils.compat.uuid7())}
        asked = as_typed(SignIn, typed, "request_id", "operator_id", "pin")
        pin = await box.pins.prove(asked.operator_id, asked.pin, where)
    except (InvalidField, SignInRefused, Later) as refusal:
        told = SignInRefused() if isinstance(refusal, InvalidField) else refusal
        return await _sign_in_form(request, box, afterwards, form.get("operator_id", ""), told)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    moment, steady = box.clock.moment(), box.clock.steady()
    begun = (asked, where, token, pin, steady, moment, Room.OFFICE)
    await box.writer.run(lambda db: begin_session(db, *begun))
    box.sessions.forget()
    box.nudge.set()
    answer = see_other(afterwards)
    answer.set_cookie(new_cookie(request, SESSION, token))
    return answer


@post(
    SIGN_OUT,
    guards=[office_guard],
    opt=needing_nothing(before_own_pin=True),
    status_code=303,
)
async def send_sign_out(request: AnyRequest, box: TheBox) -> Response[Any]:
    """The session's token opens nothing any more, wherever it went."""
    session, moment = signed_in(request).session, box.clock.moment()
    act_id = uuid_utils.compat.uuid7()
    await box.writer.run(lambda db: sign_out(db, session, moment, act_id=act_id))
    box.sessions.forget()
    box.nudge.set()
    answer = see_other(SIGN_IN)
    answer.set_cookie(new_cookie(request, SESSION, "", 0))
    return answer


@get(OWN_PIN, guards=[office_guard], opt=needing_nothing(before_own_pin=True))
async def show_own_pin(request: AnyRequest) -> Response[Any]:
    """Where whoever came in with a starting PIN goes first."""
    if not signed_in(request).session.own_pin_needed:
        return see_other(HOME)
    return page(request, "own_pin.html", refusal=None, unequal=False)


@post(OWN_PIN, guards=[office_guard], opt=needing_nothing(before_own_pin=True), status_code=303)
async def send_own_pin(request: AnyRequest, box: TheBox) -> Response[Any]:
    """A PIN of one's own holds from now on, at the till too."""
    form, session = await read_form(request), signed_in(request).session
    if not session.own_pin_needed:
        return see_other(HOME)
    if form.get("new_pin") != form.get("again"):
        return page(request, "own_pin.html", status=422, refusal=None, unequal=True)
    try:
        typed = {**form, "request_id": str(uuid_utils.compat.uuid7())}
        await choose_own_pin(box, session, as_typed(SetPin, typed, "request_id", "new_pin"))
    except (InvalidField, TrivialPin, PinAsBefore) as refusal:
        told = TrivialPin() if isinstance(refusal, InvalidField) else refusal
        return page(request, "own_pin.html", status=told.status, refusal=told, unequal=False)
    return see_other(HOME)


@post(CHOOSE_LANGUAGE, guards=[own_form_guard], status_code=303)
async def send_language(request: AnyRequest) -> Response[Any]:
    """These pages speak so from now on, in this browser."""
    form = await read_form(request)
    answer = see_other(own_path(form.get("next", "")))
    if form.get("language") in LANGUAGES:
        answer.set_cookie(new_cookie(request, LANGUAGE, form["language"], KEPT_S))
    return answer


def as_typed(kind: type[T], form: Mapping[str, str], *names: str) -> T:
    """Fields of a form as the request that a till would send: one that was left empty is not sent.
    Raises InvalidField, CardNumberTyped."""
    sent = {name: form[name] for name in names if form.get(name, "") != ""}
    return decode_body(msgspec.json.encode(sent), kind)


def _pair_form(
    request: AnyRequest, name: str = "", refusal: Refusal | None = None
) -> Response[Any]:
    return page(
        request,
        "pair.html",
        status=refusal.status if refusal else 200,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        name=name,
        refusal=refusal,
    )


async def _sign_in_form(
    request: AnyRequest,
    box: Box,
    afterwards: str,
    operator_id: str = "",
    refusal: Refusal | None = None,
) -> Response[Any]:
    people = await box.reader.read(list_operators)
    wait_s = refusal.retry_after_s if isinstance(refusal, Later) else None
    return page(
        request,
        "sign_in.html",
        status=refusal.status if refusal else 200,
        headers={} if wait_s is None else {"Retry-After": str(wait_s)},
        people=[one for one in people if one.has_pin],
        afterwards=own_path(afterwards),
        operator_id=operator_id,
        refusal=refusal,
        wait_s=wait_s,
    )


ROUTES = (
    show_home,
    show_pair,
    send_pair,
    show_sign_in,
    send_sign_in,
    send_sign_out,
    show_own_pin,
    send_own_pin,
    send_language,
)
