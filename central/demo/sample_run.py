"""``central demo``: one day at three sample stores, its faults, and the table that closes it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import msgspec
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from central.db.engine import unit_of_work
from central.demo import goods, offers
from central.demo.accounts import Counted, await_drained, count_both
from central.demo.acts import start
from central.demo.compare import Comparison, draw
from central.demo.day import (
    WORKSTATIONS,
    Shop,
    close_shop,
    open_shop,
    shoppers_of,
)
from central.demo.errands import count_kinds, errands_of, in_words
from central.demo.keys import stay_open
from central.demo.left_over import leave_over
from central.demo.links import LINKS_TITLE, add_visitor, show_links
from central.demo.scene import Scene
from central.demo.stage import Stage
from central.demo.story import trade_a_day
from central.demo.table import standing
from central.demo.tamper import tamper
from central.demo.technician import pairing_code
from central.demo.trade import Article
from central.sample.pins import SAMPLE_PINS, known_pins
from central.usecases.box.create_enrol_code import create_enrol_code
from central.usecases.company.add import add_company
from central.usecases.company.load_sample import Sample, load_sample
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.store.add import add_store, default_settings
from sync.protocol.currency import format_money
from sync.protocol.identity import StoreId
from sync.protocol.reference import DataSet

CURRENCY = "SGD"
STORES = (("S01", "Orchard"), ("S02", "Tampines"), ("S03", "Jurong"))
ENROL_CODE_LIFETIME_S = 900
TERMINALS = {"W1": (), "W2": ("--away", "--offline-total-minor", "10000000")}
"""That of the second till has no line to its bank, and approves by itself."""
AT_THE_TILLS = ("O01", "O02", "O09")
"""A manager opens and closes; another one and the supervisor sell, and take back what costs more
than a cashier may."""


class After(Enum):
    """What becomes of it when both sides were compared: it ends, it is left running for whoever
    goes on, or a terminal's keys act on it."""

    ENDS = "ends"
    KEPT = "kept"
    STAYS = "stays"


@dataclass(frozen=True)
class Chain:
    """The sample company: its stores' ids and enrolment codes, its coupons, what it sells to
    whom."""

    name: str
    sample: Sample
    coupons: tuple[str, ...]
    stores: tuple[tuple[str, StoreId, str], ...]


async def run_sample(
    stage: Stage, console: Console, *, seed: int, tampering: bool, after: After
) -> int:
    """Stand up three stores, trade their day, compare; 0 equal, 1 a cell differs."""
    scene = await _stand_up(stage, console, seed)
    await trade_a_day(scene)
    _show_receipt(scene)
    for shop in scene.shops:
        stays_open = await close_shop(shop)
        if stays_open is not None:
            console.print(stays_open)
    await await_drained(stage, scene.counted)
    if tampering:
        changed, deleted = await tamper(stage.engine, scene.counted[0].store_id)
        console.print(
            f"Behind head office's back, in PostgreSQL: a line of {changed} was raised by 0.01, "
            f"and {deleted} was deleted."
        )
    code = await _compare(scene, whole=True)
    await _say_kinds(scene)
    match after:
        case After.KEPT:
            await leave_over(scene)
        case After.STAYS:
            await stay_open(scene)
            code = max(code, await _end(scene))
    for shop in scene.shops:
        for station in shop.workstations:
            await station.client.aclose()
    return code


async def _stand_up(stage: Stage, console: Console, seed: int) -> Scene:
    """Head office's company, its boxes, and a shop at each that is open."""
    await stage.stand_terminals(TERMINALS)
    chain = await _open_company(stage, seed)
    boxes = await asyncio.gather(
        *(stage.provision(code, enrol_code) for code, _, enrol_code in chain.stores)
    )
    await asyncio.gather(*(stage.serve([box], f"edge-{box.code}") for box in boxes))
    _say_addresses(stage, console)
    await show_links(stage, console, LINKS_TITLE)
    counted = [
        Counted(store_id, box, CURRENCY)
        for (_, store_id, _), box in zip(chain.stores, boxes, strict=True)
    ]
    shops = [
        await _open_shop(stage, store, number, seed, chain.sample)
        for number, store in enumerate(counted, start=1)
    ]
    shops[1].shoppers.coupons += chain.coupons
    errands = {shop.code: errands_of(shop) for shop in shops}
    return Scene(stage, shops, console, errands=errands)


