"""Who may come in: a box by its signature, a person by session or API token.

A guard runs before its route and leaves what it learnt in ``request.state``. A box's store is the
one of its key: a path that names another store is refused, whoever owns that.
"""

import hmac
from collections.abc import Collection
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from central.api.admission import body_in_turn, place_of
from central.api.cookies import SESSION, read_cookie
from central.api.signed_answers import path_as_sent
from central.db.engine import unit_of_work
from central.db.key_file import public_half
from central.domain.access import NotAllowed, NotSignedIn, PasswordWanted, UserRole
from central.domain.box import DeviceRevoked
from central.office.head_office import HeadOffice
from central.usecases.box.find_device import EnrolledDevice, find_device
from central.usecases.box.readmit_box import Shown
from central.usecases.box.record_stated_head import note_head
from central.usecases.company.own_key import known_keys
from central.usecases.people.sign_in import (
    TOKEN_LETTERS_MAX,
    Person,
    find_session,
    find_token,
    token_hash,
)
from sync.engine.signing import (
    GENESIS_SIGNED,
    BadSignature,
    SignedHead,
    stated_device,
    verify_bytes,
    verify_request,
)
from sync.http.door import address_of
from sync.http.forms import read_form
from sync.http.page import is_own_form
from sync.protocol.change import Genesis
from sync.protocol.codec import decode
from sync.protocol.enrolment import Readmission
from sync.protocol.errors import Undecodable

CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
NEEDS = "needs"
BEFORE_A_PASSWORD = "before_a_password"  # noqa: S105  the name of a route's option
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = "bearer "

Connection = ASGIConnection[Any, Any, Any, Any]


def needing(role: UserRole) -> dict[str, UserRole]:
    """``opt`` of a route that whoever has ``role`` may use; its guard reads it."""
    return {NEEDS: role}


def needing_nothing_else(role: UserRole) -> dict[str, object]:
    """The same, also before who was let in by a link has set a password."""
    return {NEEDS: role, BEFORE_A_PASSWORD: True}


def office_of(connection: Connection) -> HeadOffice:
    """The running head office."""
    office: HeadOffice = connection.app.state.office
    return office


async def device_guard(connection: Connection, _route: BaseRouteHandler) -> None:
    """A signed request of an enrolled, unrevoked box about its own store; what another one states
    as its head is remembered all the same. Raises BadSignature, DeviceRevoked, NotAllowed."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    office, address = office_of(connection), address_of(connection.scope)
    try:
        device, signed = await _signed(connection)
    except BadSignature:
        place_of(connection.scope).leave()
        await office.tries.wrong(address)
        raise
    refused = device.revoked or connection.path_params.get("store_id") != device.store_id
    if refused:
        claimed = (device.store_id, device.device_id, signed.head, office.clock_ms())
        await note_head(office.archive, *claimed)
    if device.revoked:
        raise DeviceRevoked
    if refused:
        raise NotAllowed(
            "This box belongs to another store than the address names.",
            field="store_id",
            remedy="Use the store that the box was enrolled for.",
        )
    connection.state.device = device
    connection.state.signed = signed


async def _signed(request: Request[Any, Any, Any]) -> tuple[EnrolledDevice, SignedHead]:
    """Which box it is, and what it says of itself, in its turn. Raises BadSignature, and
    TooManyTries before anything is looked up for an address that is wrong too often."""
    device_id, office = stated_device(request.headers), office_of(request)
    office.tries.let_in(address_of(request.scope), str(device_id))
    await place_of(request.scope).turn()
    async with unit_of_work(office.engine) as db:
        device = await find_device(db, device_id)
    body = await body_in_turn(request)
    path = path_as_sent(request.scope)
    signed = verify_request(device.public_key, request.method, path, body, request.headers)
    office.tries.right(str(device_id))
    return device, signed


async def showing_guard(connection: Connection, _route: BaseRouteHandler) -> None:
    """A request of a box that shows the record which head office signed, by the key that stands in
    that record: it need not be known here. Raises BadSignature, NotAllowed."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    office, address = office_of(connection), address_of(connection.scope)
    office.tries.let_in(address, str(stated_device(connection.headers)))
    await place_of(connection.scope).turn()
    async with unit_of_work(office.engine) as db:
        keys = {public_half(office.key), *await known_keys(db)}
    try:
        shown = _shown(await body_in_turn(connection), keys)
        path, body = path_as_sent(connection.scope), await connection.body()
        told = (connection.method, path, body, connection.headers)
        signed = verify_request(shown.genesis.device_key, *told)
    except BadSignature:
        place_of(connection.scope).leave()
        await office.tries.wrong(address)
        raise
    if (connection.path_params.get("store_id"), signed.device_id) != shown.of:
        raise NotAllowed(
            "This record belongs to another store or box than the request names.",
            field="store_id",
            remedy="Show the record that this box was enrolled with.",
        )
    connection.state.shown = shown


