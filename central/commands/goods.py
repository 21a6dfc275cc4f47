"""Commands that bring a company's own goods and customers in by file, and give them out."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from central.commands.command import (
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
from sync.program.frame import NEEDS_A_PERSON, new_group
from sync.program.plain_commands import again_without
from sync.program.plain_commands import tell as print
from sync.program.private_folder import FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from rich.progress import Progress
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from central.domain.importing.columns import Field
    from central.domain.importing.said import Said
    from central.domain.importing.sheet import Fault, Sheet
    from central.usecases.goods.import_customers import CustomersPlanned
    from central.usecases.goods.import_items import ItemsPlanned
    from sync.protocol.identity import CompanyId

    Planned = ItemsPlanned | CustomersPlanned
    Planning = Coroutine[Any, Any, Planned]
    Read = Callable[[int], None]

import_app = new_group("Bring in goods, customers and payments from a file.")
export_app = new_group("Write goods and customers into a file that brings the same in again.")
CHANGES_SHOWN = 20
FAULTS_SHOWN = 20

File = Annotated[
    Path, typer.Argument(help="CSV, TSV, XLSX, XLS or ODS.", exists=True, dir_okay=False)
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", help="FIELD=HEADER, such as name=Artikel; may stand several times."),
]
Mapping = Annotated[
    str | None,
    typer.Option("--mapping", help="Whose export it is: square, shopify, woocommerce, odoo."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
Whole = Annotated[
    bool, typer.Option("--all-or-nothing", help="Nothing goes in if one line is faulty.")
]
Report = Annotated[
    Path | None, typer.Option("--report", help="Write the faulty lines here, as CSV.")
]
Sign = Annotated[str | None, typer.Option("--decimal", help="The decimal sign, . or ,")]
Dates = Annotated[str | None, typer.Option("--dates", help="How 12/1/2026 is meant: dmy, mdy.")]
Encoding = Annotated[str | None, typer.Option(help="Such as cp1252, where it is guessed wrong.")]
StockStore = Annotated[
    str | None, typer.Option(help="Whose opening stock it is, where the file does not say.")
]
SheetName = Annotated[str | None, typer.Option("--sheet", help="Of a workbook.")]


@import_app.command("items")
def import_items(
    file: File,
    company: CompanyName = None,
    dry_run: DryRun = False,
    all_or_nothing: Whole = False,
    report: Report = None,
    columns: Map = None,
    mapping: Mapping = None,
    decimal: Sign = None,
    dates: Dates = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    stock_store: StockStore = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Bring in items, scan codes, prices, opening stock; the same file again changes nothing."""
    from central.domain.importing.columns import ITEM_FIELDS
    from central.usecases.goods import import_items as using

    with in_one_sentence():
        said = said_of(columns, mapping, decimal, dates, ITEM_FIELDS)
        rows = rows_of(file, encoding, sheet)
    wanted = using.ItemsWanted(said, stock_store, all_or_nothing)

    def bring(db: "AsyncConnection", of: "CompanyId", read: "Read") -> "Planning":
        if dry_run:
            return using.plan_items(db, of, rows, wanted, now_ms(), read)
        return using.import_items(db, of, rows, wanted, acting_user(), now_ms(), read)

    planned = _brought(bring, rows, company, database_url, data, dry_run=dry_run)
    next_ = next_command(database_url, data, "item", "list", company=company)
    _tell(planned, rows, report, dry_run=dry_run, whole=all_or_nothing, next_=next_)


