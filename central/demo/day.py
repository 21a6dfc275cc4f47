"""The demo's business day at three stores, and what goes wrong in its middle.

Each fault is told in a sentence with figures that were counted while it lasted.
"""

import asyncio
import random
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from central.demo.business_day import close_day, open_day
from central.demo.stage import Stage, StoreBox
from central.demo.trade import Article, Shoppers, trade
from central.demo.workstation import Workstation, new_id, pair
from sync.protocol.currency import format_money

WORKSTATIONS = ("W1", "W2")
FLOAT_MINOR = 20_000
PAUSE_S = 0.06
FIRST_FAULT_S = 4.0
CUT_S = 12.0
KILL_AFTER_S = 4.0
LOSING_S_MIN = 4.0
AFTERWARDS_S = 4.0
OVER_SHORT_MINOR = {("S01", "W2"): 10, ("S02", "W1"): -50}


@dataclass
class Shop:
    """A store's box with its paired workstations and whoever shops there."""

    box: StoreBox
    currency: str
    workstations: list[Workstation]
    shoppers: Shoppers
    business_date: date
    receipts: int = 0
    value_minor: int = 0
    last_text: str = ""
    sold: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, answer: dict[str, Any]) -> None:
        """Count one answered receipt."""
        self.receipts += 1
        self.sold.set()
        self.value_minor += int(answer["total_minor"])
        if answer["due_minor"] > 0 and answer["text_lines"] > len(self.last_text.splitlines()):
            self.last_text = str(answer["receipt"])


@dataclass(frozen=True)
class Count:
    """What a shop had sold at an instant of the loop's clock."""

    receipts: int
    value_minor: int
    at_s: float


def count(shop: Shop) -> Count:
    """Now."""
    return Count(shop.receipts, shop.value_minor, asyncio.get_running_loop().time())


async def open_shop(
    box: StoreBox,
    currency: str,
    codes: dict[str, str],
    shoppers: Shoppers,
    pins: Mapping[str, str],
) -> Shop:
    """Pair both workstations, open the day and a till on each."""
    stations = [
        await pair(box.url, box.code, workstation_id, codes[workstation_id], pins)
        for workstation_id in WORKSTATIONS
    ]
    operator = shoppers.operators[0]
    business_date = await open_day(stations[0], operator, None)
    for station in stations:
        await station.call(
            "POST",
            "/till-sessions",
            {
                "till_session_id": new_id(),
                "operator_id": operator,
                "float_minor": FLOAT_MINOR,
            },
        )
        station.cash_minor = FLOAT_MINOR
    return Shop(box, currency, stations, shoppers, business_date)


def shoppers_of(
    number: int, seed: int, articles: list[Article], customers: list[str], operators: list[str]
) -> Shoppers:
    """A store's own shoppers, the same for the same seed."""
    return Shoppers(articles, customers, operators, random.Random(seed * 1_000 + number))


async def trade_a_day(stage: Stage, shops: list[Shop], console: Console) -> None:
    """Sell at every workstation while the faults happen; say each when it is over."""
    doors_close = asyncio.Event()
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[sold]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        length_s = FIRST_FAULT_S + CUT_S + AFTERWARDS_S
        tasks = {
            shop.box.code: progress.add_task(shop.box.code, total=length_s, sold="")
            for shop in shops
        }
        by_code = {shop.box.code: shop for shop in shops}
        started = asyncio.get_running_loop().time()

        def on_receipt(workstation: Workstation, answer: dict[str, Any]) -> None:
            shop = by_code[workstation.store_code]
            shop.note({**answer, "text_lines": len(str(answer["receipt"]).splitlines())})
            sold = f"{shop.receipts:,} receipts, {format_money(shop.value_minor, shop.currency)}"
            elapsed = asyncio.get_running_loop().time() - started
            progress.update(tasks[workstation.store_code], completed=elapsed, sold=sold)

        async with asyncio.TaskGroup() as group:
            for shop in shops:
                for station in shop.workstations:
                    group.create_task(
                        trade(station, shop.shoppers, PAUSE_S, doors_close, on_receipt)
                    )
            await _faults(stage, shops, progress.console)
            doors_close.set()


async def _faults(stage: Stage, shops: list[Shop], console: Console) -> None:
    first, second, third = shops
    await asyncio.sleep(FIRST_FAULT_S)
    console.print(f"The line of {second.box.code} and {third.box.code} to head office is cut.")
    before = {shop.box.code: count(shop) for shop in (second, third)}
    for shop in (second, third):
        shop.box.line.cut()
    await asyncio.sleep(KILL_AFTER_S)
    await _kill_and_start_again(stage, third, console)
    first.box.line.lose_answers()
    cut_for = asyncio.get_running_loop().time() - before[second.box.code].at_s
    await asyncio.sleep(max(LOSING_S_MIN, CUT_S - cut_for))
    for shop in (second, third):
        _say_what_was_sold(shop, before[shop.box.code], console)
    console.print(
        f"{first.box.code}'s line lost {first.box.line.answers_lost} answers of head office: the "
        "box sends the same events again, head office counts them once."
    )
    for shop in shops:
        shop.box.line.mend()
    console.print("All lines are mended.")
    await asyncio.sleep(AFTERWARDS_S)


async def _kill_and_start_again(stage: Stage, shop: Shop, console: Console) -> None:
    child = shop.box.child
    if child is None:
        return
    loop = asyncio.get_running_loop()
    killed_at = loop.time()
    before = sum(station.answered_again for station in shop.workstations)
    in_flight = sum(station.pending is not None for station in shop.workstations)
    await child.stop(signal.SIGKILL)
    stage.edges.remove(child)
    await stage.serve([shop.box], f"edge-{shop.box.code}-again")
    shop.sold.clear()
    await shop.sold.wait()
    kept = sum(station.answered_again for station in shop.workstations) - before
    console.print(
        f"{shop.box.code}'s box was killed (SIGKILL) while selling and sold again after "
        f"{loop.time() - killed_at:.1f} s: {in_flight} sales were under way, {kept} of them had "
        "been committed and got their own receipt again."
    )


def _say_what_was_sold(shop: Shop, before: Count, console: Console) -> None:
    now = count(shop)
    console.print(
        f"{shop.box.code} sold {now.receipts - before.receipts:,} receipts, "
        f"{format_money(now.value_minor - before.value_minor, shop.currency)}, while head office "
        f"was unreachable for {now.at_s - before.at_s:.0f} s."
    )


async def close_shop(shop: Shop) -> str | None:
    """Count each drawer (two are wrong by a little), settle, close the day. What is to be said of a
    day that stays open."""
    operator = shop.shoppers.operators[0]
    for station in shop.workstations:
        session = await station.call("GET", "/till-sessions/current")
        counted = station.cash_minor + OVER_SHORT_MINOR.get(
            (shop.box.code, station.workstation_id), 0
        )
        await station.call(
            "POST",
            f"/till-sessions/{session['till_session_id']}/settle",
            {"event_id": new_id(), "operator_id": operator, "counted_cash_minor": counted},
        )
    return await close_day(shop.workstations[0], operator)


async def open_next_day(shop: Shop) -> date:
    """The shop goes on for whoever stays: the day after the demo's, or the one that stayed open."""
    operator = shop.shoppers.operators[0]
    return await open_day(shop.workstations[0], operator, shop.business_date + timedelta(days=1))
