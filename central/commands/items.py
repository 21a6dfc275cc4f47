"""Commands about what is sold. What it costs stands in ``prices.py``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
    putting,
)
from central.commands.options import Item, Since, Words, Zone
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.company import CompanyMoney
    from central.usecases.item.enter import ItemEntered, PriceTyped
    from central.usecases.item.look_up import ItemPage
    from central.usecases.item.set import ItemChanges
    from sync.protocol.identity import CompanyId
    from sync.protocol.reference import Item as ItemRow

item_app = new_group("What is sold.")

Name = Annotated[str | None, typer.Option(help="On receipts; a new item needs one.")]
Department = Annotated[str | None, typer.Option(help="Where it stands in reports.")]
Tax = Annotated[str | None, typer.Option(help="standard, reduced, zero, exempt or out_of_scope.")]
Code = Annotated[
    list[str] | None, typer.Option(help="A scan code; may stand several times: these are all.")
]
NoCodes = Annotated[bool, typer.Option("--no-codes", help="It has no scan code.")]
UnitName = Annotated[str | None, typer.Option(help="each, pack, kg, g, l, ml or m.")]
Cost = Annotated[str | None, typer.Option(help="What one costs the company, such as 3.10.")]
OpenPrice = Annotated[
    bool | None, typer.Option("--open-price/--fixed-price", help="Whether a till may enter one.")
]
Active = Annotated[bool | None, typer.Option("--active/--retired", help="Whether it is sold.")]
Content = Annotated[
    str | None, typer.Option(help="What is in one, such as '330 ml': labels say a price by it.")
]
Price = Annotated[str | None, typer.Option(help="What it is sold for, such as 4.50.")]
Retired = Annotated[bool, typer.Option("--retired", help="Also what is sold no more.")]
After = Annotated[str | None, typer.Option(help="Begin behind the item with this id.")]


@item_app.command("set")
def item_set(
    item_id: Item,
    name: Name = None,
    department: Department = None,
    tax: Tax = None,
    code: Code = None,
    no_codes: NoCodes = False,
    unit: UnitName = None,
    cost: Cost = None,
    open_price: OpenPrice = None,
    active: Active = None,
    content: Content = None,
    price: Price = None,
    since: Since = None,
    zone: Zone = "main",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make an item, or change it: what is left out stays as it is."""
    from central.usecases.item.enter import PriceTyped
    from central.usecases.item.set import ItemChanges

    codes = () if no_codes else tuple(code) if code else None
    changes = ItemChanges(name, department, tax, codes, unit, open_price, None, active, content)
    priced = None if price is None else PriceTyped(price, zone, since)
    _enter(item_id, changes, cost, priced, company, database_url, data)


def _enter(
    item_id: str,
    changes: "ItemChanges",
    cost: str | None,
    price: "PriceTyped | None",
    company: str | None,
    database_url: str | None,
    data: Path | None,
) -> None:
    from central.reports.company import company_money
    from central.usecases.item.enter import enter_item

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[ItemEntered, CompanyMoney]":
        entered = await enter_item(db, company_id, item_id, changes, cost, price, now_ms())
        return entered, await company_money(db, company_id)

    entering = changing(
        company, work, "item_set", item_id, changed=lambda done: done[0].changed, publishing=True
    )
    entered, money = on_database(database_url, data, entering)
    for line in _what_is_missing(entered, database_url, data, company):
        print(line)
    showing = next_command(database_url, data, "item", "show", item_id, company=company)
    print(f"{_stands(entered, money)} Next: `{showing}`.")


def _what_is_missing(
    entered: "ItemEntered", url: str | None, data: Path | None, company: str | None
) -> Iterator[str]:
    """Why no till would sell it yet."""
    item = entered.item
    if item.active and not entered.taxed:
        taxing = next_command(
            url, data, "tax", "set", item.tax_class, "9%", "--from", "2026-01-01", company=company
        )
        yield (
            f"No rate of the tax class {item.tax_class} is in force, and no till sells the item"
            f" before: publish one as in `{taxing}`."
        )
    if item.active and entered.sells_for_minor is None and not item.open_price:
        pricing = next_command(
            url, data, "price", "set", item.item_id, "4.50", "--zone", entered.zone, company=company
        )
        yield (
            f"It has no price in the zone {entered.zone} yet, and no till there sells it before:"
            f" set one as in `{pricing}`."
        )


