"""One promotion: drafted in a form that its kind's own arguments describe, worked out as an example
while it is typed, approved, ended; and which stores have it. A form that is refused comes back as
it was typed, with the field and what is allowed."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.promotion_example import ExampleLine
from central.domain.promotion_state import ChangedSince, PromotionState, state_at
from central.domain.promotion_text import ARGUMENT, keys_of, kind_named, write_promotion
from central.domain.promotion_versions import Changed, Seen, changes_between
from central.domain.signing import may_be_one
from central.pages.page import page, wrong_fields
from central.pages.words import promotions as words
from central.reports.company import company_money
from central.reports.promotions import StoreHas, stores_that_have
from central.usecases.price.look_up import clock_of_stores
from central.usecases.promotion.draft import (
    Versions,
    approve_promotion,
    draft_promotion,
    find_versions,
    is_by_two,
    renew_draft,
)
from central.usecases.promotion.example import work_example
from central.usecases.promotion.set import PromotionChanges, retire_promotion, wanted_promotion
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import PublishedPromotion
from sync.protocol.text import TEXT_PATTERN

ONE = "/promotion"
WORD_LETTERS_MAX = 40
SEEN = ("seen-draft", "seen-published")
"""Fields of every form: what there was when the page was made (``Seen``)."""
SAID = ("name", "since", "until", "hours", "groups", "coupons", "zones", "priority", "times")

AnyRequest = Request[Any, Any, Any]
Given: TypeAlias = Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)]
IdGiven: TypeAlias = Annotated[
    str, QueryParameter(name="id", max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)
]
changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)


@get(ONE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_promotion(
    request: AnyRequest, promotion_id: IdGiven = "", kind: Given = "", done: Given = ""
) -> Response[str]:
    """One of them; without an id the form of a new one of a kind."""
    return await _page(request, promotion_id, kind or next(iter(BY_CODE)), done=done)


@changing(f"{ONE}/draft")
async def send_draft(request: AnyRequest) -> Response[Any]:
    """As it stands in the form."""
    form, person = await read_form(request), person_of(request)
    promotion_id, now_ms = form.get("promotion_id", "").strip(), office_of(request).clock_ms()
    try:
        async with acting(request, "promotion_drafted", promotion_id, form.get("name", "")) as db:
            whose = (person.company_id, promotion_id)
            await draft_promotion(db, *whose, _changes(form), person.name, now_ms, _seen(form))
    except Refusal as refusal:
        return await _page(request, form.get("known", ""), form.get("kind", ""), form, refusal)
    return see_other(f"{ONE}?{urlencode({'id': promotion_id, 'done': 'drafted'})}")


@changing(f"{ONE}/example", status_code=200)
async def send_example(request: AnyRequest) -> Response[Any]:
    """What it would come to, as far as it is typed; nothing is kept."""
    form, person = await read_form(request), person_of(request)
    company_id, now_ms = person.company_id, office_of(request).clock_ms()
    async with reading(office_of(request)) as db:
        money = await company_money(db, company_id)
        try:
            typed = _changes(form)._replace(name=form.get("name") or "-")
            named = form.get("promotion_id") or "-"
            wanted = await wanted_promotion(db, company_id, named, typed, None, now_ms)
            lines, refused = await work_example(db, company_id, wanted, now_ms), ""
        except Refusal as refusal:
            lines, refused = (), refusal.detail
    return page("promotion_example.html", money=money, lines=lines, refused=refused)


@changing(f"{ONE}/renew")
async def send_renew(request: AnyRequest) -> Response[Any]:
    """What was published since is taken into the draft."""
    form, person = await read_form(request), person_of(request)
    promotion_id, now_ms = form.get("promotion_id", ""), office_of(request).clock_ms()
    try:
        async with acting(request, "promotion_renewed", promotion_id) as db:
            whose = (person.company_id, promotion_id)
            await renew_draft(db, *whose, person.name, now_ms, _seen(form))
    except Refusal as refusal:
        return await _page(request, promotion_id, "", refusal=refusal)
    return see_other(f"{ONE}?{urlencode({'id': promotion_id, 'done': 'renewed'})}")


@changing(f"{ONE}/approve")
async def send_approve(request: AnyRequest) -> Response[Any]:
    """Published with it, in the place of what the page showed to be published."""
    form, person = await read_form(request), person_of(request)
    promotion_id, now_ms = form.get("promotion_id", ""), office_of(request).clock_ms()
    try:
        async with acting(request, "promotion_approved", promotion_id) as db:
            whose = (person.company_id, promotion_id)
            await approve_promotion(db, *whose, person.name, now_ms, _seen(form))
    except Refusal as refusal:
        return await _page(request, promotion_id, "", refusal=refusal)
    return see_other(f"{ONE}?{urlencode({'id': promotion_id, 'done': 'approved'})}")


@changing(f"{ONE}/end")
async def send_end(request: AnyRequest) -> Response[Any]:
    """It ends now."""
    form, person = await read_form(request), person_of(request)
    promotion_id, now_ms = form.get("promotion_id", ""), office_of(request).clock_ms()
    async with acting(request, "promotion_retired", promotion_id) as db:
        await retire_promotion(db, person.company_id, promotion_id, now_ms)
    return see_other(f"{ONE}?{urlencode({'id': promotion_id, 'done': 'ended'})}")


def _changes(form: Mapping[str, str]) -> PromotionChanges:
    kind = form.get("kind", "")
    keys = [key.name for key in keys_of(kind_named(kind))]
    said = {name: form.get(name, "") for name in SAID}
    return PromotionChanges(
        name=said["name"],
        kind=kind,
        arguments={key: form.get(ARGUMENT + key, "") for key in keys},
        since=said["since"].strip() or None,
        until=said["until"],
        hours=said["hours"],
        groups=said["groups"],
        coupons=said["coupons"],
        zones=said["zones"],
        priority=said["priority"],
        alone="alone" in form,
        times=said["times"],
    )


def _seen(form: Mapping[str, str]) -> Seen:
    """What the page showed that the form was sent from."""
    draft, published = SEEN
    return Seen(form.get(draft), form.get(published))


def _seen_in_form(seen: Seen) -> dict[str, str]:
    return dict(zip(SEEN, (said or "" for said in seen), strict=True))


def _wrong(refusal: Refusal | None, kind: str) -> Mapping[str, str]:
    """By the form's own names; goods that are not there stand at the first argument that there
    is."""
    keys = [key.name for key in keys_of(kind_named(kind))]
    own = {key: ARGUMENT + key for key in keys} | {"from": "since"}
    own.setdefault("of", ARGUMENT + keys[0])
    wrong = wrong_fields(refusal).items()
    return {own.get(name, name): said.removeprefix(f"{name}: ") for name, said in wrong}


class _Told(NamedTuple):
    detail: str
    remedy: str


def _told(refusal: Refusal | None, kind: str) -> _Told | None:
    """A refusal with the label of its field where it says the field's name."""
    if refusal is None:
        return None
    said = refusal.detail
    for name in _wrong(refusal, kind):
        rest = said.removeprefix(f"{refusal.field}: ")
        said = said if rest == said else f"{words.labelled(name)}: {rest}"
    return _Told(said, refusal.remedy)


