"""The page of exceptions, of every kind in one place, and what is done there: an alarm is cleared,
what will not come is given up, customers are joined or parted, a loss is accepted. Each act asks
why."""

from typing import Annotated, Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.domain.customer import customer_id_of
from central.pages.page import page
from central.reports.company import company_money, store_codes, store_of_company
from central.reports.exceptions import KINDS, find_exceptions
from central.usecases.box.clear_alarm import clear_alarm
from central.usecases.customer.join import join_customers, part_customers
from central.usecases.exception.accept import accept_exception
from central.usecases.journal.write_off_tail import write_off_tail
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
HERE = "/attention"
KIND_LETTERS_MAX = 20
REFRESH_S = 15
TOGETHER_MAX = 10
"""Of a kind, where all kinds stand on one page."""
JOIN = "join"
SUBJECT_LETTERS_MAX = 200

KindName: TypeAlias = Annotated[
    str, QueryParameter(max_length=KIND_LETTERS_MAX, pattern=TEXT_PATTERN)
]
Code: TypeAlias = Annotated[str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)]


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_attention(
    request: AnyRequest, kind: KindName = "", store: Code = ""
) -> Response[str]:
    """What was taken as it came and should not have happened, the worst and oldest first."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        now_ms = office.clock_ms()
        sections = await find_exceptions(db, person.company_id, now_ms, store, kind)
    if not kind:
        sections = tuple(one._replace(cases=one.cases[:TOGETHER_MAX]) for one in sections)
    query = f"?{request.url.query}" if request.url.query else ""
    return page(
        "attention.html",
        person=person,
        money=money,
        kinds=KINDS,
        codes=codes,
        chosen={"kind": kind, "store": store},
        sections=sections,
        here=f"{HERE}{query}",
        refresh_s=REFRESH_S,
        may_act=person.role.allows(UserRole.SIGN_OFF),
        now_ms=now_ms,
    )


@post(
    f"{HERE}/write-off",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_write_off(request: AnyRequest) -> Response[Any]:
    """Nothing more of an epoch is waited for, and the reason stands in head office's decisions."""
    person, office = person_of(request), office_of(request)
    form = await read_form(request)
    code, epoch, reason = (form.get(name, "") for name in ("store", "epoch", "reason"))
    async with acting(request, "tail_written_off", f"{code} {epoch}", reason) as db:
        store = await store_of_company(db, person.company_id, code[:CODE_LETTERS_MAX])
        asked = (store.store_id, epoch, reason, person.name)
        await write_off_tail(db, person.company_id, *asked, office.clock_ms())
    return see_other(HERE)


@post(
    f"{HERE}/clear",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_clear_alarm(request: AnyRequest) -> Response[Any]:
    """An alarm was looked into, and what it was stands in head office's decisions."""
    person, office = person_of(request), office_of(request)
    form = await read_form(request)
    code, alarm, reason = (form.get(name, "") for name in ("store", "alarm", "reason"))
    async with acting(request, "alarm_cleared", f"{code} {alarm}", reason) as db:
        store = await store_of_company(db, person.company_id, code[:CODE_LETTERS_MAX])
        asked = (store.store_id, alarm, reason, person.name)
        await clear_alarm(db, person.company_id, *asked, office.clock_ms())
    return see_other(HERE)


@post(
    f"{HERE}/settle",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_settle(request: AnyRequest) -> Response[Any]:
    """Two records of customers are one person, or they are two: joined, parted, or a proposal
    dismissed."""
    person, office = person_of(request), office_of(request)
    form = await read_form(request)
    one, other, reason = (form.get(name, "") for name in ("one", "other", "reason"))
    ids = (customer_id_of(one, "one"), customer_id_of(other, "other"))
    asked = (*ids, reason, person.name, office.clock_ms())
    joins = form.get("act") == JOIN
    act = "customers_joined" if joins else "customers_parted"
    async with acting(request, act, f"{one} {other}", reason) as db:
        if joins:
            await join_customers(db, person.company_id, *asked)
        else:
            await part_customers(db, person.company_id, *asked)
    office.nudges.published.set()
    return see_other(HERE)


@post(
    f"{HERE}/accept",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_accept(request: AnyRequest) -> Response[Any]:
    """The company bears what a case cost: it stays, under what was accepted, with the reason."""
    person, office = person_of(request), office_of(request)
    form = await read_form(request)
    code, reason = form.get("store", ""), form.get("reason", "")
    subject = {name: form.get(name, "") for name in ("kind", "case", "amount", "sale")}
    about = f"{subject['kind']} {subject['case']}"[:SUBJECT_LETTERS_MAX]
    async with acting(request, "exception_accepted", about, reason) as db:
        store = await store_of_company(db, person.company_id, code[:CODE_LETTERS_MAX])
        asked = (store.store_id, subject, reason, person.name)
        await accept_exception(db, person.company_id, *asked, office.clock_ms())
    return see_other(HERE)


ROUTES = (show_attention, send_write_off, send_clear_alarm, send_settle, send_accept)
