"""Commands about what items cost: in which zone, from when."""

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
    now_ms,
    on_database,
    putting,
)
from central.commands.options import Amount, Item, Since, Zone
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.company import CompanyMoney
    from central.usecases.price.look_up import PriceAt
    from central.usecases.price.set import PriceSet
    from sync.protocol.identity import CompanyId

price_app = new_group("What items cost.")


async def price_lines(
    db: "AsyncConnection",
    company_id: "CompanyId",
    item_id: str,
    money: "CompanyMoney",
    at_ms: int,
) -> list[str]:
    """An item's prices by zone and time, a line each; ``--from`` takes the time as it stands."""
    from central.usecases.price.look_up import prices_of_item

    lines = []
    for price in await prices_of_item(db, company_id, item_id, at_ms):
        costs, since = await _said(db, company_id, price, money)
        begun = "in force" if price.in_force else "over"
        when = "to come" if price.effective_from_ms > at_ms else begun
        lines.append(f"{price.zone}  {costs}  from {since}  {when}")
    return lines


async def _said(
    db: "AsyncConnection", company_id: "CompanyId", price: "PriceAt", money: "CompanyMoney"
) -> tuple[str, str]:
    from central.domain.typed import local_time
    from central.usecases.price.look_up import clock_of_zone
    from sync.protocol.currency import format_money

    clock = await clock_of_zone(db, company_id, price.zone)
    return format_money(price.unit_price_minor, money.currency), local_time(
        price.effective_from_ms, clock
    )


@price_app.command("set")
def price_set(
    item_id: Item,
    amount: Amount,
    since: Since = None,
    zone: Zone = "main",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what an item costs in a zone, from now or from a date on."""
    from central.reports.company import company_money
    from central.usecases.item.enter import PriceTyped, price_wanted
    from central.usecases.price.set import set_price

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[PriceSet, tuple[str, str]]":
        money = await company_money(db, company_id)
        typed = PriceTyped(amount, zone, since)
        wanted = await price_wanted(db, company_id, typed, money.decimals)
        done = await set_price(db, company_id, item_id, wanted, now_ms())
        return done, await _said(db, company_id, done.price, money)

    detail = f"{amount} in {zone} from {since or 'now'}"
    setting = putting(company, work, "price_set", item_id, detail, put_of=lambda done: done[0].put)
    done, (costs, begins) = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "price", "list", item_id, company=company)
    print(
        f"{done.item.name} ({item_id}) costs {costs} in {zone} from {begins}:"
        f" {in_words(done.put)}. Next: `{listing}`."
    )


@price_app.command("list")
def price_list(
    item_id: Item, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """An item's prices by zone and date, those to come among them."""
    from central.reports.company import company_money
    from central.usecases.item.look_up import item_of_company

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> list[str]:
        await item_of_company(db, company_id, item_id)
        money = await company_money(db, company_id)
        return await price_lines(db, company_id, item_id, money, now_ms())

    lines = on_database(database_url, data, looking(company, work))
    for line in lines:
        print(line)
    showing = next_command(database_url, data, "item", "show", item_id, company=company)
    print(f"{item_id} has {len(lines)} prices. Next: `{showing}`.")


@price_app.command("show")
def price_show(
    item_id: Item,
    zone: Zone = "main",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """What an item costs now in one zone."""
    from central.reports.company import company_money
    from central.usecases.item.look_up import item_of_company
    from central.usecases.price.look_up import prices_in_force
    from sync.protocol.currency import format_money

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> str:
        await item_of_company(db, company_id, item_id)
        money = await company_money(db, company_id)
        found = await prices_in_force(db, company_id, [item_id], zone, now_ms())
        if item_id not in found:
            return "has no price"
        return f"costs {format_money(found[item_id], money.currency)}"

    costs = on_database(database_url, data, looking(company, work))
    listing = next_command(database_url, data, "price", "list", item_id, company=company)
    print(f"{item_id} {costs} in the zone {zone} now. Next: `{listing}`.")


@price_app.command("retire")
def price_retire(
    item_id: Item,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="As `price list` shows it.")
    ] = None,
    zone: Zone = "main",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take a price away: the one before it holds again."""
    from central.domain.typed import instant_of
    from central.reports.company import company_money
    from central.usecases.price.look_up import clock_of_zone
    from central.usecases.price.retire import retire_price

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> tuple[str, str]:
        clock = await clock_of_zone(db, company_id, zone)
        from_ms = None if since is None else instant_of(since, clock, "from")
        gone = await retire_price(db, company_id, item_id, zone, from_ms, now_ms())
        return await _said(db, company_id, gone, await company_money(db, company_id))

    retiring = changing(
        company, work, "price_retired", item_id, f"{zone} from {since}", publishing=True
    )
    costs, begins = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "price", "list", item_id, company=company)
    print(f"{item_id} costs {costs} in {zone} from {begins} no more: {TAKEN}. Next: `{listing}`.")


@price_app.command("zone")
def price_zone(
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="Its name, such as airport.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let prices be set in a zone before its first store follows it."""
    from central.usecases.feed.price_zones import declare_zone

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        return await declare_zone(db, company_id, zone)

    declaring = changing(company, work, "price_zone_declared", zone, changed=bool)
    now = "now" if on_database(database_url, data, declaring) else "already"
    pricing = next_command(database_url, data, "price", "set", "--help")
    print(f"There is a price zone {zone} {now}. Next: `{pricing}`.")
