"""Two live copies of one box: its folder is copied while it sells, the copy is switched on beside
it, and a till sells there, while the other one sells at the box. Neither knows which of them is the
copy: each goes on in an epoch of its own once it hears of the other. Head office has what both
sell, and once the copy is off its till brings home to the box what it kept of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

from central.db.engine import unit_of_work
from central.demo.accounts import Counted, await_drained
from central.demo.children import free_port
from central.demo.day import Shop
from central.demo.disk import copy_folder
from central.demo.scene import Scene, count
from central.demo.stage import StoreBox
from central.demo.technician import ask
from central.demo.trade import sell
from central.demo.workstation import Workstation
from central.server.serving import now_ms
from central.usecases.box.seal_epoch import seal_epoch
from central.usecases.journal.close_tail import close_tail
from sync.protocol.counted import counted

BASKETS = 3
WHY = ("a copy, switched off", "demo")


async def switch_on(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """It takes a while, and the story goes on meanwhile."""
    stage, there = scene.stage, scene.stage.folder / f"{shop.code}-twin"
    await asyncio.to_thread(copy_folder, shop.box.folder, there)
    twin = StoreBox(shop.code, there, free_port(), shop.box.line)
    await stage.begin([twin], f"edge-{shop.code}-twin", twin.port)
    scene.twins[shop.code] = twin
    yield f"{shop.code}'s folder is copied while it sells, and the copy is switched on beside it."


async def sell_at_both(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """Until head office has what the copy sold. What was bought elsewhere does not come back
    there."""
    stage, twin, station = scene.stage, scene.twins[shop.code], shop.workstations[-1]
    strangers = replace(shop.shoppers, returnable=[], points_here={})
    if twin.child is not None:
        await twin.child.await_ready()
    async with station.turn:
        before = count(shop)
        _stand_at(station, twin)
        for _ in range(BASKETS):
            shop.note(await sell(station, strangers))
        status = await ask(stage, twin, "GET", "/status")
        await await_drained(stage, [Counted(shop.counted.store_id, twin, shop.counted.currency)])
        _stand_at(station, shop.box)
    scene.left[shop.code] = status["epoch"]
    here = count(shop).receipts - before.receipts - BASKETS
    yield (
        f"Both sell: {shop.code}'s copy {counted(BASKETS, 'receipt')}, in an epoch of its own, "
        f"{status['epoch']}; its box {counted(here, 'receipt')} meanwhile. Head office has those "
        "of both."
    )


async def switch_off(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """Its epoch is given up by a person, as ``central seal`` and ``central write-off`` do."""
    stage, twin, station = scene.stage, scene.twins.pop(shop.code), shop.workstations[-1]
    await stage.stop(twin)
    shutil.rmtree(twin.folder)
    async with station.turn:
        home = await station.give_back()
    store_id, epoch = shop.counted.store_id, scene.left.pop(shop.code)
    async with unit_of_work(stage.engine) as db:
        await seal_epoch(db, store_id, epoch, *WHY, now_ms())
        await close_tail(db, store_id, epoch, None, *WHY, now_ms())
    now = (await ask(stage, shop.box, "GET", "/status"))["epoch"]
    others = [one["receipt_number"] for one in home if one["head"]["epoch"] != epoch]
    of_it = counted(len(home) - len(others), "receipt")
    yield (
        f"The copy is switched off; {shop.code}'s till brings home {of_it} of it, "
        f"{'and ' + ', '.join(others) + ', ' if others else ''}which count once. The box goes on "
        f"in epoch {now}: it cannot tell which was the copy."
    )


def _stand_at(station: Workstation, box: StoreBox) -> None:
    """Whoever is at the till signs in there anew."""
    station.client.base_url = box.url
    station.client.headers.pop("Holdfast-Session", None)
    station.signed_in = None
