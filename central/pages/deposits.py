"""The page of bags of cash: which left which shop's safe, and which the bank has credited."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.domain.deposit import LATE_DAYS_MAX, DepositState
from central.pages.workbook import shown
from central.reports.company import company_money, store_codes, store_of_company
from central.reports.deposits import find_deposits
from central.usecases.payment.decide_deposit import decide_deposit
from central.usecases.payment.late_deposits import late_after_days, say_late_after
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
HERE = "/deposits"
DAYS = 92
DAYS_MAX = 3_660
STATE_LETTERS_MAX = 20
Known = Annotated[str, QueryParameter(max_length=STATE_LETTERS_MAX, pattern=TEXT_PATTERN)]
Code = Annotated[str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)]


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_deposits(
    request: AnyRequest,
    store: Code = "",
    known: Known = "",
    days: Annotated[int, QueryParameter(ge=1, le=DAYS_MAX)] = DAYS,
) -> Response[Any]:
    """Of all stores or of one, of the last ``days``, of what is ``known`` of them."""
    person, office = person_of(request), office_of(request)
    now_ms = office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        found = await find_deposits(db, person.company_id, now_ms, days, store)
        late = await late_after_days(db, person.company_id)
    return shown(
        request,
        "deposits.html",
        person=person,
        money=money,
        codes=codes,
        chosen={"store": store, "known": known, "days": days},
        late=late,
        late_max=LATE_DAYS_MAX,
        states=list(DepositState),
        deposits=[one for one in found if known in ("", one.state.value)],
        every=found,
        here=HERE + (f"?{request.url.query}" if request.url.query else ""),
        may_decide=person.role.allows(UserRole.SIGN_OFF),
        now_ms=now_ms,
    )


@post(
    f"{HERE}/decide",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_decision(request: AnyRequest) -> Response[Any]:
    """A bag that the bank has not credited is accepted as it is, or disputed, with a reason."""
    form, person, office = await read_form(request), person_of(request), office_of(request)
    code, decision, reason = (form.get(name, "") for name in ("store", "decision", "reason"))
    deposit_id = _id(form.get("deposit_id", ""))
    about = f"{decision}: {reason}"
    async with acting(request, "deposit_decided", f"{code} {deposit_id}", about) as db:
        store = await store_of_company(db, person.company_id, code[:CODE_LETTERS_MAX])
        whose = (person.company_id, store.store_id, deposit_id)
        await decide_deposit(db, *whose, decision, reason, person.name, office.clock_ms())
    return see_other(HERE)


@post(
    f"{HERE}/late",
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_late(request: AnyRequest) -> Response[Any]:
    """After how many days a bag that the bank has not credited is late, for the whole company."""
    form, person = await read_form(request), person_of(request)
    days = form.get("days", "")
    async with acting(request, "deposits_late_set", "company", days) as db:
        await say_late_after(db, person.company_id, days)
    return see_other(HERE)


def _id(text: str) -> UUID:
    """Raises InvalidField."""
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidField(
            "deposit_id: it must be a deposit's id.", field="deposit_id", remedy="Load anew."
        ) from error


ROUTES = (show_deposits, send_decision, send_late)
