"""``central demo --receipts FILE``: a retailer's file, a store per country, verdict per store."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from central.db.engine import unit_of_work
from central.demo import offers
from central.demo.accounts import Counted, await_drained, count_both
from central.demo.compare import Comparison, draw
from central.demo.file_days import OPERATOR, FileShop, trade_all
from central.demo.links import LINKS_TITLE, add_visitor, show_links
from central.demo.receipts_file import Plan, PlannedStore, SetAside, item_id_of
from central.demo.stage import Stage, StoreBox
from central.demo.tamper import tamper
from central.demo.technician import pairing_code
from central.demo.workstation import pair
from central.sample.pins import SAMPLE_PINS, known_pins
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.feed.publish_reference import (
    publish_items,
    publish_rows,
)
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from sync.protocol.facts import TaxClass, TenderKind
from sync.protocol.identity import CompanyId, ItemId, OperatorId, StoreId, TenderId
from sync.protocol.reference import DataSet, Item, Operator, TaxRate, Tender

STORES_PER_PROCESS = 12
PROVISIONED_AT_ONCE = 2
ENROL_CODE_LIFETIME_S = 3_600
WORKSTATION = "W1"
PINS = {OPERATOR: next(iter(SAMPLE_PINS.values())).pin}
SHOWN = {
    "transactions": "receipts",
    "gross": "gross",
    "refunds": "refunds",
    "discounts": "discounts",
    "last sequence": "seq",
}
"""A store's figures in the table, and how they are headed there."""
COUNTRY_CELLS_MIN = 5
"""In a narrow terminal a longer name goes on below."""
TENTHS = 10
"""Where no bar can be drawn, each tenth is told in a line."""
TAXES = (
    TaxRate(TaxClass.STANDARD, date(2008, 12, 1), 1_500, "VAT 15 %"),
    TaxRate(TaxClass.STANDARD, date(2010, 1, 1), 1_750, "VAT 17.5 %"),
    TaxRate(TaxClass.STANDARD, date(2011, 1, 4), 2_000, "VAT 20 %"),
)
TENDERS = (
    Tender(TenderId("cash"), "Cash", TenderKind.CASH),
    Tender(TenderId("card"), "Card", TenderKind.CARD),
)


@dataclass(frozen=True)
class Opened:
    """A country's store at head office, before its box."""

    plan: PlannedStore
    code: str
    store_id: StoreId
    enrol_code: str


async def run_file(
    stage: Stage, plan: Plan, console: Console, *, tampering: bool, lowered: bool
) -> int:
    """Trade the whole file; 0 if every line is accounted for and every store is equal, else 1.
    ``lowered``: with promotions in force and discounts by hand."""
    opened = await _open_company(stage, plan, lowered=lowered)
    console.print(f"{len(opened)} stores, {len(plan.items):,} items, {plan.lines:,} lines.")
    counted, shops = await _open_boxes(stage, opened, console)
    for shop in shops:
        shop.lowered = lowered
    await show_links(stage, console, LINKS_TITLE)
    await _trade(shops, console)
    for shop in shops:
        if shop.stays_open is not None:
            console.print(shop.stays_open)
    await await_drained(stage, counted)
    if tampering:
        changed, deleted = await tamper(stage.engine, counted[-1].store_id)
        console.print(f"Behind head office's back: {changed} changed by 0.01, {deleted} deleted.")
    found = [await count_both(stage, store) for store in counted]
    draw(console, (comparison for comparison in found if not comparison.equal))
    _draw_stores(console, opened, found)
    whole = _draw_lines(console, plan, shops)
    return 0 if whole and all(comparison.equal for comparison in found) else 1


async def _open_company(stage: Stage, plan: Plan, *, lowered: bool) -> list[Opened]:
    stamp = datetime.now(UTC)
    name = f"Gift retailer {stamp:%Y-%m-%d %H:%M:%S.%f}"
    async with unit_of_work(stage.engine) as db:
        company_id = await add_company(db, name, "GBP")
        await add_visitor(db, company_id)
        await publish_rows(db, company_id, DataSet.TAXES, TAXES)
        await publish_rows(db, company_id, DataSet.TENDERS, TENDERS)
        await publish_rows(
            db,
            company_id,
            DataSet.OPERATORS,
            [Operator(OperatorId(OPERATOR), "Cashier", "manager")],
        )
        await publish_rows(db, company_id, DataSet.CREDENTIALS, known_pins((OPERATOR,)))
        await publish_items(
            db, company_id, (_item(code, name) for code, name in plan.items.items())
        )
        if lowered:
            await publish_rows(db, company_id, DataSet.PROMOTIONS, offers.OF_THE_FILE)
    now_ms = int(stamp.timestamp()) * 1_000
    opened = []
    for number, store in enumerate(plan.stores, start=1):
        opened.append(await _open_store(stage, company_id, f"S{number:02d}", store, now_ms))
    await drain_publications(stage.engine)
    stage.company_id, stage.company_name = company_id, name
    stage.pins = dict(PINS)
    return opened


