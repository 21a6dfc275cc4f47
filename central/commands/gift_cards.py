"""Commands about gift cards and credit notes: numbers to print, a card's history, what is owed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    changing,
    in_one_sentence,
    looking,
    next_command,
    now_ms,
    on_database,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.company import CompanyMoney
    from central.reports.value import Move, Value
    from sync.protocol.identity import CompanyId

gift_cards_app = new_group("Gift cards and credit notes: numbers, histories, what is owed.")

MADE_MAX = 100_000
FILE_MODE = 0o600


@gift_cards_app.command("make")
def gift_cards_make(
    count: Annotated[int, typer.Argument(metavar="COUNT", min=1, max=MADE_MAX)],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX, as its name ends.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make numbers of gift cards, to be printed. They are kept nowhere else: whoever has a number
    has what is loaded on it."""
    import secrets

    from central.usecases.goods.write_table import refuse_name, write_table
    from sync.protocol.cards import RANDOM_BITS, card_number

    async def work(_db: "AsyncConnection", _company_id: "CompanyId") -> None:
        """Only that it was done is written down."""

    with in_one_sentence():
        refuse_name(file)
    on_database(
        database_url, data, changing(company, work, "gift_cards_made", file.name, str(count))
    )
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        numbers[card_number(secrets.randbits(RANDOM_BITS))] = None
    with in_one_sentence():
        file.touch()
        file.chmod(FILE_MODE)
        write_table(file, ("number",), ((number,) for number in numbers))
    example = ("GIFT", "--loads", "gift_value")
    ruling = next_command(database_url, data, "rule", "set", *example, company=company)
    print(f"{file} has {count:,} numbers: keep it safe. Next, which item loads one: `{ruling}`.")


@gift_cards_app.command("show")
def gift_cards_show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Of a card or a credit note.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """What is on a card, and every receipt that put it there or took it off."""
    from central.reports.company import company_money
    from central.reports.value import value_history, value_last_day
    from central.usecases.grant.name_card import card_named
    from sync.protocol.money import format_minor

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[tuple[Move, ...], date | None, CompanyMoney]":
        card = card_named(company_id, number)
        moves = await value_history(db, company_id, card.kind, card.account_id)
        last_day = await value_last_day(db, company_id, card.kind, card.account_id)
        return moves, last_day, await company_money(db, company_id)

    moves, last_day, money = on_database(database_url, data, looking(company, read))
    for one in moves:
        amount = format_minor(one.amount_minor, money.decimals)
        print(f"{one.business_date}  {one.store_code}  {one.receipt_number}  {amount}")
    owed = next_command(database_url, data, "gift-cards", "liability", company=company)
    if not moves:
        print(f"Nothing was ever loaded on it, as far as stores told. Next: `{owed}`.")
        return
    left = format_minor(sum(one.amount_minor for one in moves), money.decimals)
    until = "" if last_day is None else f", good until {last_day}"
    print(f"{money.currency} {left} is on it{until}. Next, what is owed in all: `{owed}`.")


@gift_cards_app.command("liability")
def gift_cards_liability(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """What is owed on gift cards and as store credit, by kind and by store."""
    from central.reports.company import company_money
    from central.reports.grants import outstanding_grants
    from central.reports.loyalty_program import today_everywhere
    from central.reports.value import value_owed
    from sync.protocol.money import format_minor

    async def read(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Value, CompanyMoney]":
        now = now_ms()
        grants = await outstanding_grants(db, company_id, now)
        today = await today_everywhere(db, company_id, now)
        found = await value_owed(db, company_id, grants.stores, today)
        return found, await company_money(db, company_id)

    found, money = on_database(database_url, data, looking(company, read))

    def said(minor: int) -> str:
        return format_minor(minor, money.decimals)

    for one in found.stores:
        print(
            f"{one.store_code}  {one.kind}: {said(one.issued_minor)} put in,"
            f" {said(one.spent_minor)} spent; {said(one.held_minor)} may be spent there offline"
        )
    for kind in found.kinds:
        print(
            f"{kind.kind}: {said(kind.issued_minor)} put in, {said(kind.spent_minor)} spent,"
            f" {said(kind.outstanding_minor)} owed on {kind.accounts:,} accounts,"
            f" of it {said(kind.expired_minor)} past its last day"
        )
    owed = said(sum(kind.outstanding_minor for kind in found.kinds))
    granted = next_command(database_url, data, "grants", company=company)
    print(f"{money.currency} {owed} is owed in value. Next, where it may be spent: `{granted}`.")
