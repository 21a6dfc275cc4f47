"""Commands about what tills ask and read: rules of items, and the codes that scales print."""

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
from central.commands.options import Item
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.usecases.feed.put_row import Put
    from sync.protocol.identity import CompanyId
    from sync.protocol.labels.scale import ScaleCode
    from sync.protocol.reference import ItemRule

rule_app = new_group("What is asked, or must not be, where an item is sold.")
scale_app = new_group("Codes that scales print: with a weight or a price in them.")

PictureText = Annotated[
    str, typer.Argument(metavar="PICTURE", help="13 letters, such as 21IIIIIVPPPPC.")
]


@rule_app.command("set")
def rule_set(
    item_id: Item,
    age: Annotated[int, typer.Option(help="Proof of this age is asked for; 0: of none.")] = 0,
    barred: Annotated[
        str | None, typer.Option(help="When it is not sold, such as 22:30-07:00.")
    ] = None,
    serial: Annotated[bool, typer.Option("--serial", help="Its serial number is asked for.")] = (
        False
    ),
    lot: Annotated[bool, typer.Option("--lot", help="Its lot is asked for.")] = False,
    along: Annotated[
        str | None,
        typer.Option("--with", help="What is sold along with each: an item, or ITEM:2."),
    ] = None,
    may_be_left_out: Annotated[
        bool, typer.Option("--may-be-left-out", help="Who does not want that need not have it.")
    ] = False,
    loads: Annotated[
        str | None,
        typer.Option(help="gift_value: what is paid for it becomes value on a gift card."),
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say all of an item's rule; what is left out is not asked."""
    from central.usecases.item.rule import RuleTyped, rule_said, set_rule

    typed = RuleTyped(age, barred, serial, lot, along, may_be_left_out, loads)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[ItemRule, Put]":
        return await set_rule(db, company_id, item_id, typed)

    setting = putting(company, work, "rule_set", item_id, put_of=lambda done: done[1])
    rule, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "rule", "list", company=company)
    print(f"{rule.item_id}: {rule_said(rule)}: {in_words(put)}. Next: `{listing}`.")


@rule_app.command("list")
def rule_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every item with a rule."""
    from central.usecases.item.rule import list_rules, rule_said

    rules = on_database(database_url, data, looking(company, list_rules))
    for rule in rules:
        print(f"{rule.item_id}  {rule_said(rule)}")
    listing = next_command(database_url, data, "scale", "list", company=company)
    print(f"Items with a rule: {len(rules)}. Next: `{listing}`.")


@rule_app.command("show")
def rule_show(
    item_id: Item, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """An item's rule, as `central rule set` takes it."""
    from central.usecases.item.rule import rule_of, rule_said

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "ItemRule":
        return await rule_of(db, company_id, item_id)

    rule = on_database(database_url, data, looking(company, work))
    listing = next_command(database_url, data, "rule", "list", company=company)
    print(f"{rule.item_id}: {rule_said(rule)}. Next: `{listing}`.")


@rule_app.command("retire")
def rule_retire(
    item_id: Item, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take an item's rule away: it is sold like any other."""
    from central.usecases.item.rule import retire_rule

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "ItemRule":
        return await retire_rule(db, company_id, item_id)

    retiring = changing(company, work, "rule_retired", item_id, publishing=True)
    gone = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "rule", "list", company=company)
    print(f"{gone.item_id} has no rule any more: {TAKEN}. Next: `{listing}`.")


@scale_app.command("set")
def scale_set(
    picture: PictureText,
    step: Annotated[
        int,
        typer.Option(help="What one of the last digit is: minor units, or thousandths (grams)."),
    ] = 1,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say how a scale builds its codes: I the item, V the verifier, P price or W weight, C."""
    from central.usecases.scale.set import set_scale_code

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[ScaleCode, Put]":
        return await set_scale_code(db, company_id, picture, step)

    setting = putting(company, work, "scale_set", picture, put_of=lambda done: done[1])
    done, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "scale", "list", company=company)
    print(f"{_scale(done)}: {in_words(put)}. Next: `{listing}`.")


def _scale(code: "ScaleCode") -> str:
    return f"{code.picture} in steps of {code.step:,}"


@scale_app.command("list")
def scale_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every picture that tills read codes by."""
    from central.usecases.scale.set import list_scale_codes

    codes = on_database(database_url, data, looking(company, list_scale_codes))
    for code in codes:
        print(_scale(code))
    listing = next_command(database_url, data, "rule", "list", company=company)
    print(f"Pictures: {len(codes)}. Next: `{listing}`.")


@scale_app.command("show")
def scale_show(
    picture: PictureText, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """One picture."""
    from central.usecases.scale.set import scale_code_of

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "ScaleCode":
        return await scale_code_of(db, company_id, picture)

    code = on_database(database_url, data, looking(company, work))
    listing = next_command(database_url, data, "scale", "list", company=company)
    print(f"{_scale(code)}. Next: `{listing}`.")


@scale_app.command("retire")
def scale_retire(
    picture: PictureText, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a picture away: codes like it mean nothing any more."""
    from central.usecases.scale.set import retire_scale_code

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "ScaleCode":
        return await retire_scale_code(db, company_id, picture)

    retiring = changing(company, work, "scale_retired", picture, publishing=True)
    gone = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "scale", "list", company=company)
    print(f"{_scale(gone)} is no more: {TAKEN}. Next: `{listing}`.")
