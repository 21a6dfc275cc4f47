"""Pages of who works at the stores: operators with their roles and PINs, what they did, and the
answer over the telephone. A PIN and an answer stand in the answer to the form itself, once."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter, QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.pages.page import page, wrong_fields
from central.pages.words.people import ACTS
from central.reports.company import company_money, store_codes
from central.reports.people import Asked, last_sign_ins, operator_acts
from central.usecases.people.end_operator import end_operator
from central.usecases.people.operators import OperatorLine, find_line, operator_lines
from central.usecases.people.roles import list_roles
from central.usecases.people.set_operator import add_operator, set_operator
from central.usecases.people.start_pin import start_pin
from central.usecases.people.unlock_operator import answer_unlock
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.text import TEXT_PATTERN

HERE = "/people"
PLACE_LETTERS_MAX = 60
AnyRequest = Request[Any, Any, Any]
OperatorGiven = Annotated[str, PathParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)]
changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)


def _query(name: str, letters_max: int = CODE_LETTERS_MAX) -> Any:
    return QueryParameter(name=name, max_length=letters_max, pattern=TEXT_PATTERN)


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_people(request: AnyRequest) -> Response[str]:
    """Operators, with the state of their PINs and where they signed in last."""
    return await _people(request)


@changing(f"{HERE}/add")
async def send_operator(request: AnyRequest) -> Response[Any]:
    """Somebody new, with a starting PIN."""
    form, person = await read_form(request), person_of(request)
    operator_id, name, role = (form.get(field, "") for field in ("operator_id", "name", "role"))
    try:
        async with acting(request, "operator_added", operator_id, f"{name}, {role}") as db:
            added = await add_operator(db, person.company_id, operator_id, name, role)
            now_ms = office_of(request).clock_ms()
            pin = await start_pin(db, person.company_id, added.operator_id, None, now_ms)
    except Refusal as refusal:
        return await _people(request, form, refusal)
    return await _operator(request, added.operator_id, pin=pin)


@get(f"{HERE}/acts", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_acts(
    request: AnyRequest,
    store: Annotated[str, _query("store")] = "",
    operator: Annotated[str, _query("operator")] = "",
    day: Annotated[str, _query("date")] = "",
    kind: Annotated[str, _query("act")] = "",
    before: Annotated[str, _query("before", PLACE_LETTERS_MAX)] = "",
) -> Response[str]:
    """What operators did, the newest first."""
    person, office = person_of(request), office_of(request)
    asked = Asked(store or None, operator or None, _day(day), ACTS.get(kind), _place(before))
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        acts, after = await operator_acts(db, person.company_id, asked)
        stores = await store_codes(db, person.company_id)
        lines = await operator_lines(db, person.company_id)
    chosen = {"store": store, "operator": operator, "date": day, "act": kind}
    kept = {name: value for name, value in chosen.items() if value}
    more = after and {**kept, "before": f"{after[0]}.{after[1]}"}
    return page(
        "acts.html",
        person=person,
        money=money,
        acts=acts,
        names=_names(lines),
        stores=stores,
        operators=[line.operator for line in lines],
        chosen=chosen,
        kinds=tuple(ACTS),
        more=more and f"{HERE}/acts?{urlencode(more)}",
        first=f"{HERE}/acts?{urlencode(kept)}" if before else None,
    )


@get(f"{HERE}/{{operator_id:str}}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_operator(request: AnyRequest, operator_id: OperatorGiven) -> Response[str]:
    """One of them."""
    return await _operator(request, operator_id)


@changing(f"{HERE}/{{operator_id:str}}/set")
async def send_set(request: AnyRequest, operator_id: OperatorGiven) -> Response[Any]:
    """Name and role; who was retired works again where the form says so."""
    form, person = await read_form(request), person_of(request)
    name, role, active = form.get("name"), form.get("role"), "active" in form
    said = ", ".join(filter(None, (name, role, "active" if active else "")))
    try:
        async with acting(request, "operator_set", operator_id, said) as db:
            whose = (person.company_id, operator_id)
            await set_operator(db, *whose, name, role, active=active)
    except Refusal as refusal:
        return await _operator(request, operator_id, refusal)
    return see_other(f"{HERE}/{quote(operator_id)}")


@changing(f"{HERE}/{{operator_id:str}}/pin")
async def send_pin(request: AnyRequest, operator_id: OperatorGiven) -> Response[Any]:
    """A new starting PIN."""
    person, now_ms = person_of(request), office_of(request).clock_ms()
    async with acting(request, "starting_pin_given", operator_id) as db:
        pin = await start_pin(db, person.company_id, operator_id, None, now_ms)
    return await _operator(request, operator_id, pin=pin)


@changing(f"{HERE}/{{operator_id:str}}/retire")
async def send_retire(request: AnyRequest, operator_id: OperatorGiven) -> Response[Any]:
    """They sign in nowhere any more."""
    async with acting(request, "operator_ended", operator_id) as db:
        await end_operator(db, person_of(request).company_id, operator_id)
    return see_other(f"{HERE}/{quote(operator_id)}")


@changing(f"{HERE}/{{operator_id:str}}/unlock")
async def send_unlock(request: AnyRequest, operator_id: OperatorGiven) -> Response[Any]:
    """The digits to read out to a shop without a line."""
    form, person = await read_form(request), person_of(request)
    store, challenge = form.get("store", ""), form.get("challenge", "")
    try:
        async with acting(request, "unlocked_by_telephone", operator_id, store) as db:
            asked = (office_of(request).key, store, operator_id, challenge)
            answer = await answer_unlock(db, person.company_id, *asked)
    except Refusal as refusal:
        return await _operator(request, operator_id, refusal)
    return await _operator(request, operator_id, answer=answer)


async def _people(
    request: AnyRequest,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        lines = await operator_lines(db, person.company_id)
        seen = await last_sign_ins(db, person.company_id, office.clock_ms())
        roles = await list_roles(db, person.company_id)
    empty = {"operator_id": "", "name": "", "role": "cashier"}
    return page(
        "people.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        lines=lines,
        seen=seen,
        roles=[(role.role, role.name) for role in roles],
        role_names={role.role: role.name for role in roles},
        values={**empty, **(typed or {})},
        refusal=refusal,
        wrong=wrong_fields(refusal),
        may_change=person.role.allows(UserRole.ADMINISTER),
        now_ms=office.clock_ms(),
    )


async def _operator(
    request: AnyRequest,
    operator_id: str,
    refusal: Refusal | None = None,
    *,
    pin: str | None = None,
    answer: str | None = None,
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        line = await find_line(db, person.company_id, operator_id)
        lines = await operator_lines(db, person.company_id)
        acts, _ = await operator_acts(db, person.company_id, Asked(operator_id=operator_id))
        roles = await list_roles(db, person.company_id)
        stores = await store_codes(db, person.company_id)
    return page(
        "operator.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        line=line,
        acts=acts[:10],
        names=_names(lines),
        roles=[(role.role, role.name) for role in roles],
        stores=stores,
        refusal=refusal,
        wrong=wrong_fields(refusal),
        pin=pin,
        answer=answer,
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


def _names(lines: Iterable[OperatorLine]) -> dict[str, str]:
    return {line.operator.operator_id: line.operator.name for line in lines}


def _day(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise InvalidField(
            "date: it is no day.", field="date", remedy="Write it as 2026-03-02."
        ) from error


def _place(given: str) -> tuple[int, UUID] | None:
    """As our own links write it. Raises InvalidField."""
    at_ms, _, act_id = given.partition(".")
    try:
        return (int(at_ms), UUID(act_id)) if given else None
    except ValueError as error:
        raise InvalidField(
            "before: it is no place in this list.",
            field="before",
            remedy="Begin at its first page.",
        ) from error


ROUTES = (
    show_people,
    send_operator,
    show_acts,
    show_operator,
    send_set,
    send_pin,
    send_retire,
    send_unlock,
)
