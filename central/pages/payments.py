"""Pages of what acquirers and banks say was paid: their files, and the exceptions of one."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import PathParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.page import page
from central.pages.workbook import shown
from central.reports.company import company_money
from central.reports.payments import payment_file, payment_files, unsure_tenders
from central.usecases.payment.decide_line import decide_line
from central.usecases.payment.match_file import match_file
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal

HERE = "/payments"
LINE_DIGITS_MAX = 9
AnyRequest = Request[Any, Any, Any]
FileGiven = Annotated[UUID, PathParameter()]
changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.SIGN_OFF),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_payments(request: AnyRequest) -> Response[str]:
    """Every file that was brought in, and what was taken that nobody has confirmed."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        files = await payment_files(db, person.company_id)
        unsure = await unsure_tenders(db, person.company_id)
    return shown(
        request,
        "payments.html",
        person=person,
        money=money,
        files=files,
        unsure=unsure,
        now_ms=office.clock_ms(),
    )


@get(f"{HERE}/{{file_id:uuid}}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_file(request: AnyRequest, file_id: FileGiven) -> Response[str]:
    """A file, with what of it is no tender of that amount."""
    return await _file(request, file_id)


@changing(f"{HERE}/{{file_id:uuid}}/match")
async def send_match(request: AnyRequest, file_id: FileGiven) -> Response[Any]:
    """Look again: receipts may have arrived since."""
    async with acting(request, "payments_matched", str(file_id)) as db:
        await match_file(db, person_of(request).company_id, file_id)
    return see_other(f"{HERE}/{file_id}")


@changing(f"{HERE}/{{file_id:uuid}}/decide")
async def send_decision(request: AnyRequest, file_id: FileGiven) -> Response[Any]:
    """Accept an exception, or dispute it, with a reason."""
    form, person = await read_form(request), person_of(request)
    line, decision, reason = (form.get(name, "") for name in ("line_no", "decision", "reason"))
    about = f"{decision}: {reason}"
    try:
        async with acting(request, "payment_decided", f"{file_id} line {line}", about) as db:
            whose = (db, person.company_id, file_id, _line_no(line))
            now_ms = office_of(request).clock_ms()
            await decide_line(*whose, decision, reason, person.name, now_ms)
    except Refusal as refusal:
        return await _file(request, file_id, refusal)
    return see_other(f"{HERE}/{file_id}")


async def _file(
    request: AnyRequest, file_id: UUID, refusal: Refusal | None = None
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        file, exceptions = await payment_file(db, person.company_id, file_id)
    showing = partial(shown, request) if refusal is None else page
    return showing(
        "payment_file.html",
        status=200 if refusal is None else refusal.status,
        person=person,
        money=money,
        file=file,
        exceptions=exceptions,
        may_decide=person.role.allows(UserRole.SIGN_OFF),
        refusal=refusal,
        now_ms=office.clock_ms(),
    )


def _line_no(text: str) -> int:
    """Raises InvalidField."""
    if not text.isascii() or not text.isdigit() or len(text) > LINE_DIGITS_MAX:
        raise InvalidField("line_no: it must be a number.", field="line_no", remedy="Load anew.")
    return int(text)


ROUTES = (show_payments, show_file, send_match, send_decision)
