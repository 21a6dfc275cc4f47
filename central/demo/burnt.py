"""A box burns, its folder and all, and a new one takes its place: what it had not sent is with its
tills, which bring it home, and their drawers go on as they are."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from central.db.engine import unit_of_work
from central.demo.accounts import await_drained, write_down
from central.demo.business_day import open_day
from central.demo.day import Shop, open_till
from central.demo.links import is_visited, pairing_again
from central.demo.scene import Scene, now_s
from central.demo.technician import ask, pairing_code
from central.usecases.box.create_enrol_code import create_enrol_code
from sync.protocol.counted import counted

ENROL_CODE_LIFETIME_S = 900


async def replace(scene: Scene, shop: Shop) -> AsyncIterator[str]:
    """Between two customers. A line that was cut is mended: head office must know the new box."""
    stage = scene.stage
    async with shop.between_customers():
        down = scene.down.pop(shop.code, None)
        visited = down is None and await is_visited(stage, shop.box)
        witnessed = None if down is None else down.witness
        shop.counted.burnt = witnessed or await write_down(stage, shop.counted)
        await stage.stop(shop.box)
        shutil.rmtree(shop.box.folder)
        yield f"{shop.code}'s box burns, with its folder and all that it has not sent."
        burnt_s = now_s()
        shop.box.line.mend()
        scene.cut.pop(shop.code, None)
        await stage.replace(shop.box, await _enrol_code(scene, shop))
        await stage.serve([shop.box], f"edge-{shop.code}-new")
        for station in shop.workstations:
            await station.pair(await pairing_code(stage, shop.box, station.workstation_id))
        await open_day(shop.workstations[0], shop.operator, shop.business_date)
        for station in shop.workstations:
            await open_till(shop, station, carried_id=station.till_session_id)
        home = sum([len(await station.give_back()) for station in shop.workstations])
        shop.shoppers.returnable.clear()  # of what was bought before, the new box has a part
        status = await ask(stage, shop.box, "GET", "/status")
        took_s, epoch = now_s() - burnt_s, status["epoch"]
        # Of the tills that it opened no till can tell, should it burn as well.
        await await_drained(stage, [shop.counted])
    yield f"A new box takes its place after {took_s:.1f} s, in epoch {epoch}."
    brought = counted(home, "receipt")
    yield f"{shop.code}'s tills bring home {brought} that head office did not have."
    if visited:
        yield await pairing_again(stage, shop.box)


async def _enrol_code(scene: Scene, shop: Shop) -> str:
    now_ms = int(datetime.now(UTC).timestamp() * 1_000)
    async with unit_of_work(scene.stage.engine) as db:
        made = await create_enrol_code(db, shop.counted.store_id, now_ms, ENROL_CODE_LIFETIME_S)
    return made.code
