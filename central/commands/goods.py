"""Commands that bring a company's own goods in by file."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    in_one_sentence,
    looking,
    now_ms,
    on_database,
)
from sync.program.frame import NEEDS_A_PERSON, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from rich.progress import Progress
    from sqlalchemy.ext.asyncio import AsyncEngine

    from central.domain.importing.said import Said
    from central.domain.importing.sheet import Fault, Sheet
    from central.usecases.goods.import_items import ItemsPlanned, ItemsWanted

    Work = Callable[[AsyncEngine], Coroutine[Any, Any, ItemsPlanned]]

import_app = new_group("Bring in goods from a file.")
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
    from central.usecases.goods.import_items import ItemsWanted
    from central.usecases.goods.read_sheet import ReadAs, read_sheet

    gc.disable()  # a quarter less time for 300,000 rows; the process ends with them
    with in_one_sentence():
        said = _said(columns, mapping, decimal, dates)
        rows = read_sheet(file, ReadAs(encoding, None, sheet))
    wanted = ItemsWanted(said, stock_store, all_or_nothing)
    with _bar(len(rows.rows)) as bar:
        work = (_planning if dry_run else _importing)(company, rows, wanted, bar)
        planned = on_database(database_url, data, work)
    _tell_read(planned, rows)
    for change in planned.changes.shown[:CHANGES_SHOWN] if dry_run else ():
        print(f"  line {change.line}: {change.item_id} {change.name}: {change.what}")
    _tell_faults(planned.faults, report)
    _tell_items(planned, dry_run=dry_run, whole=all_or_nothing)
    if planned.faults:
        raise typer.Exit(NEEDS_A_PERSON)


def _said(
    columns: "Sequence[str] | None", mapping: str | None, decimal: str | None, dates: str | None
) -> "Said":
    """Raises FileRefused."""
    from central.domain.importing.columns import ITEM_FIELDS
    from central.domain.importing.said import said_by_person

    return said_by_person(columns or (), mapping, decimal, dates, ITEM_FIELDS)


def _bar(rows: int) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    bar = Progress(*shown, console=console, transient=True, disable=not console.is_terminal)
    bar.add_task("Reading", total=rows)
    return bar


def _reading(bar: "Progress") -> "Callable[[int], None]":
    return lambda rows: bar.update(bar.task_ids[0], completed=rows)


def _planning(company: str | None, rows: "Sheet", wanted: "ItemsWanted", bar: "Progress") -> "Work":
    from central.usecases.goods.import_items import plan_items

    read = _reading(bar)
    return looking(company, lambda db, of: plan_items(db, of, rows, wanted, now_ms(), read))


def _importing(
    company: str | None, rows: "Sheet", wanted: "ItemsWanted", bar: "Progress"
) -> "Work":
    """The whole file in one unit of work; then the stores are given what it published."""

    async def whole(engine: "AsyncEngine") -> "ItemsPlanned":
        from central.db.engine import unit_of_work
        from central.usecases.company.add import find_company
        from central.usecases.feed.sequence_publications import sequence_publications
        from central.usecases.goods.import_items import import_items

        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            planned = await import_items(
                db, company_id, rows, wanted, acting_user(), now_ms(), _reading(bar)
            )
        publishing = bar.add_task("Publishing", total=planned.changes.rows)
        while count := await sequence_publications(engine):
            bar.advance(publishing, count)
        return planned

    return whole


def _tell_read(planned: "ItemsPlanned", rows: "Sheet") -> None:
    layout = planned.header.layout
    how = " as an earlier file was" if planned.remembered else ""
    columns = ", ".join(f"{column.header} = {column.field}" for column in planned.header.columns)
    print(f"Read as {rows.read_as}; {layout.about}{how}: {columns}.")
    if planned.header.unused:
        print(f"Not used: {', '.join(planned.header.unused)}.")
    if planned.no_items:
        print(f"{planned.no_items:,} lines are no items (pictures, products of variants).")


def _tell_faults(faults: "Sequence[Fault]", report: Path | None) -> None:
    for fault in faults[:FAULTS_SHOWN]:
        print(f"line {fault.line}: {fault.field} {fault.value!r}: {fault.reason}.")
    if len(faults) > FAULTS_SHOWN:
        print(f"... and {len(faults) - FAULTS_SHOWN:,} more; all of them with --report FILE.csv.")
    if report is not None:
        from central.usecases.goods.write_report import write_report

        with in_one_sentence():
            write_report(report, faults)


def _tell_items(planned: "ItemsPlanned", *, dry_run: bool, whole: bool) -> None:
    changes = planned.changes
    counted = f"{changes.new:,} new, {changes.changed:,} changed, {changes.same:,} the same"
    lines = len({fault.line for fault in planned.faults})
    faulty = f" {lines:,} faulty lines" if lines else ""
    if dry_run:
        print(f"Nothing was changed. Items: {counted};{faulty or ' no line is faulty'}.")
    elif whole and planned.faults:
        print(f"Nothing was changed:{faulty}. Correct them, and run the command again.")
    else:
        after = (
            f";{faulty} were left out: correct them, and import the file again" if faulty else ""
        )
        print(f"Items: {counted}{after}. Stores have what is new at their next pull.")