def _stands(entered: "ItemEntered", money: "CompanyMoney") -> str:
    from sync.protocol.currency import format_money

    item = entered.item
    named = f"{item.name} ({item.item_id})"
    if not entered.changed:
        return f"{named} is so already, and nothing was changed."
    if not item.active:
        return f"{named} is sold no more: {TAKEN}."
    costs = "is set"
    if entered.sells_for_minor is not None:
        costs = f"costs {format_money(entered.sells_for_minor, money.currency)} in {entered.zone}"
    return f"{named} {costs}: {TAKEN}."


@item_app.command("retire")
def item_retire(
    item_id: Item, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Sell an item no more; `item set ITEM --active` brings it back."""
    from central.usecases.feed.put_row import Put
    from central.usecases.item.look_up import item_of_company
    from central.usecases.item.set import ItemChanges, ItemSet, set_item

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> ItemSet:
        await item_of_company(db, company_id, item_id)
        return await set_item(db, company_id, item_id, ItemChanges(active=False))

    retiring = putting(company, work, "item_retired", item_id, put_of=lambda done: done.put)
    done = on_database(database_url, data, retiring)
    back = next_command(database_url, data, "item", "set", item_id, "--active", company=company)
    now = "already, and nothing was changed" if done.put is Put.SAME else "from its next pull on"
    print(f"No store sells {done.item.name} ({item_id}) {now}. Next, to bring it back: `{back}`.")


@item_app.command("show")
def item_show(
    item_id: Item, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """All that is published of an item, with its prices by zone and date."""
    from central.commands.prices import price_lines
    from central.reports.company import company_money
    from central.usecases.item.look_up import item_of_company
    from sync.protocol.currency import format_money

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[ItemRow, CompanyMoney, list[str]]":
        item = await item_of_company(db, company_id, item_id)
        money = await company_money(db, company_id)
        return item, money, await price_lines(db, company_id, item_id, money, now_ms())

    item, money, prices = on_database(database_url, data, looking(company, work))
    cost = item.unit_cost_minor
    for label, value in (
        ("item", f"{item.item_id}{'' if item.active else ', sold no more'}"),
        ("name", item.name),
        ("department", item.department or "none"),
        ("tax class", item.tax_class),
        ("scan codes", ", ".join(item.scan_codes) or "none"),
        ("unit", item.unit),
        ("content", "not known" if item.content is None else str(item.content)),
        ("cost", "not known" if cost is None else format_money(cost, money.currency)),
        ("price", "a till may enter one" if item.open_price else "as published"),
    ):
        print(f"{label:<11} {value}")
    for line in prices:
        print(line)
    setting = next_command(database_url, data, "item", "set", "--help")
    print(f"{item.name} has {len(prices)} prices. Next: `{setting}` says how it is changed.")


@item_app.command("list")
def item_list(
    words: Words = None,
    retired: Retired = False,
    after: After = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Items by name, with what they cost now in the main zone: 50 at a time."""
    from central.domain.feeds import MAIN_ZONE
    from central.reports.company import company_money
    from central.usecases.item.look_up import FIRST, list_items, place_of
    from central.usecases.price.look_up import prices_in_force
    from sync.protocol.currency import format_money

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[ItemPage, dict[str, int], CompanyMoney]":
        begin = FIRST if after is None else await place_of(db, company_id, after)
        found = await list_items(db, company_id, " ".join(words or ()), begin, retired=retired)
        ids = [item.item_id for item in found.items]
        prices = await prices_in_force(db, company_id, ids, MAIN_ZONE, now_ms())
        return found, prices, await company_money(db, company_id)

    found, prices, money = on_database(database_url, data, looking(company, work))
    for item in found.items:
        price = prices.get(item.item_id)
        costs = "no price" if price is None else format_money(price, money.currency)
        print(f"{item.item_id}  {item.name}  {costs}{'' if item.active else ', sold no more'}")
    first = found.items[0].item_id if found.items else None
    then = ["show", first] if first else ["set", "--help"]
    told = "all that there are"
    if found.after is not None:
        more = ["--retired"] if retired else []
        then = ["list", *(words or ()), *more, "--after", found.after[1]]
        told = "and there are more"
    following = next_command(database_url, data, "item", *then, company=company if first else None)
    print(f"{len(found.items)} items are listed, {told}. Next: `{following}`.")
