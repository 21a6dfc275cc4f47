"""Makes a promotion, or changes what is said of it: what is left out stays as it was. It is in
force by its own dates, at every shop of the company, with or without a line."""

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.fields import plain_text, short_id
from central.domain.promotion_state import PromotionState, state_at
from central.domain.promotion_text import (
    kind_named,
    read_arguments,
    read_hours,
    read_words,
    write_arguments,
)
from central.domain.store_settings import whole_number
from central.domain.typed import instant_of
from central.reports.company import company_money
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.item.look_up import item_in
from central.usecases.price.look_up import clock_of_stores
from sync.protocol.codec import decode, encode
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId, PromotionId
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.kinds import picks_of
from sync.protocol.promotions.shape import TIMES_MAX, Terms
from sync.protocol.reference import DataSet, PublishedPromotion

NEVER = "never"
"""Typed for an end that there is none of."""
_KNOWN = "SELECT item_id FROM listed_item WHERE company_id = $1 AND item_id = ANY($2::text[])"


class PromotionChanges(NamedTuple):
    """What shall be, as it was typed; None: as it is. ``arguments`` by key
    (``domain/promotion_text.py``); of another kind all of them."""

    name: str | None = None
    kind: str | None = None
    arguments: Mapping[str, str] = MappingProxyType({})
    since: str | None = None
    until: str | None = None
    hours: str | None = None
    groups: str | None = None
    coupons: str | None = None
    zones: str | None = None
    priority: str | None = None
    alone: bool | None = None
    times: str | None = None


async def list_promotions(
    db: AsyncConnection, company_id: CompanyId
) -> tuple[PublishedPromotion, ...]:
    """By id, also those that ended."""
    return tuple((await published_rows(db, company_id, DataSet.PROMOTIONS)).values())


async def promotion_of_company(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str
) -> PublishedPromotion:
    """Raises NotFound."""
    found = await find_promotion(db, company_id, promotion_id)
    if found is None:
        raise NotFound(
            f"There is no promotion {promotion_id}.",
            field="promotion_id",
            remedy="See which there are with `central promotion list`, or make it with"
            f" `central promotion set {shlex.quote(promotion_id)} KIND … --name NAME`.",
        )
    return found


async def set_promotion(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    changes: PromotionChanges,
    now_ms: int,
) -> tuple[PublishedPromotion, Put]:
    """Published at once. Raises as ``wanted_promotion``."""
    await lock_published(db, company_id)
    before = await find_promotion(db, company_id, promotion_id)
    wanted = await wanted_promotion(db, company_id, promotion_id, changes, before, now_ms)
    return wanted, await put_row(db, company_id, DataSet.PROMOTIONS, wanted)


async def wanted_promotion(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    changes: PromotionChanges,
    before: PublishedPromotion | None,
    now_ms: int,
) -> PublishedPromotion:
    """``before`` with the changes; a new one begins now where no beginning is stated. Raises
    InvalidField; NotFound where something that is not there shall change, or where it is about an
    item or a department that is not there."""
    if before is None and changes.kind is None:
        before = await promotion_of_company(db, company_id, promotion_id)
    decimals = (await company_money(db, company_id)).decimals
    base = before or _new(promotion_id, changes, now_ms)
    clock = await clock_of_stores(db, company_id)
    wanted = replace(
        base,
        **({} if changes.name is None else {"name": plain_text(changes.name, "name")}),
        **_arguments(base, changes, decimals),
        condition=_condition(base.condition, changes, clock),
        terms=_terms(base.terms, changes),
    )
    await _refuse_unknown_goods(db, company_id, wanted)
    return wanted


async def retire_promotion(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str, now_ms: int
) -> tuple[PublishedPromotion, Put]:
    """It ends now, for ever on record; one that ended already stays as it is. Raises NotFound."""
    await lock_published(db, company_id)
    before = await promotion_of_company(db, company_id, promotion_id)
    if state_at(before, now_ms) is PromotionState.ENDED:
        return before, Put.SAME
    wanted = replace(before, condition=replace(before.condition, until_ms=now_ms))
    return wanted, await put_row(db, company_id, DataSet.PROMOTIONS, wanted)