def _shown(body: bytes, keys: Collection[bytes]) -> Shown:
    """Raises BadSignature for what head office never signed."""
    try:
        asked = decode(Readmission, body)
        genesis = decode(Genesis, asked.genesis)
    except Undecodable as error:
        raise BadSignature(f"The body: {error}.", remedy="Send what a box shows.") from error
    if not any(verify_bytes(key, GENESIS_SIGNED, asked.genesis, asked.signature) for key in keys):
        raise BadSignature("Head office never signed this record.", remedy="Enrol the box anew.")
    return Shown(asked, genesis)


async def person_guard(connection: Connection, route: BaseRouteHandler) -> None:
    """Somebody with a session, or an API token, in their turn, who may do what the route needs. A
    change by session needs the CSRF token, too: a page from elsewhere can make a browser send the
    cookie, but cannot know this. Raises NotSignedIn, NotAllowed, Busy."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    person = await _find_person(connection)
    if person is None:
        raise NotSignedIn(
            "No session that is known and not over, nor an API token, came with the request.",
            remedy="Sign in with POST /session, or send `Authorization: Bearer TOKEN`.",
        )
    _refuse_lesser(person, route)
    if person.csrf is not None and connection.method not in SAFE_METHODS:
        sent = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), person.csrf.encode()):
            raise NotAllowed(
                "The session's CSRF token did not come with the request.",
                field=CSRF_HEADER,
                remedy=f"Send what POST /session answered in the header {CSRF_HEADER}.",
            )
    connection.state.person = person


async def page_guard(connection: Connection, route: BaseRouteHandler) -> None:
    """Somebody with a session, at a page that they may use: an API token opens none. A form carries
    the session's CSRF token in its field ``csrf``. Raises NotSignedIn, NotAllowed, and what
    read_form raises."""
    assert isinstance(connection, Request)  # noqa: S101  Litestar gives HTTP guards the request
    person = await _find_person(connection)
    if person is None or person.csrf is None:
        raise NotSignedIn("Nobody is signed in, or the session is over.", remedy="Sign in.")
    _refuse_lesser(person, route)
    if not person.has_password and BEFORE_A_PASSWORD not in route.opt:
        raise PasswordWanted
    if connection.method not in SAFE_METHODS:
        sent = (await read_form(connection)).get(CSRF_FIELD, "")
        if not hmac.compare_digest(sent.encode(), person.csrf.encode()):
            raise NotAllowed(
                "The form is not one of this session.",
                field=CSRF_FIELD,
                remedy="Load the page anew and try again.",
            )
    connection.state.person = person


def _refuse_lesser(person: Person, route: BaseRouteHandler) -> None:
    """A route that does not say what it needs is for administrators."""
    needed = route.opt.get(NEEDS, UserRole.ADMINISTER)
    if not person.role.allows(needed):
        raise NotAllowed(
            f"{person.name} may {person.role.said}; this needs the right to {needed.said}.",
            remedy="Ask an administrator of head office for it.",
        )


async def own_form_guard(connection: Connection, _route: BaseRouteHandler) -> None:
    """A form of ours, sent before anybody has signed in: the browser itself says that it comes from
    a page of this address. Raises NotAllowed."""
    if not is_own_form(connection):
        raise NotAllowed(
            "This form was not sent by a page of head office.",
            remedy="Open /sign-in at head office's own address, and sign in there.",
        )


async def _find_person(request: Request[Any, Any, Any]) -> Person | None:
    office = office_of(request)
    authorization = request.headers.get("Authorization", "")
    bearer = authorization.lower().startswith(_BEARER)
    token = authorization[len(_BEARER) :] if bearer else read_cookie(request, SESSION)
    if not 1 <= len(token) <= TOKEN_LETTERS_MAX or not token.isascii():
        return None
    address, who = address_of(request.scope), token_hash(token).hex()
    office.tries.let_in(address, who)
    place = place_of(request.scope)
    await place.turn()
    person = await _whose(office, token, bearer=bearer)
    if person is None:
        place.leave()
        await office.tries.wrong(address)
    else:
        office.tries.right(who)
    return person


async def _whose(office: HeadOffice, token: str, *, bearer: bool) -> Person | None:
    async with unit_of_work(office.engine) as db:
        if bearer:
            return await find_token(db, token, office.clock_ms())
        return await find_session(db, token, office.clock_ms())


def person_of(request: Request[Any, Any, Any]) -> Person:
    """Whom person_guard found."""
    person: Person = request.state.person
    return person


def device_of(request: Request[Any, Any, Any]) -> EnrolledDevice:
    """What device_guard found."""
    device: EnrolledDevice = request.state.device
    return device


def shown_of(request: Request[Any, Any, Any]) -> Shown:
    """What showing_guard found."""
    shown: Shown = request.state.shown
    return shown


def signed_of(request: Request[Any, Any, Any]) -> SignedHead:
    """What the box says of itself."""
    signed: SignedHead = request.state.signed
    return signed
