"""The forms of the loyalty programme, beside its commands: how it goes, its tiers, and what
multiplies points. What is left empty stays as it is. One that is refused comes back as it was
typed, with the field and what is allowed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from litestar import Request, Response, post
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.domain.access import UserRole
from central.domain.points_expiry import Expiry
from central.domain.typed import one_of
from central.pages.loyalty import HERE, loyalty_page
from central.usecases.feed.put_row import Put
from central.usecases.loyalty.program import ProgramChanges, set_program
from central.usecases.loyalty.rule import RuleChanges, retire_rule, set_rule
from central.usecases.loyalty.tier import TierChanges, retire_tier, set_tier
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import AlreadyThere, InvalidField, Refusal

AnyRequest = Request[Any, Any, Any]
Form: TypeAlias = Mapping[str, str]
Work: TypeAlias = Callable[[AsyncConnection], Awaitable[bool]]
"""Whether it changed anything."""
RETIRE = "retire"
DIGITS_MAX = 12
_OF_RULES = {"name": "rule_name", "times": "rule_times"}
"""Fields of a rule whose names a tier's have on the same page."""


@post(
    f"{HERE}/program",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_program(request: AnyRequest) -> Response[Any]:
    """How it goes: what is given, what counts for a tier, when points run out."""
    form, person, office = await read_form(request), person_of(request), office_of(request)
    reason = form.get("reason", "")

    async def work(db: AsyncConnection) -> bool:
        said = _said(form, "expiry")
        changes = ProgramChanges(
            _whole(form, "window"),
            _whole(form, "welcome"),
            _whole(form, "birthday"),
            None if said is None else one_of(Expiry, said, "expiry"),
            _whole(form, "months"),
            _whole(form, "entered"),
        )
        why = (reason, person.name)
        return (await set_program(db, person.company_id, changes, why, office.clock_ms()))[1]

    return await _send(request, form, ("loyalty_program_set", "points", reason), work)


@post(
    f"{HERE}/tiers",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_tier(request: AnyRequest) -> Response[Any]:
    """A new tier, a change of one, or its end."""
    form, company_id = await read_form(request), person_of(request).company_id
    tier = form.get("tier", "").strip()

    async def work(db: AsyncConnection) -> bool:
        if form.get("act") == RETIRE:
            await retire_tier(db, company_id, tier)
            return True
        name, spend, times = (_said(form, field) for field in ("name", "spend", "times"))
        changes = TierChanges(name, spend, times, _whole(form, "kept"))
        return (await set_tier(db, company_id, tier, changes))[1] is not Put.SAME

    act = "tier_retired" if form.get("act") == RETIRE else "tier_set"
    return await _send(request, form, (act, tier, ""), work)


@post(
    f"{HERE}/rules",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_rule(request: AnyRequest) -> Response[Any]:
    """A new rule that multiplies points, a change of one, or its end."""
    form, company_id = await read_form(request), person_of(request).company_id
    rule = form.get("rule", "").strip()

    async def work(db: AsyncConnection) -> bool:
        if form.get("act") == RETIRE:
            await retire_rule(db, company_id, rule)
            return True
        names = ("rule_name", "rule_times", "of", "from", "until", "hours", "groups", "zones")
        changes = RuleChanges(*(_said(form, name) for name in names))
        try:
            return (await set_rule(db, company_id, rule, changes))[1] is not Put.SAME
        except InvalidField as refusal:
            refusal.field = _OF_RULES.get(refusal.field or "", refusal.field)
            raise

    act = "points_rule_retired" if form.get("act") == RETIRE else "points_rule_set"
    return await _send(request, form, (act, rule, ""), work)


async def _send(
    request: AnyRequest, form: Form, told: tuple[str, str, str], work: Work
) -> Response[Any]:
    """``told``: act, subject and detail, as they are written down."""
    done = "saved"
    try:
        async with acting(request, *told) as db:
            if not await work(db):
                raise AlreadyThere("It is so already.", remedy="Change something.")
    except AlreadyThere:
        done = "same"
    except Refusal as refusal:
        return await loyalty_page(request, form, refusal)
    office_of(request).nudges.published.set()
    return see_other(f"{HERE}?done={done}")


def _said(form: Form, name: str) -> str | None:
    typed = form.get(name, "").strip()
    return typed or None


def _whole(form: Form, name: str) -> int | None:
    """Raises InvalidField."""
    typed = _said(form, name)
    if typed is None:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= DIGITS_MAX):
        raise InvalidField(
            f"{name}: it must be a whole number.", field=name, remedy="Type digits alone."
        )
    return int(typed)


ROUTES = (send_program, send_tier, send_rule)