async def _compare(scene: Scene, *, whole: bool) -> int:
    """Both sides of each store; ``whole``: every figure, else of those that differ."""
    found = [await count_both(scene.stage, store) for store in scene.counted]
    draw(scene.console, [one for one in found if whole or not one.equal])
    return _say_verdict(scene, found)


async def _end(scene: Scene) -> int:
    """What was cut or killed by hand comes back, and both sides are compared once more."""
    for shop in scene.shops:
        shop.box.line.mend()
        if shop.code in scene.down:
            async for said in start(scene, shop):
                scene.console.print(said)
    await await_drained(scene.stage, scene.counted)
    scene.console.print(await standing(scene))
    return await _compare(scene, whole=False)


async def _open_company(stage: Stage, seed: int) -> Chain:
    now = datetime.now(UTC)
    name = f"Holdfast Demo {now:%Y-%m-%d %H:%M:%S.%f}"
    now_ms = int(now.timestamp() * 1_000)
    async with unit_of_work(stage.engine) as db:
        company_id = await add_company(db, name, CURRENCY)
        await add_visitor(db, company_id)
        opened = []
        for code, place in STORES:
            settings = msgspec.structs.replace(
                await default_settings(db, company_id, code),
                store_name=f"Holdfast {place}",
                supplier_name="Holdfast Demo Pte. Ltd.",
                supplier_address=f"1 {place} Road, Singapore",
                tax_number="M90312345A",
                tips=True,
                gift_value_months=24,
            )
            store_id = await add_store(db, company_id, settings)
            made = await create_enrol_code(db, store_id, now_ms, ENROL_CODE_LIFETIME_S)
            opened.append((code, store_id, made.code))
        sample = await load_sample(db, company_id, now_ms, seed=seed)
        credentials = known_pins(tuple(SAMPLE_PINS))
        await publish_rows(db, company_id, DataSet.CREDENTIALS, credentials)
        await publish_rows(db, company_id, DataSet.PROMOTIONS, offers.OF_THE_SAMPLE)
        coupons = await goods.publish_goods(db, company_id, sample.customer_ids[0], now_ms)
    await drain_publications(stage.engine)
    stage.company_id, stage.company_name = company_id, name
    stage.pins = {
        f"{one.operator_id} {one.name}, {one.role}": SAMPLE_PINS[one.operator_id].pin
        for one in sample.operators
    }
    return Chain(name, sample, coupons, tuple(opened))


def _say_addresses(stage: Stage, console: Console) -> None:
    table = Table(title="It runs", title_justify="left")
    for heading in ("who", "address", "folder"):
        table.add_column(heading)
    table.add_row("head office", stage.url, str(stage.folder / "central"))
    for box in stage.boxes:
        table.add_row(f"store {box.code}", box.url, str(box.folder))
    console.print(table)


async def _open_shop(stage: Stage, store: Counted, number: int, seed: int, sample: Sample) -> Shop:
    codes = {name: await pairing_code(stage, store.box, name) for name in WORKSTATIONS}
    articles = [
        Article(item.scan_codes[0], item.unit == "kg")
        for item in sample.items
        if not item.open_price
    ]
    customers = [str(customer_id) for customer_id in sample.customer_ids]
    shoppers = shoppers_of(number, seed, articles, customers, list(AT_THE_TILLS))
    pins = {operator_id: one.pin for operator_id, one in SAMPLE_PINS.items()}
    return await open_shop(store, codes, shoppers, pins)


def _show_receipt(scene: Scene) -> None:
    text = max((shop.last_text for shop in scene.shops), key=len)
    scene.console.print(Panel(Text(text), title="one of the receipts", expand=False))


async def _say_kinds(scene: Scene) -> None:
    seen = await count_kinds(scene.stage, [store.store_id for store in scene.counted])
    done = scene.errands.values()
    said = in_words(seen, lambda name: sum(each.done[name] for each in done))
    scene.console.print(said)


def _say_verdict(scene: Scene, found: list[Comparison]) -> int:
    receipts = sum(shop.receipts for shop in scene.shops)
    value = format_money(sum(shop.value_minor for shop in scene.shops), CURRENCY)
    again = sum(station.sent_again for shop in scene.shops for station in shop.workstations)
    scene.console.print(
        f"{receipts:,} receipts, {value}; workstations repeated a request {again:,} times."
    )
    if all(comparison.equal for comparison in found):
        scene.console.print("Head office has every receipt, to the cent.", style="bold green")
        return 0
    scene.console.print("Store and head office differ: see the red rows.", style="bold red")
    return 1
