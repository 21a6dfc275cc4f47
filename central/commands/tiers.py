"""Commands about tiers, and about what multiplies points."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
    CompanyName,
    Folder,
    Url,
    changing,
    in_words,
    looking,
    next_command,
    on_database,
    putting,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.usecases.feed.put_row import Put
    from sync.protocol.identity import CompanyId
    from sync.protocol.loyalty import LoyaltyTier, PointsRule

tier_app = new_group("Tiers: reached by what somebody spends, kept for a while.")
times_app = new_group("What multiplies the points of some goods, or at some hours.")

Tier = Annotated[str, typer.Argument(metavar="TIER", help="Its word: short and lasting.")]
Rule = Annotated[str, typer.Argument(metavar="RULE", help="Its id: short and lasting.")]
Name = Annotated[str | None, typer.Option(help="For people; a new one needs one.")]
Times = Annotated[str | None, typer.Option(help="How often points are earned, such as 1.5.")]


@tier_app.command("list")
def tier_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every tier, the highest first."""
    from central.reports.company import company_money
    from central.usecases.loyalty.tier import list_tiers

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[LoyaltyTier, ...], int]":
        money = await company_money(db, company_id)
        return await list_tiers(db, company_id), money.decimals

    found, decimals = on_database(database_url, data, looking(company, read))
    for one in found:
        print(_tier(one, decimals))
    example = ("gold", "--name", "Gold", "--spend", "2000.00", "--times", "1.5", "--kept", "12")
    making = ("loyalty", "tier", "set", *example)
    following = next_command(database_url, data, *making, company=company)
    print(f"There are {len(found)} tiers. Next: `{following}`.")


@tier_app.command("set")
def tier_set(
    tier: Tier,
    name: Name = None,
    spend: Annotated[
        str | None, typer.Option(help="Reached with so much within the window, such as 2000.00.")
    ] = None,
    times: Times = None,
    kept: Annotated[
        int | None, typer.Option(help="Kept so many months after the last day it was reached.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a tier, or change it: what is left out stays as it is."""
    from central.reports.company import company_money
    from central.usecases.loyalty.tier import TierChanges, set_tier

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[LoyaltyTier, Put, int]":
        decimals = (await company_money(db, company_id)).decimals
        changes = TierChanges(name, spend, times, kept)
        return *await set_tier(db, company_id, tier, changes), decimals

    setting = putting(company, work, "loyalty_tier_set", tier, put_of=lambda done: done[1])
    found, put, decimals = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "loyalty", "tier", "list", company=company)
    print(f"{_tier(found, decimals)}: {in_words(put)}. Next: `{listing}`.")


@tier_app.command("retire")
def tier_retire(
    tier: Tier, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a tier away: nobody is in it any more."""
    from central.usecases.loyalty.tier import retire_tier

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "LoyaltyTier":
        return await retire_tier(db, company_id, tier)

    retiring = changing(company, work, "loyalty_tier_retired", tier, publishing=True)
    on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "loyalty", "tier", "list", company=company)
    print(f"Nobody is in {tier} any more: {TAKEN}. Next: `{listing}`.")


@times_app.command("list")
def times_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every rule, and when it holds."""
    from central.usecases.loyalty.rule import list_rules
    from central.usecases.price.look_up import clock_of_stores

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[PointsRule, ...], str | None]":
        return await list_rules(db, company_id), await clock_of_stores(db, company_id)

    found, clock = on_database(database_url, data, looking(company, read))
    for one in found:
        print(_rule(one, clock))
    example = ("TUE", "--name", "Double on Tuesday", "--times", "2", "--hours", "tue 0:00-24:00")
    making = ("loyalty", "times", "set", *example)
    following = next_command(database_url, data, *making, company=company)
    print(f"There are {len(found)} rules. Next: `{following}`.")


@times_app.command("set")
def times_set(
    rule: Rule,
    name: Name = None,
    times: Times = None,
    of: Annotated[
        str | None, typer.Option(help="Which goods, such as 'BUN, dept:Bread'; all: everything.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Such as 2026-12-01T06:00.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it is over, or never.")
    ] = None,
    hours: Annotated[str | None, typer.Option(help="Such as 'tue 0:00-24:00'.")] = None,
    groups: Annotated[str | None, typer.Option(help="Of customers, commas between.")] = None,
    zones: Annotated[str | None, typer.Option(help="Of prices, commas between.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a rule, or change it: what is left out stays as it is."""
    from central.usecases.loyalty.rule import RuleChanges, set_rule
    from central.usecases.price.look_up import clock_of_stores

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[PointsRule, Put, str | None]":
        changes = RuleChanges(name, times, of, since, until, hours, groups, zones)
        made = await set_rule(db, company_id, rule, changes)
        return *made, await clock_of_stores(db, company_id)

    setting = putting(company, work, "points_rule_set", rule, put_of=lambda done: done[1])
    found, put, clock = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "loyalty", "times", "list", company=company)
    print(f"{_rule(found, clock)}: {in_words(put)}. Next: `{listing}`.")


@times_app.command("retire")
def times_retire(
    rule: Rule, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a rule away."""
    from central.usecases.loyalty.rule import retire_rule

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "PointsRule":
        return await retire_rule(db, company_id, rule)

    retiring = changing(company, work, "points_rule_retired", rule, publishing=True)
    on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "loyalty", "times", "list", company=company)
    print(f"{rule} multiplies nothing any more: {TAKEN}. Next: `{listing}`.")


def _tier(one: "LoyaltyTier", decimals: int) -> str:
    from central.domain.times_text import times_in_words
    from sync.protocol.money import format_minor

    return (
        f"{one.tier}  {one.name}  from {format_minor(one.from_minor, decimals)}, points"
        f" {times_in_words(one.multiplier)} x, kept {one.kept_months} months"
    )


def _rule(one: "PointsRule", clock: str | None) -> str:
    from central.domain.promotion_text import condition_words, write_pick
    from central.domain.times_text import times_in_words
    from sync.protocol.promotions.shape import PLAIN_TERMS

    when = ", ".join(condition_words(one.condition, PLAIN_TERMS, clock))
    goods = write_pick(one.of)
    return f"{one.rule_id}  {one.name}  {times_in_words(one.multiplier)} x of {goods}  {when}"
