"""Makes a tier, or changes it; puts a customer in one by hand."""

from datetime import date
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.fields import plain_text, short_id
from central.domain.loyalty_decided import CustomerTierSet
from central.domain.times_text import times_of
from central.domain.typed import minor_of
from central.reports.company import company_money
from central.usecases.customer.join import refuse_unknown
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.loyalty.owe import owe_everybody
from sync.protocol.bounds import DATE_MAX
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.loyalty import KEPT_MONTHS_MAX, LoyaltyTier
from sync.protocol.reference import DataSet

TIERS_MAX = 20


class TierChanges(NamedTuple):
    """What shall be, as it was typed; None: as it is. ``times``: how often points are earned."""

    name: str | None = None
    spend: str | None = None
    times: str | None = None
    kept_months: int | None = None


async def list_tiers(db: AsyncConnection, company_id: CompanyId) -> tuple[LoyaltyTier, ...]:
    """The highest first."""
    found = (await published_rows(db, company_id, DataSet.LOYALTY_TIERS)).values()
    return tuple(sorted(found, key=lambda one: (-one.from_minor, one.tier)))


async def set_tier(
    db: AsyncConnection, company_id: CompanyId, tier: str, changes: TierChanges
) -> tuple[LoyaltyTier, Put]:
    """A new one needs a name and a spend. Raises InvalidField."""
    await lock_published(db, company_id)
    held = {one.tier: one for one in await list_tiers(db, company_id)}
    if tier not in held and len(held) >= TIERS_MAX:
        raise InvalidField(
            f"tier: a company has at most {TIERS_MAX}.", field="tier", remedy="Retire one first."
        )
    decimals = (await company_money(db, company_id)).decimals
    wanted = held.get(tier) or _new(tier, changes)
    if changes.name is not None:
        wanted = replace(wanted, name=plain_text(changes.name, "name"))
    if changes.spend is not None:
        wanted = replace(wanted, from_minor=minor_of(changes.spend, decimals, "spend"))
    if changes.times is not None:
        wanted = replace(wanted, multiplier=times_of(changes.times, "times"))
    if changes.kept_months is not None:
        wanted = replace(wanted, kept_months=_months(changes.kept_months))
    put = await put_row(db, company_id, DataSet.LOYALTY_TIERS, wanted)
    if put is not Put.SAME:
        await owe_everybody(db, company_id)
    return wanted, put


async def retire_tier(db: AsyncConnection, company_id: CompanyId, tier: str) -> LoyaltyTier:
    """Nobody is in it any more. Raises NotFound."""
    await lock_published(db, company_id)
    found = await tier_of_company(db, company_id, tier)
    gone = [PublishedRow(tier, None)]
    await publish(db, company_id, DataSet.LOYALTY_TIERS, SHARED, gone)
    await owe_everybody(db, company_id)
    return found


async def tier_of_company(db: AsyncConnection, company_id: CompanyId, tier: str) -> LoyaltyTier:
    """Raises NotFound."""
    for one in await list_tiers(db, company_id):
        if one.tier == tier:
            return one
    raise NotFound(
        f"There is no tier {tier}.",
        field="tier",
        remedy="See which there are with `central loyalty tier list`.",
    )


async def put_in_tier(
    db: AsyncConnection,
    company_id: CompanyId,
    customer_id: CustomerId,
    tier: str,
    until: date | None,
    why: tuple[str, str],
    now_ms: int,
) -> None:
    """They are in it through ``until`` (None: for good), whatever they spend; in a higher one as
    long as they spend for it. An empty ``tier`` takes back what was said so. ``why``: a reason, and
    who says so. Raises InvalidField, NotFound."""
    reason = plain_text(why[0], "reason")
    await lock_decisions(db)
    await refuse_unknown(await driver_of(db), company_id, (customer_id,))
    if tier:
        await tier_of_company(db, company_id, tier)
    said = CustomerTierSet(customer_id, tier, reason, why[1], until or DATE_MAX)
    await decide(db, company_id, [said], now_ms)


def _new(tier: str, changes: TierChanges) -> LoyaltyTier:
    for field in ("name", "spend"):
        if getattr(changes, field) is None:
            raise InvalidField(
                f"{field}: a new tier needs one.", field=field, remedy="State it as well."
            )
    return LoyaltyTier(short_id(tier, "tier"), tier, 0)


def _months(months: int) -> int:
    if 0 <= months <= KEPT_MONTHS_MAX:
        return months
    raise InvalidField(
        f"kept: it must be from 0 to {KEPT_MONTHS_MAX} months.", field="kept", remedy="Correct it."
    )
