"""Commands about how tenders are taken: terminals, PayNow, vouchers, foreign cash."""

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
from central.commands.taxes import TenderName, tender_app
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.usecases.feed.put_row import Put
    from sync.protocol.identity import CompanyId
    from sync.protocol.paying import ForeignCurrency, PaymentWay, VoucherType

currency_app = new_group("What foreign cash is worth at the tills.")

Currency = Annotated[str, typer.Argument(metavar="CURRENCY", help="Three letters, such as USD.")]
Into = Annotated[str, typer.Option(help="The stores' own currency.")]


@tender_app.command("way")
def tender_way(
    tender_id: TenderName,
    through: Annotated[str, typer.Option(help="Who is asked for it: terminal or paynow.")],
    online_only: Annotated[
        bool, typer.Option("--online-only", help="Never without asking the bank, as NETS is.")
    ] = False,
    uen: Annotated[str, typer.Option(help="Whom PayNow pays, such as 201403121W.")] = "",
    payee: Annotated[str, typer.Option(help="The name that the customer's bank shows.")] = "",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say who is asked for what a tender pays; the tills then ask by themselves."""
    from central.usecases.tender.paying import set_way

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[PaymentWay, Put]":
        return await set_way(
            db, company_id, tender_id, through, online_only=online_only, uen=uen, payee=payee
        )

    setting = putting(
        company, work, "tender_way_set", tender_id, through, put_of=lambda done: done[1]
    )
    way, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "tender", "list", company=company)
    print(f"{way.tender_id} is asked for by {way.through}: {in_words(put)}. Next: `{listing}`.")


@tender_app.command("by-hand")
def tender_by_hand(
    tender_id: TenderName,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Ask nobody any more: the tills type what the customer shows."""
    from central.usecases.tender.paying import take_by_hand

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> str:
        return await take_by_hand(db, company_id, tender_id)

    taking = changing(company, work, "tender_by_hand", tender_id, publishing=True)
    gone = on_database(database_url, data, taking)
    listing = next_command(database_url, data, "tender", "list", company=company)
    print(f"{gone} is taken by hand: {TAKEN}. Next: `{listing}`.")


@tender_app.command("voucher")
def tender_voucher(
    tender_id: TenderName,
    means: Annotated[str, typer.Option(help="tender, receivable or discount.")],
    not_for: Annotated[
        list[str] | None,
        typer.Option(metavar="DEPARTMENT", help="What it does not buy; may stand several times."),
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what the vouchers of a tender are, and what they do not buy."""
    from central.usecases.tender.paying import set_voucher

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[VoucherType, Put]":
        return await set_voucher(db, company_id, tender_id, means, tuple(not_for or ()))

    setting = putting(company, work, "voucher_set", tender_id, means, put_of=lambda done: done[1])
    voucher, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "tender", "list", company=company)
    words = f"{voucher.tender_id} is a {voucher.meaning.value}"
    print(f"{words}: {in_words(put)}. Next: `{listing}`.")


@currency_app.command("set")
def currency_set(
    currency: Currency,
    rate: Annotated[str, typer.Argument(metavar="RATE", help="What one of it is worth: 1.3456.")],
    into: Into,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take cash of another currency at this rate, from now on."""
    from central.usecases.tender.paying import set_currency

    from_ms = now_ms()

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[ForeignCurrency, Put]":
        return await set_currency(db, company_id, currency, into, rate, from_ms)

    setting = putting(company, work, "currency_set", currency, rate, put_of=lambda done: done[1])
    taken, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "currency", "list", company=company)
    print(f"{_currency(taken)}: {in_words(put)}. Next: `{listing}`.")


def _currency(rate: "ForeignCurrency") -> str:
    parts = f"{rate.own_minor:,} for {rate.foreign_minor:,} minor units"
    return f"{rate.currency}  into {rate.own_currency}  {parts}"


@currency_app.command("list")
def currency_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Every rate that was published and stands."""
    from central.usecases.tender.paying import list_currencies

    rates = on_database(database_url, data, looking(company, list_currencies))
    for rate in rates:
        print(_currency(rate))
    words = ("currency", "set", "USD", "1.3456", "--into", "SGD")
    following = next_command(database_url, data, *words, company=company)
    print(f"There are {len(rates)} rates. Next: `{following}`.")


@currency_app.command("retire")
def currency_retire(
    currency: Currency,
    into: Into,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take a currency no more."""
    from central.usecases.tender.paying import retire_currency

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> int:
        return await retire_currency(db, company_id, currency, into)

    retiring = changing(company, work, "currency_retired", currency, into, publishing=True)
    on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "currency", "list", company=company)
    print(f"{currency} is taken no more: {TAKEN}. Next: `{listing}`.")