@import_app.command("customers")
def import_customers(
    file: File,
    company: CompanyName = None,
    dry_run: DryRun = False,
    all_or_nothing: Whole = False,
    report: Report = None,
    columns: Map = None,
    mapping: Mapping = None,
    decimal: Sign = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Bring in customers, their personal fields sealed; the same file again changes nothing."""
    from central.domain.importing.columns import CUSTOMER_FIELDS
    from central.usecases.goods import import_customers as using

    with in_one_sentence():
        said = said_of(columns, mapping, decimal, None, CUSTOMER_FIELDS)
        rows = rows_of(file, encoding, sheet)
    wanted = using.CustomersWanted(said, all_or_nothing)

    def bring(db: "AsyncConnection", of: "CompanyId", read: "Read") -> "Planning":
        if dry_run:
            return using.plan_customers(db, of, rows, wanted, read)
        return using.import_customers(db, of, rows, wanted, acting_user(), now_ms(), read)

    planned = _brought(bring, rows, company, database_url, data, dry_run=dry_run)
    next_ = next_command(database_url, data, "export", "customers", "FILE.csv", company=company)
    _tell(planned, rows, report, dry_run=dry_run, whole=all_or_nothing, next_=next_)


Target = Annotated[Path, typer.Argument(help="A new file: .csv, .tsv or .xlsx.", dir_okay=False)]


@export_app.command("items")
def export_items(
    file: Target, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Write every item with its codes, prices and opening stock."""
    from central.domain.importing.written import item_header, item_rows
    from central.usecases.goods.export import export_items as export
    from central.usecases.goods.write_table import refuse_name, write_table

    with in_one_sentence():
        refuse_name(file)
    gc.disable()
    goods, stores = on_database(database_url, data, looking(company, export))
    with in_one_sentence():
        rows = write_table(file, item_header(stores), item_rows(goods, stores))
    again = next_command(database_url, data, "import", "items", str(file), company=company)
    print(
        f"{file} has {len(goods.items):,} items in {rows:,} rows. Next: change it, and `{again}`."
    )


@export_app.command("customers")
def export_customers(
    file: Target, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Write every customer, with what is otherwise kept sealed: keep the file safe."""
    from central.domain.importing.written import CUSTOMER_COLUMNS, customer_rows
    from central.usecases.goods.read_customers import read_customers
    from central.usecases.goods.write_table import refuse_name, write_table

    with in_one_sentence():
        refuse_name(file)
    gc.disable()
    exporting = changing(company, read_customers, "customers_exported", file.name)
    known = on_database(database_url, data, exporting)[0]
    with in_one_sentence():
        file.touch()
        file.chmod(FILE_MODE)
        rows = write_table(file, CUSTOMER_COLUMNS, customer_rows(known))
    again = next_command(database_url, data, "import", "customers", str(file), company=company)
    print(f"{file} has {rows:,} customers, in plain: keep it safe. Next: `{again}`.")


def said_of(
    columns: "Sequence[str] | None",
    mapping: str | None,
    decimal: str | None,
    dates: str | None,
    fields: "Sequence[Field]",
) -> "Said":
    """Raises FileRefused."""
    from central.domain.importing.said import said_by_person

    return said_by_person(columns or (), mapping, decimal, dates, fields)


def rows_of(file: Path, encoding: str | None, sheet: str | None) -> "Sheet":
    """Raises FileRefused."""
    from central.usecases.goods.read_sheet import ReadAs, read_sheet

    gc.disable()  # a quarter less time for 300,000 rows; the process ends with them
    return read_sheet(file, ReadAs(encoding, None, sheet))


def _bar(rows: int) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    bar = Progress(*shown, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task("Reading", total=rows)
    return bar


def _brought(
    bring: "Callable[[AsyncConnection, CompanyId, Read], Planning]",
    rows: "Sheet",
    company: str | None,
    url: str | None,
    data: Path | None,
    *,
    dry_run: bool,
) -> "Planned":
    """What ``bring`` says of the rows, while a bar shows how far it has read them."""
    with _bar(len(rows.rows)) as bar:

        def read(done: int) -> None:
            bar.update(bar.task_ids[0], completed=done)

        def whole(db: "AsyncConnection", of: "CompanyId") -> "Planning":
            return bring(db, of, read)

        work = looking(company, whole) if dry_run else _publishing(company, whole, bar)
        return on_database(url, data, work)


def _publishing(
    company: str | None,
    bring: "Callable[[AsyncConnection, CompanyId], Planning]",
    bar: "Progress",
) -> "Callable[[AsyncEngine], Planning]":
    """The whole file in one unit of work; then the stores are given what it published."""

    async def whole(engine: "AsyncEngine") -> "Planned":
        from central.db.engine import unit_of_work
        from central.usecases.company.add import find_company
        from central.usecases.feed.sequence_publications import sequence_publications

        async with unit_of_work(engine) as db:
            planned = await bring(db, await find_company(db, company))
        publishing = bar.add_task("Publishing", total=planned.changes.rows)
        while count := await sequence_publications(engine):
            bar.advance(publishing, count)
        return planned

    return whole


def _tell(
    planned: "Planned",
    rows: "Sheet",
    report: Path | None,
    *,
    dry_run: bool,
    whole: bool,
    next_: str,
) -> None:
    """What the file was read as, what is wrong with it, and what is true now."""
    layout = planned.header.layout
    how = " as an earlier file was" if planned.remembered else ""
    columns = ", ".join(f"{column.header} = {column.field}" for column in planned.header.columns)
    print(f"Read as {rows.read_as}; {layout.about}{how}: {columns}.")
    if planned.header.unused:
        print(f"Not used: {', '.join(planned.header.unused)}.")
    if planned.no_rows:
        print(f"{planned.no_rows:,} lines stand for nothing by themselves (pictures, groups).")
    for change in planned.changes.shown[:CHANGES_SHOWN] if dry_run else ():
        print(f"  line {change.line}: {change.item_id} {change.name}: {change.what}")
    tell_faults(planned.faults, report)
    print(_sum(planned, dry_run=dry_run, whole=whole, next_=next_))
    if planned.faults:
        raise typer.Exit(NEEDS_A_PERSON)


def tell_faults(faults: "Sequence[Fault]", report: Path | None) -> None:
    for fault in faults[:FAULTS_SHOWN]:
        print(f"line {fault.line}: {fault.field} {fault.value!r}: {fault.reason}.")
    if len(faults) > FAULTS_SHOWN:
        print(f"... and {len(faults) - FAULTS_SHOWN:,} more; all of them with --report FILE.csv.")
    if report is not None:
        from central.usecases.goods.write_report import write_report

        with in_one_sentence():
            write_report(report, faults)


def _sum(planned: "Planned", *, dry_run: bool, whole: bool, next_: str) -> str:
    changes = planned.changes
    counted = f"{changes.new:,} new, {changes.changed:,} changed, {changes.same:,} the same"
    lines = len({fault.line for fault in planned.faults})
    faulty = f"{lines:,} faulty lines"
    if dry_run:
        found = faulty if lines else "no line is faulty"
        return f"Nothing was changed. {counted}; {found}. Next: `{again_without('--dry-run')}`."
    if whole and lines:
        return f"Nothing was changed: {faulty}. Next: correct them, and run the command again."
    if lines:
        return f"{counted}; {faulty} were left out. Next: correct them, and import the file again."
    return f"{counted}. Stores have what is new at their next pull. Next: `{next_}`."
