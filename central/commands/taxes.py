"""Commands about rates of tax and ways to pay."""

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
    from central.usecases.tender.set import TenderChanges
    from sync.protocol.identity import CompanyId
    from sync.protocol.reference import TaxRate, Tender

tax_app = new_group("Rates of tax.")
tender_app = new_group("Ways to pay.")

TaxClassName = Annotated[
    str,
    typer.Argument(metavar="CLASS", help="standard, reduced, zero, exempt or out_of_scope."),
]
Begin = Annotated[
    str, typer.Option("--from", metavar="DATE", help="Of receipts, such as 2026-01-01.")
]
TenderName = Annotated[str, typer.Argument(metavar="TENDER", help="Its id, such as cash.")]


@tax_app.command("set")
def tax_set(
    tax_class: TaxClassName,
    rate: Annotated[str, typer.Argument(metavar="RATE%", help="Such as 9% or 8.25%.")],
    begin: Begin,
    label: Annotated[
        str | None, typer.Option(help="As reports name it, such as 'GST 9 %'.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what the rate of a class of items is from a date on."""
    from central.usecases.tax.set import set_rate

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[TaxRate, Put]":
        return await set_rate(db, company_id, tax_class, rate, begin, label)

    detail = f"{rate} from {begin}"
    setting = putting(company, work, "tax_set", tax_class, detail, put_of=lambda done: done[1])
    done, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "tax", "list", company=company)
    print(f"{_rate(done)}: {in_words(put)}. Next: `{listing}`.")


def _rate(rate: "TaxRate") -> str:
    from sync.protocol.figures import percent

    label = f" ({rate.label})" if rate.label else ""
    return f"{rate.tax_class.value} {percent(rate.rate_bp)}{label} from {rate.effective_from}"


def _show_rates(
    company: str | None, url: str | None, data: Folder, tax_class: str | None = None
) -> None:
    from central.domain.typed import one_of
    from central.usecases.tax.look_up import list_rates
    from sync.protocol.facts import TaxClass

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[set[TaxClass], list[TaxRate]]":
        asked = set(TaxClass) if tax_class is None else {one_of(TaxClass, tax_class, "class")}
        rates = await list_rates(db, company_id)
        return asked, [rate for rate in rates if rate.tax_class in asked]

    asked, rates = on_database(url, data, looking(company, work))
    for rate in rates:
        print(_rate(rate))
    without = sorted(asked - {rate.tax_class for rate in rates})
    following = next_command(url, data, "item", "list", company=company)
    if without:
        example = (without[0].value, "9%", "--from", "2026-01-01")
        setting = next_command(url, data, "tax", "set", *example, company=company)
        print(
            f"No till sells items of {', '.join(without)}: those have no rate. One is published as"
            f" in `{setting}`."
        )
    print(f"{len(rates)} rates are published. Next: `{following}`.")


@tax_app.command("list")
def tax_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every rate by class and date, and the classes that have none."""
    _show_rates(company, database_url, data)


@tax_app.command("show")
def tax_show(
    tax_class: TaxClassName,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """The rates of one class."""
    _show_rates(company, database_url, data, tax_class)


@tax_app.command("retire")
def tax_retire(
    tax_class: TaxClassName,
    begin: Begin,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take a rate away: the one before it holds again."""
    from central.usecases.tax.set import retire_rate

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "TaxRate":
        return await retire_rate(db, company_id, tax_class, begin)

    retiring = changing(company, work, "tax_retired", tax_class, begin, publishing=True)
    gone = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "tax", "list", company=company)
    print(f"{_rate(gone)} is no more: {TAKEN}. Next: `{listing}`.")


@tender_app.command("set")
def tender_set(
    tender_id: TenderName,
    name: Annotated[str | None, typer.Option(help="On receipts; a new one needs one.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="cash, card, qr, voucher, stored_value or points; a new one needs one."),
    ] = None,
    refundable: Annotated[
        bool | None, typer.Option("--refundable/--not-refundable", help="Whether it pays back.")
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--retired", help="Whether it is taken.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a way to pay, or change it: what is left out stays as it is."""
    from central.usecases.tender.set import TenderChanges

    changes = TenderChanges(name, kind, refundable, active)
    _set_tender(tender_id, changes, company, database_url, data)


def _set_tender(
    tender_id: str, changes: "TenderChanges", company: str | None, url: str | None, data: Folder
) -> None:
    from central.usecases.tender.set import set_tender

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Tender, Put]":
        return await set_tender(db, company_id, tender_id, changes)

    setting = putting(company, work, "tender_set", tender_id, put_of=lambda done: done[1])
    tender, put = on_database(url, data, setting)
    listing = next_command(url, data, "tender", "list", company=company)
    print(f"{_tender(tender)}: {in_words(put)}. Next: `{listing}`.")


def _tender(tender: "Tender") -> str:
    back = "refundable" if tender.refundable else "not refundable"
    active = "" if tender.active else ", taken no more"
    return f"{tender.tender_id}  {tender.name}  {tender.kind.value}, {back}{active}"


@tender_app.command("retire")
def tender_retire(
    tender_id: TenderName,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Take a way to pay no more; `tender set TENDER --active` brings it back."""
    from central.usecases.tender.set import TenderChanges

    changes = TenderChanges(active=False)
    _set_tender(tender_id, changes, company, database_url, data)


@tender_app.command("list")
def tender_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every way to pay, also what is taken no more."""
    from central.usecases.tender.set import list_tenders

    tenders = on_database(database_url, data, looking(company, list_tenders))
    for tender in tenders:
        print(_tender(tender))
    following = next_command(
        database_url,
        data,
        "tender",
        "set",
        "cash",
        "--name",
        "Cash",
        "--kind",
        "cash",
        company=company,
    )
    if tenders:
        following = next_command(database_url, data, "tax", "list", company=company)
    print(f"There are {len(tenders)} ways to pay. Next: `{following}`.")


@tender_app.command("show")
def tender_show(
    tender_id: TenderName,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """One way to pay."""
    from central.usecases.tender.set import tender_of_company

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Tender":
        return await tender_of_company(db, company_id, tender_id)

    tender = on_database(database_url, data, looking(company, work))
    listing = next_command(database_url, data, "tender", "list", company=company)
    print(f"{_tender(tender)}. Next: `{listing}`.")
