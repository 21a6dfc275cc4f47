"""The page of what somebody must look at, and what is done there: giving up what will not come, and
saying what an alarm was."""

from typing import Any

from litestar import Request, Response, get, post

from central.api.acting import acting
from central.api.forms import read_form
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.pages.page import page, see_other
from central.reports.attention import attention
from central.reports.company import company_money, store_of_company
from central.usecases.box.clear_alarm import clear_alarm
from central.usecases.journal.write_off_tail import write_off_tail

AnyRequest = Request[Any, Any, Any]
HERE = "/attention"


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_attention(request: AnyRequest) -> Response[str]:
    """What was taken as it came and should not have happened."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        found = await attention(db, person.company_id)
    return page("attention.html", person=person, money=money, found=found, now_ms=office.clock_ms())


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


ROUTES = (show_attention, send_write_off, send_clear_alarm)
