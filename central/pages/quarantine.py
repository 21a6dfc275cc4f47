"""The page of one event that is set aside: what it says, and the two things done about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import PathParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.body_text import body_text
from central.domain.fields import epoch_name
from central.pages.page import page, wrong_fields
from central.pages.places import StoreCode, journal_address
from central.pages.receipts import EPOCH_LETTERS_MAX, SEQ_MAX
from central.reports.company import company_money, store_of_company
from central.reports.quarantine import quarantined_event
from central.usecases.journal.correct_event import (
    Corrected,
    EventPlace,
    release_event,
    repair_event,
)
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import CompanyId
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
HERE = "/attention/{code:str}/{epoch:str}/{seq:int}"
FORM_BYTES_MAX = 8 * 1024 * 1024
"""A body of 1 MiB, as text and as a form writes it."""
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})

EpochText = Annotated[str, PathParameter(max_length=EPOCH_LETTERS_MAX, pattern=TEXT_PATTERN)]
Seq = Annotated[int, PathParameter(ge=0, le=SEQ_MAX)]


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_quarantined(
    request: AnyRequest, code: StoreCode, epoch: EpochText, seq: Seq
) -> Response[str]:
    """An event that counts nowhere, as it came, and beside it what a person put in its place."""
    return await _shown(request, code, epoch, seq)


@post(
    f"{HERE}/release",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=FORM_BYTES_MAX,
)
async def send_release(
    request: AnyRequest, code: StoreCode, epoch: EpochText, seq: Seq
) -> Response[Any]:
    """Let it go, with a reason."""
    form, person, office = await read_form(request), person_of(request), office_of(request)
    reason, subject = form.get("reason", ""), f"{code} {epoch} {seq}"
    try:
        async with acting(request, "event_released", subject, reason) as db:
            place = await _place(db, person.company_id, code, epoch, seq)
            asked = (place, reason, person.name, office.clock_ms())
            await release_event(db, person.company_id, *asked)
    except Refusal as refusal:
        return await _shown(request, code, epoch, seq, form, refusal)
    office.nudges.published.set()
    return see_other(f"/attention/{code}/{epoch}/{seq}")


@post(
    f"{HERE}/repair",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=FORM_BYTES_MAX,
)
async def send_repair(
    request: AnyRequest, code: StoreCode, epoch: EpochText, seq: Seq
) -> Response[Any]:
    """Let a corrected text count in its place, with a reason."""
    form = await read_form(request, of_lines=("body",), between=" ")
    person, office = person_of(request), office_of(request)
    reason, subject = form.get("reason", ""), f"{code} {epoch} {seq}"
    try:
        async with acting(request, "event_repaired", subject, reason) as db:
            place = await _place(db, person.company_id, code, epoch, seq)
            found = (await quarantined_event(db, *place)).listed
            version = form.get("version", "")
            corrected = Corrected(
                form.get("kind") or found.kind,
                int(version) if version.isdecimal() and len(version) < 6 else found.kind_version,
                form.get("body", ""),
            )
            asked = (place, corrected, reason, person.name, office.clock_ms())
            await repair_event(db, person.company_id, *asked)
    except Refusal as refusal:
        return await _shown(request, code, epoch, seq, form, refusal)
    office.nudges.published.set()
    return see_other(f"/attention/{code}/{epoch}/{seq}")


async def _place(
    db: AsyncConnection, company_id: CompanyId, code: str, epoch: str, seq: int
) -> EventPlace:
    store = await store_of_company(db, company_id, code)
    return EventPlace(store.store_id, epoch_name(epoch), seq)


async def _shown(
    request: AnyRequest,
    code: str,
    epoch: str,
    seq: int,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[str]:
    """``typed``: what a refused form held, which stays in its fields."""
    person = person_of(request)
    async with reading(office_of(request)) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        found = await quarantined_event(db, store.store_id, epoch_name(epoch), seq)
    one = found.listed
    came = body_text(one.kind, one.kind_version, found.body)
    counts = None
    if one.now and found.version_now is not None and found.body_now is not None:
        counts = body_text(one.now, found.version_now, found.body_now)
    fresh = {"kind": one.kind, "version": str(one.kind_version), "body": came, "reason": ""}
    return page(
        "quarantined.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        store=store,
        one=one,
        came=came,
        counts=counts,
        values={**fresh, **typed},
        refusal=refusal,
        wrong=wrong_fields(refusal),
        here=f"/attention/{code}/{epoch}/{seq}",
        journal=journal_address(store, one.epoch, one.seq),
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


ROUTES = (show_quarantined, send_release, send_repair)