def _values(
    promotion: PublishedPromotion | None, kind: str, decimals: int, clock: str | None
) -> dict[str, str]:
    """What the form of a promotion holds, by field."""
    keys = [key.name for key in keys_of(kind_named(kind))]
    values = dict.fromkeys(("promotion_id", "alone", *SAID, *(ARGUMENT + key for key in keys)), "")
    values["kind"] = kind
    if promotion is None:
        return values
    typed = write_promotion(promotion, decimals, clock)
    return values | typed | {"promotion_id": promotion.promotion_id}


def _as_sent(
    values: Mapping[str, str], sent: Mapping[str, str], refusal: Refusal | None
) -> dict[str, str]:
    """The form as it was sent: a box that is not in it was empty. It goes on from what it was
    opened upon, and from what is there now once that was said."""
    typed = {name: sent.get(name, "") for name in ("alone", *sent)}
    if isinstance(refusal, ChangedSince):
        typed |= {name: values[name] for name in SEEN}
    return {**values, **typed}


class _Read(NamedTuple):
    """What head office has of one promotion: ``newest`` is the draft that waits, else what is
    published; ``since``: what was published otherwise since that draft was made; ``changes``: what
    it changes of what is published."""

    versions: Versions
    newest: PublishedPromotion | None
    states: tuple[PromotionState, ...]
    since: tuple[Changed, ...]
    changes: tuple[Changed, ...]
    stores: tuple[StoreHas, ...]
    lines: tuple[ExampleLine, ...]
    by_two: bool


async def _read(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    now_ms: int,
    as_typed: tuple[int, str | None],
) -> _Read:
    """``as_typed``: the currency's decimals and the clock's zone."""
    found = await find_versions(db, company_id, promotion_id)
    waiting, published, newest = found.waiting, found.published, found.newest
    states = [PromotionState.DRAFT] if waiting is not None else []
    states += [] if published is None else [state_at(published, now_ms)]
    since: tuple[Changed, ...] = ()
    changes: tuple[Changed, ...] = ()
    if waiting is not None and waiting.is_behind(published):
        since = changes_between(waiting.upon, published, *as_typed)
    if waiting is not None and published is not None:
        changes = changes_between(published, waiting.promotion, *as_typed)
    stores = await stores_that_have(db, company_id, promotion_id)
    lines = () if newest is None else await work_example(db, company_id, newest, now_ms)
    by_two = await is_by_two(db, company_id)
    return _Read(found, newest, tuple(states), since, changes, stores, lines, by_two)


async def _page(
    request: AnyRequest,
    promotion_id: str,
    kind: str,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    company_id, now_ms = person.company_id, office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, company_id)
        clock = await clock_of_stores(db, company_id)
        as_typed = (money.decimals, clock)
        found = await _read(db, company_id, promotion_id, now_ms, as_typed)
    kind = found.newest.kind if found.newest is not None else kind
    draft, published = found.versions.draft, found.versions.published
    values = _values(found.newest, kind, *as_typed) | _seen_in_form(found.versions.seen)
    return page(
        "promotion.html",
        status=200 if refusal is None else refusal.status,
        person=person,
        money=money,
        promotion=found.newest,
        kind=kind,
        keys=keys_of(kind_named(kind)),
        drafted=values,
        values=values if typed is None else _as_sent(values, typed, refusal),
        seen=_seen_in_form(found.versions.seen),
        wrong=_wrong(refusal, kind),
        told=_told(refusal, kind),
        refused="" if found.newest is not None else words.not_yet,
        done=done,
        draft=draft,
        own=found.by_two and draft is not None and may_be_one(person.name, draft.made_by),
        may_end=published is not None and PromotionState.ENDED not in found.states,
        may_change=person.role.allows(UserRole.ADMINISTER),
        now_ms=now_ms,
        **found._asdict(),
    )


ROUTES = (show_promotion, send_draft, send_renew, send_example, send_approve, send_end)
