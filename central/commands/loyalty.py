"""Commands about the loyalty programme: points that are given and that run out, who is in a tier by
hand, and a customer's statement. Tiers themselves stand in ``tiers.py``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    SAME,
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    in_one_sentence,
    looking,
    next_command,
    now_ms,
    on_database,
)
from central.commands.tiers import Tier, tier_app, times_app
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.loyalty_program import Program
    from central.reports.points_statement import Statement
    from sync.protocol.identity import CompanyId

loyalty_app = new_group("The loyalty programme: tiers, points that are given, points that run out.")
loyalty_app.add_typer(tier_app, name="tier")
loyalty_app.add_typer(times_app, name="times")

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="A customer's id.")]
Reason = Annotated[str, typer.Option(help="As it is written down.")]
Entered = Annotated[int | None, typer.Option(help="Points for being entered at a till; 0: none.")]


@loyalty_app.command("show")
def loyalty_show(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """How the programme goes, and who said so."""
    from central.reports.loyalty_program import NO_PROGRAM, loyalty_program

    found = on_database(database_url, data, looking(company, loyalty_program))
    print(_program(found))
    if found == NO_PROGRAM:
        example = ("--welcome", "100", "--expiry", "earned", "--months", "24", "--reason", "2027")
        setting = next_command(database_url, data, "loyalty", "set", *example, company=company)
        print(f"Nobody said anything of it. Next: `{setting}`.")
        return
    listing = next_command(database_url, data, "loyalty", "tier", "list", company=company)
    print(f"Since {found.since}: {found.reason} ({found.decided_by}). Next: `{listing}`.")


@loyalty_app.command("set")
def loyalty_set(
    reason: Reason,
    window: Annotated[
        int | None, typer.Option(help="Months whose spend counts for a tier.")
    ] = None,
    welcome: Annotated[
        int | None, typer.Option(help="Points for a customer's first receipt; 0: none.")
    ] = None,
    birthday: Annotated[
        int | None, typer.Option(help="Points in the month of birth, each year; 0: none.")
    ] = None,
    entered: Entered = None,
    expiry: Annotated[
        str | None,
        typer.Option(help="Points run out: never, earned (so long after) or idle (no receipt)."),
    ] = None,
    months: Annotated[
        int | None, typer.Option(help="After so many months, at the end of the month.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say how the programme goes: what is left out stays as it is."""
    from central.domain.points_expiry import Expiry
    from central.domain.typed import one_of
    from central.usecases.loyalty.program import ProgramChanges, set_program

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Program, bool]":
        when = None if expiry is None else one_of(Expiry, expiry, "expiry")
        changes = ProgramChanges(window, welcome, birthday, when, months, entered)
        return await set_program(db, company_id, changes, (reason, acting_user()), now_ms())

    setting = changing(
        company, work, "loyalty_program_set", "points", reason, changed=lambda done: done[1]
    )
    found, changed = on_database(database_url, data, setting)
    told = "customers are looked at by it from now on" if changed else SAME
    listing = next_command(database_url, data, "loyalty", "show", company=company)
    print(f"{_program(found)}: {told}. Next: `{listing}`.")


@loyalty_app.command("put")
def loyalty_put(
    customer: Customer,
    tier: Tier,
    reason: Reason,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day; left out: for good.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Put a customer in a tier, whatever they spend."""
    from central.domain.typed import date_of

    last = None if until is None else date_of(until, "until")
    _put(customer, tier, last, reason, company, database_url, data)


@loyalty_app.command("leave")
def loyalty_leave(
    customer: Customer,
    reason: Reason,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take back what was said of a customer's tier: what they spend counts alone."""
    _put(customer, "", None, reason, company, database_url, data)


@loyalty_app.command("give")
def loyalty_give(
    customer: Customer,
    points: Annotated[int, typer.Argument(metavar="POINTS", min=1)],
    reason: Reason,
    once: Annotated[
        str | None,
        typer.Option(help="What it is called: under one name a customer is given it once."),
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give a customer points; stores are given rights to them as to any others."""
    from central.domain.customer import customer_id_of
    from central.usecases.loyalty.give import give_by_hand

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        who = customer_id_of(customer, "customer")
        why = (reason, acting_user())
        return await give_by_hand(db, company_id, who, points, once, why, now_ms())

    giving = changing(company, work, "points_given", customer, f"{points}: {reason}", changed=bool)
    given = on_database(database_url, data, giving)
    told = f"{points:,} points are given" if given else SAME
    following = next_command(database_url, data, "loyalty", "statement", customer, company=company)
    print(f"{customer}: {told}. Next: `{following}`.")


@loyalty_app.command("born")
def loyalty_born(
    customer: Customer,
    month: Annotated[int, typer.Argument(metavar="MONTH", help="1 to 12.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say in which month a customer was born: kept sealed, and forgotten with the customer."""
    from central.domain.customer import customer_id_of
    from central.usecases.loyalty.give import set_birth_month

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> None:
        who = customer_id_of(customer, "customer")
        await set_birth_month(db, company_id, who, month, acting_user(), now_ms())

    saying = changing(company, work, "birth_month_set", customer)
    on_database(database_url, data, saying)
    following = next_command(database_url, data, "loyalty", "show", company=company)
    print(f"{customer}: it is kept under their key. Next: `{following}`.")


@loyalty_app.command("statement")
def loyalty_statement(
    customer: Customer,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as .csv, .tsv or .xlsx.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Everything that moved a customer's points, and the balance after each."""
    from central.domain.customer import customer_id_of
    from central.reports.points_statement import HEADER, points_statement, row_of
    from central.usecases.goods.write_table import refuse_name, write_table

    async def read(db: "AsyncConnection", company_id: "CompanyId") -> "Statement":
        return await points_statement(db, company_id, customer_id_of(customer, "customer"))

    with in_one_sentence():
        if to is not None:
            refuse_name(to)
    found = on_database(database_url, data, looking(company, read))
    rows = [row_of(line) for line in found.lines]
    if to is not None:
        write_table(to, HEADER, rows)
    for row in rows if to is None else ():
        print("  ".join(cell for cell in row if cell))
    written = f", written to {to}" if to is not None else ""
    finding = next_command(database_url, data, "customers", "find", customer, company=company)
    print(f"{len(rows)} movements{written}: {found.balance:,} points. Next: `{finding}`.")


def _put(
    customer: str,
    tier: str,
    until: "date | None",
    reason: str,
    company: str | None,
    url: str | None,
    data: Path | None,
) -> None:
    from central.domain.customer import customer_id_of
    from central.usecases.loyalty.tier import put_in_tier

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> None:
        who = customer_id_of(customer, "customer")
        why = (reason, acting_user())
        await put_in_tier(db, company_id, who, tier, until, why, now_ms())

    on_database(url, data, changing(company, work, "customer_tier_set", customer, tier or reason))
    said = f"is in {tier}" if tier else "is in the tier that they spend for"
    last_day = f" through {until}" if until else ""
    following = next_command(url, data, "loyalty", "tier", "list", company=company)
    print(f"{customer} {said}{last_day}. Next: `{following}`.")


def _program(found: "Program") -> str:
    expiry = found.expiry
    ends = {
        "never": "points never run out",
        "earned": f"points run out {expiry.months} months after they were earned",
        "idle": f"points run out after {expiry.months} months without a receipt",
    }[expiry.expiry.value]
    return (
        f"Tiers go by the spend of {found.window_months} months; {found.welcome_points:,} points"
        f" for a first receipt, {found.entered_points:,} for being entered at a till,"
        f" {found.birthday_points:,} in the month of birth; {ends}"
    )
