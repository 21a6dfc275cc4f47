"""The commands that bring in what an acquirer or a bank says was paid, or brought there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    address_of,
    changing,
    in_one_sentence,
    looking,
    next_command,
    now_ms,
    on_database,
)
from central.commands.goods import (
    Dates,
    DryRun,
    Encoding,
    File,
    Map,
    Report,
    SheetName,
    Sign,
    Whole,
    rows_of,
    said_of,
    tell_faults,
)
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.importing.sheet import Sheet
    from central.usecases.payment.bring_file import PaymentsPlanned
    from central.usecases.payment.match_file import Matched
    from sync.protocol.identity import CompanyId

    Brought = tuple[PaymentsPlanned, Matched | None]

PAYMENTS, DEPOSITS = "payments", "deposits"
"""Kinds of files (``usecases/payment/sought.py``, which takes long to import)."""
Source = Annotated[str, typer.Option(help="Whose file it is, such as the acquirer's name.")]
OfStore = Annotated[
    str | None, typer.Option("--store", help="The store that alone it is about; else all of them.")
]


def import_payments(
    file: File,
    source: Source,
    store: OfStore = None,
    company: CompanyName = None,
    dry_run: DryRun = False,
    all_or_nothing: Whole = False,
    report: Report = None,
    columns: Map = None,
    decimal: Sign = None,
    dates: Dates = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Hold an acquirer's or a bank's file against the tenders of receipts: by reference, then by
    amount and time."""
    how = _How(columns, decimal, dates, encoding, sheet, store, dry_run, all_or_nothing, report)
    _import(PAYMENTS, file, source, how, company, database_url, data)


def import_deposits(
    file: File,
    source: Source,
    store: OfStore = None,
    company: CompanyName = None,
    dry_run: DryRun = False,
    all_or_nothing: Whole = False,
    report: Report = None,
    columns: Map = None,
    decimal: Sign = None,
    dates: Dates = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Hold a bank's file against the bags of cash that shops brought there: by the bag's number,
    then by amount and date."""
    how = _How(columns, decimal, dates, encoding, sheet, store, dry_run, all_or_nothing, report)
    _import(DEPOSITS, file, source, how, company, database_url, data)


def late_deposits(
    days: Annotated[str, typer.Argument(metavar="DAYS", help="1 to 365; 5 at first.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say after how many days a bag of cash that the bank has not credited is late."""
    from central.usecases.payment.late_deposits import say_late_after

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        return await say_late_after(db, company_id, days)

    saying = changing(company, work, "deposits_late_set", days, changed=lambda done: done)
    on_database(database_url, data, saying)
    listing = next_command(database_url, data, "store", "list", company=company)
    print(f"A bag is late after {days} days, says the page of deposits. Next: `{listing}`.")


class _How(NamedTuple):
    """How a file is read, and what of it goes in."""

    columns: list[str] | None
    decimal: str | None
    dates: str | None
    encoding: str | None
    sheet: str | None
    store: str | None
    dry_run: bool
    whole: bool
    report: Path | None


def _import(
    about: str,
    file: Path,
    source: str,
    how: _How,
    company: str | None,
    database_url: str | None,
    data: Path | None,
) -> None:
    from central.domain.fields import plain_text
    from central.domain.importing.columns import PAYMENT_FIELDS
    from central.usecases.payment import bring_file as using

    with in_one_sentence():
        said = said_of(how.columns, None, how.decimal, how.dates, PAYMENT_FIELDS)
        rows = rows_of(file, how.encoding, how.sheet)
        whose = plain_text(source, "source")
    wanted = using.PaymentsWanted(file.name, whose, how.store, said, how.whole, about)

    async def plan(db: "AsyncConnection", of: "CompanyId") -> "Brought":
        return await using.plan_payments(db, of, rows, wanted), None

    def bring(db: "AsyncConnection", of: "CompanyId") -> "Coroutine[Any, Any, Brought]":
        return using.bring_payments(db, of, rows, wanted, acting_user(), now_ms())

    bringing = changing(company, bring, f"{about}_brought", file.name, whose, changed=_brought)
    work = looking(company, plan) if how.dry_run else bringing
    planned, matched = on_database(database_url, data, work)
    _tell(about, planned, rows, how.report)
    page = f"{address_of(database_url, data)}/payments/{planned.file_id}"
    _tell_end(about, planned, matched, page, dry_run=how.dry_run)


def _brought(done: "Brought") -> bool:
    return done[1] is not None


def _tell(about: str, planned: "PaymentsPlanned", rows: "Sheet", report: Path | None) -> None:
    how = ", as an earlier file was" if planned.remembered else ""
    columns = ", ".join(f"{column.header} = {column.field}" for column in planned.header.columns)
    print(f"Read as {rows.read_as}{how}: {columns}.")
    if planned.header.unused:
        print(f"Not used: {', '.join(planned.header.unused)}.")
    if planned.read.no_payments:
        print(f"{planned.read.no_payments:,} lines have no amount and are no {about}.")
    tell_faults(planned.read.faults, report)


def _tell_end(
    about: str,
    planned: "PaymentsPlanned",
    matched: "Matched | None",
    page: str,
    *,
    dry_run: bool,
) -> None:
    count = len(planned.read.lines)
    faulty = len({fault.line for fault in planned.read.faults})
    if dry_run:
        print(f"Nothing was changed. {count:,} {about}. Next: the same without --dry-run.")
    elif matched is None:
        print(
            f"Nothing was changed: {faulty:,} faulty lines. Next: correct them, and run it again."
        )
    else:
        before = ", brought in before" if planned.known else ""
        print(
            f"{count:,} {about}{before}; {matched.matched:,} more are matched, {matched.open:,}"
            f" exceptions need a decision. Next: {page}"
        )
    if faulty or (matched is not None and matched.open):
        raise typer.Exit(NEEDS_A_PERSON)
