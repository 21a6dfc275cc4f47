"""What happens to a box's disk: its folder is copied and put back later, or a byte changes."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

from central.demo.day import Shop
from central.demo.errors import DemoCannotRun
from central.demo.links import is_visited, pairing_again
from central.demo.scene import Scene, now_s
from central.demo.stage import EDGE_SOCKET
from central.demo.technician import ask
from sync.protocol.counted import counted

DATABASE = "store.sqlite3"
LOOK_EVERY_S = 0.1
SOUGHT_WITHIN_S = 120
_BODY = "SELECT body FROM journal WHERE event_id = ?"
_CHANGE = "UPDATE journal SET body = ? WHERE event_id = ?"


async def copy(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """Of a box that runs: its database as of one instant, and what lies beside it."""
    there = scene.stage.folder / f"{shop.code}-copy"
    await asyncio.to_thread(copy_folder, shop.box.folder, there)
    scene.copies[shop.code] = there, now_s()
    yield f"{shop.code}'s folder is copied while it sells."


def copy_folder(folder: Path, there: Path) -> None:
    """As of one instant, of a box that runs."""
    shutil.copytree(folder, there, ignore=shutil.ignore_patterns(EDGE_SOCKET, f"{DATABASE}*"))
    with (
        closing(sqlite3.connect(f"{(folder / DATABASE).as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(there / DATABASE)) as target,
    ):
        source.backup(target)


async def put_back(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """The copy takes the folder's place, as no technician should do it: ``edge restore`` would."""
    stage, box, (there, copied_s) = scene.stage, shop.box, scene.copies.pop(shop.code)
    async with shop.between_customers():
        visited = await is_visited(stage, box)
        await stage.stop(box)
        yield f"{shop.code}'s folder is put back as it was {now_s() - copied_s:.0f} s ago."
        shutil.rmtree(box.folder)
        there.rename(box.folder)
        await stage.serve([box], f"edge-{shop.code}-put-back")
        home = sum([len(await station.give_back()) for station in shop.workstations])
        status = await ask(stage, box, "GET", "/status")
    yield f"Its tills know of more: {shop.code} goes on in an epoch of its own, {status['epoch']}."
    yield f"{shop.code}'s tills give {counted(home, 'receipt')} back to it."
    if visited and not await is_visited(stage, box):
        yield await pairing_again(stage, box)


async def damage(_scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """On the disk of a box that is down, a byte of a receipt that was not sent yet: the first
    letter of its currency becomes another one."""
    answer = list(shop.workstations[0].kept.values())[-1]
    event_id = UUID(answer["sale_id"]).bytes
    with closing(sqlite3.connect(shop.box.folder / DATABASE)) as db:
        (body,) = db.execute(_BODY, (event_id,)).fetchone()
        at = body.index(shop.counted.currency.encode())
        db.execute(_CHANGE, (body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :], event_id))
        db.commit()
    yield f"A byte of receipt {answer['receipt_number']} changes on its disk, not sent yet."


async def bring_whole(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """Head office looks for what it had to set aside, and a till has it as it was. Raises
    DemoCannotRun where it is not looked for."""
    ends_s = now_s() + SOUGHT_WITHIN_S
    while not (status := await ask(scene.stage, shop.box, "GET", "/status"))["sought"]:
        if now_s() > ends_s:
            raise DemoCannotRun(f"{shop.code} is not asked for what is damaged: {status}")
        await asyncio.sleep(LOOK_EVERY_S)
    yield "Head office sets that receipt aside, takes the rest, and asks the tills for it."
    home = sum([len(await station.give_back()) for station in shop.workstations])
    yield f"{shop.code}'s tills bring {counted(home, 'receipt')} whole, and it counts."