async def find_promotion(
    db: AsyncConnection, company_id: CompanyId, promotion_id: str
) -> PublishedPromotion | None:
    """As published; None: it never was."""
    found = await published_rows(db, company_id, DataSet.PROMOTIONS, keys=[promotion_id])
    return found.get(promotion_id)


def _new(promotion_id: str, changes: PromotionChanges, now_ms: int) -> PublishedPromotion:
    if changes.name is None:
        raise InvalidField(
            "name: a new promotion needs one.", field="name", remedy="State it: receipts show it."
        )
    made = PromotionId(short_id(promotion_id, "promotion_id"))
    return PublishedPromotion(made, changes.name, "", b"", Condition(from_ms=now_ms))


def _arguments(
    base: PublishedPromotion, changes: PromotionChanges, decimals: int
) -> dict[str, object]:
    """Of the same kind those that are typed take the place of those there are."""
    kind = kind_named(changes.kind or base.kind)
    typed = dict(changes.arguments)
    if kind.code == base.kind:
        typed = {**write_arguments(decode(kind.arguments, base.arguments), decimals), **typed}
    return {"kind": kind.code, "arguments": encode(read_arguments(kind, typed, decimals))}


def _condition(base: Condition, changes: PromotionChanges, clock: str | None) -> Condition:
    made = base
    if changes.since is not None:
        made = replace(made, from_ms=instant_of(changes.since, clock, "from"))
    if changes.until is not None:
        ends = changes.until.strip() not in (NEVER, "")
        made = replace(made, until_ms=instant_of(changes.until, clock, "until") if ends else None)
    if changes.hours is not None:
        made = replace(made, hours=read_hours(changes.hours))
    for name in ("groups", "coupons", "zones"):
        typed = getattr(changes, name)
        if typed is not None:
            made = replace(made, **{name: read_words(typed)})
    refuse_backwards(made)
    return made


def refuse_backwards(asked: Condition) -> None:
    """Raises InvalidField: it would end before it begins."""
    if asked.until_ms is not None and asked.until_ms <= asked.from_ms:
        raise InvalidField(
            "until: it would end before it begins.", field="until", remedy="Correct one of both."
        )


def _terms(base: Terms, changes: PromotionChanges) -> Terms:
    made = base
    if changes.priority is not None:
        typed = changes.priority.strip() or "0"
        priority = whole_number(typed.removeprefix("-"), "priority", 0, TIMES_MAX)
        made = replace(made, priority=-priority if typed.startswith("-") else priority)
    if changes.alone is not None:
        made = replace(made, alone=changes.alone)
    if changes.times is not None:
        times = changes.times.strip()
        most = whole_number(times, "times", 1, TIMES_MAX) if times else None
        made = replace(made, times_max=most)
    return made


async def _refuse_unknown_goods(
    db: AsyncConnection, company_id: CompanyId, wanted: PublishedPromotion
) -> None:
    picks = list(picks_of(decode(kind_named(wanted.kind).arguments, wanted.arguments)))
    named = sorted({item for pick in picks for item in (*pick.items, *pick.but)})
    rows = await (await driver_of(db)).fetch(_KNOWN, company_id, named)
    unknown = sorted(set(named) - {row["item_id"] for row in rows})
    if unknown:
        raise NotFound(
            f"There is no item {unknown[0]}.",
            field="of",
            remedy="See which there are with `central item list`; a department is written"
            " `dept:Bread`.",
        )
    for department in sorted({name for pick in picks for name in pick.departments}):
        if await item_in(db, company_id, department) is None:
            raise NotFound(
                f"No item is in the department {department}.",
                field="of",
                remedy="See how it is written at its items: `central item show ID`.",
            )
