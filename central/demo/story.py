"""The demo's day at three stores: a list of steps, each an act at a store, while the tills sell."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from central.demo.acts import BY_NAME
from central.demo.counter import Counter
from central.demo.errands import before_doors_close, before_doors_open
from central.demo.scene import Scene
from central.demo.trade import trade
from central.demo.workstation import Workstation
from sync.protocol.currency import format_money

PAUSE_S = 0.08
AFTERWARDS_S = 1.0


class Step(NamedTuple):
    """``after_s`` since the step before, the act of this name happens at the store; empty: at head
    office."""

    after_s: float
    act: str
    store: str = ""


STORY = (
    Step(2.0, "copy", "S01"),
    Step(1.0, "cut", "S02"),
    Step(0.0, "cut", "S03"),
    Step(1.0, "copy head office"),
    Step(1.0, "kill", "S03"),
    Step(0.0, "damage", "S03"),
    Step(0.0, "start", "S03"),
    Step(0.0, "lose answers", "S01"),
    Step(2.0, "mend", "S03"),
    Step(2.0, "mend", "S01"),
    Step(0.0, "replace", "S02"),
    Step(0.0, "bring whole", "S03"),
    Step(0.0, "put head office back"),
    Step(0.0, "switch a copy on", "S03"),
    Step(0.0, "put back", "S01"),
    Step(0.0, "sell at both", "S03"),
    Step(0.0, "switch the copy off", "S03"),
)
"""What a box had sent before it burnt is lost where head office goes back behind that: the one that
burns sends nothing between the copy of head office and its end."""


async def trade_a_day(scene: Scene) -> None:
    """Sell at every till while the story is told, a line for each step when it is over."""
    doors_close = asyncio.Event()
    elsewhere = await before_doors_open(scene.shops[0])
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[sold]}"),
        TimeElapsedColumn(),
        console=scene.console,
        transient=True,
    ) as progress:
        tasks = {
            shop.code: progress.add_task(shop.code, total=len(STORY), sold="")
            for shop in scene.shops
        }

        def on_receipt(workstation: Workstation, answer: dict[str, Any]) -> None:
            shop = scene.shop(workstation.store_code)
            shop.note(answer)
            value = format_money(shop.value_minor, shop.counted.currency)
            progress.update(tasks[shop.code], sold=f"{shop.receipts:,} receipts, {value}")

        scene.trading, errand = True, _errands(scene, on_receipt)
        async with asyncio.TaskGroup() as group:
            for shop in scene.shops:
                for station in shop.workstations:
                    group.create_task(
                        trade(station, shop.shoppers, PAUSE_S, doors_close, on_receipt, errand)
                    )
            for step in STORY:
                await _tell(scene, step)
                for task in tasks.values():
                    progress.advance(task)
            await asyncio.sleep(AFTERWARDS_S)
            doors_close.set()
        scene.trading = False
        await before_doors_close(scene.shops, scene.errands, elsewhere)


def _errands(
    scene: Scene, on_receipt: Callable[[Workstation, dict[str, Any]], None]
) -> Callable[[Workstation], Awaitable[bool]]:
    """Whether somebody with something particular stands at a till, and had it."""

    async def errand(workstation: Workstation) -> bool:
        shop = scene.shop(workstation.store_code)
        at = Counter(workstation, shop.shoppers, on_receipt)
        return await scene.errands[shop.code].between(at)

    return errand


async def _tell(scene: Scene, step: Step) -> None:
    await asyncio.sleep(step.after_s)
    shop = scene.shop(step.store) if step.store else scene.shops[0]
    async for said in BY_NAME[step.act].does(scene, shop):
        scene.console.print(said)