def _item(stock_code: str, name: str) -> Item:
    item_id = ItemId(item_id_of(stock_code))
    return Item(item_id, name, "Gifts", TaxClass.STANDARD, (), open_price=True)


async def _open_store(
    stage: Stage, company_id: CompanyId, code: str, store: PlannedStore, now_ms: int
) -> Opened:
    async with unit_of_work(stage.engine) as db:
        settings = msgspec.structs.replace(
            await default_settings(db, company_id, code),
            store_name=store.country,
            zone="Europe/London",
            cash_rounding_step_minor=0,
            tender_age_max_s=None,
        )
        store_id = await add_store(db, company_id, settings)
        made = await create_enrol_code(db, store_id, now_ms, ENROL_CODE_LIFETIME_S)
    return Opened(store, code, store_id, made.code)


async def _open_boxes(
    stage: Stage, opened: list[Opened], console: Console
) -> tuple[list[Counted], list[FileShop]]:
    """Enrol every store's box, serve several by one process, pair a workstation each."""
    turns = asyncio.Semaphore(PROVISIONED_AT_ONCE)
    with Progress(
        TextColumn("enrolling"), BarColumn(), MofNCompleteColumn(), console=console
    ) as bar:
        task = bar.add_task("", total=len(opened))

        async def provision(store: Opened) -> StoreBox:
            async with turns:
                box = await stage.provision(store.code, store.enrol_code)
            bar.advance(task)
            return box

        boxes = await asyncio.gather(*(provision(store) for store in opened))
    for start in range(0, len(boxes), STORES_PER_PROCESS):
        await stage.serve(list(boxes[start : start + STORES_PER_PROCESS]), f"edges-{start}")
    counted, shops = [], []
    for store, box in zip(opened, boxes, strict=True):
        code = await pairing_code(stage, box, WORKSTATION)
        station = await pair(box.url, box.code, WORKSTATION, code, PINS)
        shops.append(FileShop(store.plan, station))
        counted.append(Counted(store.store_id, box, "GBP"))
    return counted, shops


async def _trade(shops: list[FileShop], console: Console) -> None:
    lines = sum(len(r.lines) for shop in shops for day in shop.plan.days.values() for r in day)
    with Progress(
        TextColumn("trading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as bar:
        task = bar.add_task("", total=lines)
        done = 0

        def on_lines(count: int) -> None:
            nonlocal done
            tenth = done * TENTHS // lines
            done += count
            bar.advance(task, count)
            if not console.is_terminal and done * TENTHS // lines > tenth:
                console.print(f"{done:,} of {lines:,} lines are traded.")

        await trade_all(shops, on_lines)
    for shop in shops:
        await shop.workstation.client.aclose()


def _draw_stores(console: Console, opened: list[Opened], found: list[Comparison]) -> None:
    title = "store | head office, every figure compared"
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False
    )
    for heading in ("store", "country", *SHOWN.values(), "verdict"):
        justify: JustifyMethod = "left" if heading in ("store", "country") else "right"
        is_country = heading == "country"
        least = COUNTRY_CELLS_MIN if is_country else None
        table.add_column(
            heading, justify=justify, no_wrap=not is_country, min_width=least, overflow="fold"
        )
    for store, comparison in zip(opened, found, strict=True):
        shown = {row.figure: row.store for row in comparison.rows}
        table.add_row(
            store.code,
            store.plan.country,
            *(shown[name] for name in SHOWN),
            "[green]equal[/]" if comparison.equal else "[bold red]DIFFERS[/]",
        )
    console.print(table)


def _draw_lines(console: Console, plan: Plan, shops: list[FileShop]) -> bool:
    """Every line of the file: taken, or set aside with its reason. False if they do not add up."""
    aside = [*plan.set_aside, *(line for shop in shops for line in shop.set_aside)]
    taken = sum(shop.taken for shop in shops)
    value = sum((shop.taken_value for shop in shops), Decimal(0))
    table = Table(title="lines of the file", title_justify="left")
    for heading in ("what became of them", "lines", "value"):
        table.add_column(heading, justify="left" if heading.startswith("what") else "right")
    table.add_row("taken", f"{taken:,}", f"{value:,}")
    for reason, (count, amount) in sorted(_by_reason(aside).items()):
        table.add_row(f"set aside: {reason}", f"{count:,}", f"{amount:,}")
        value += amount
    table.add_section()
    whole = taken + len(aside) == plan.lines and value == plan.value
    style = "green" if whole else "bold red"
    table.add_row("together", f"{taken + len(aside):,}", f"{value:,}", style=style)
    table.add_row("the file", f"{plan.lines:,}", f"{plan.value:,}", style=style)
    console.print(table)
    return whole


def _by_reason(aside: Iterable[SetAside]) -> dict[str, tuple[int, Decimal]]:
    counts: dict[str, list[Decimal]] = defaultdict(list)
    for line in aside:
        counts[line.reason].append(line.value)
    return {reason: (len(values), sum(values, Decimal(0))) for reason, values in counts.items()}
