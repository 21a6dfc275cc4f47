"""The command that signs a store's day off."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    next_command,
    now_ms,
    on_database,
)
from central.commands.options import As
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.signed import DaySigned
    from central.reports.company import CompanyMoney
    from sync.protocol.identity import CompanyId


def sign(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    business_date: Annotated[str, typer.Argument(metavar="DATE", help="As 2026-11-23.")],
    exception: Annotated[
        str, typer.Option(help="Of a day that is not proven: by how much it is off, as -12.00.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why that is accepted, as it is written down.")] = "",
    person: As = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Sign a proven day off; its figures stand from then on, and what comes later beside them."""
    from central.domain.typed import date_of
    from central.reports.company import company_money, store_of_company
    from central.usecases.day.sign_off import accepted, sign_off
    from sync.protocol.figures import owed_minor
    from sync.protocol.money import format_minor

    async def signing(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[DaySigned, CompanyMoney]":
        money = await company_money(db, company_id)
        found = await store_of_company(db, company_id, store)
        excepted = accepted(exception, reason, money.decimals)
        asked = (found, date_of(business_date, "date"), excepted)
        return await sign_off(db, company_id, *asked, acting_user(person), now_ms()), money

    said = (f"{store} {business_date}", f"{exception} {reason}".strip())
    work = changing(company, signing, "day_signed", *said, person=person)
    done, money = on_database(database_url, data, work)
    total = format_minor(owed_minor(done.counted), money.decimals)
    again = "" if done.signing == 1 else f", for the {done.signing}. time"
    why = f", with an exception ({done.exception})" if done.exception else ""
    verifying = next_command(database_url, data, "verify")
    print(
        f"{store} on {business_date} is signed off{again}{why}: {done.counted.transactions:,}"
        f" receipts, {total} {money.currency}. What arrives of it later stands beside that as a"
        f" correction. Next: `{verifying}`."
    )
