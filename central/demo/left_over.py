"""What a kept demo leaves for a person to look into: red days, a receipt that is set aside, and a
late tail that never comes; each with where it is seen and what puts it right."""

import asyncio
from collections.abc import Iterator

from central.db.engine import unit_of_work
from central.demo.acts import BY_NAME
from central.demo.day import Shop, open_next_day, open_till, settle_till
from central.demo.errors import DemoCannotRun
from central.demo.links import typed
from central.demo.scene import Scene, now_s
from central.demo.stage import Stage
from central.demo.tamper import raise_a_cent
from central.demo.trade import sell
from central.domain.epoch import EpochState
from central.reports.epochs import StoreEpoch, store_epochs
from central.reports.quarantine import Quarantined, quarantined
from sync.program.command_line import shell

RED, BURNT, DAMAGED = "S01", "S02", "S03"
WHY = ("--reason", "WHY")
LOOK_EVERY_S = 0.1
ASIDE_WITHIN_S = 120


async def leave_over(scene: Scene) -> None:
    """Open the next day at each shop, make what is to be looked into, and say all of it."""
    red, burnt, damaged = (scene.shop(code) for code in (RED, BURNT, DAMAGED))
    red_date = red.business_date
    for shop in scene.shops:
        opened = await open_next_day(shop)
        scene.console.print(f"{shop.code} is open for business date {opened}.")
    receipt = await raise_a_cent(scene.stage.engine, red.counted.store_id)
    aside = await _set_one_aside(scene, damaged)
    async with unit_of_work(scene.stage.engine) as db:
        (tail,) = (
            one
            for one in await store_epochs(db, burnt.counted.store_id)
            if one.state is EpochState.SEALED
        )
    stage = scene.stage
    lines = (
        "Left for you to look into; first, so that commands find this head office:",
        f"  {_environment(stage)}",
        *(f"  {line}" for line in _red(stage, f"/stores/{RED}/{red_date}", receipt)),
        *(f"  {line}" for line in _aside(stage, aside)),
        *(f"  {line}" for line in _tail(stage, tail)),
    )
    text = "\n".join(lines)
    scene.console.print(text, soft_wrap=True, markup=False, highlight=False)


async def _set_one_aside(scene: Scene, shop: Shop) -> Quarantined:
    """Sell one receipt, and let a byte of it change before it is sent."""
    station = shop.workstations[0]
    await open_till(shop, station)
    shop.box.line.cut()
    shop.note(await sell(station, shop.shoppers))
    await settle_till(shop, station)
    for name in ("kill", "damage", "start", "mend"):
        async for _ in BY_NAME[name].does(scene, shop):
            pass
    ends_s = now_s() + ASIDE_WITHIN_S
    while now_s() < ends_s:
        async with unit_of_work(scene.stage.engine) as db:
            company_id = scene.stage.company_id
            if company_id and (found := await quarantined(db, company_id, shop.counted.store_id)):
                return found[0]
        await asyncio.sleep(LOOK_EVERY_S)
    raise DemoCannotRun(f"Head office did not set aside what was damaged at {shop.code}.")


def _environment(stage: Stage) -> str:
    url = stage.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return shell("export", f"CENTRAL_DATA={stage.data}", f"CENTRAL_DATABASE_URL={url}")


def _red(stage: Stage, page: str, receipt: str) -> Iterator[str]:
    yield f"{RED}'s day is red: {stage.url}{page}"
    yield f"  A cent was added to {receipt} in PostgreSQL. This counts anew from the journal:"
    yield f"  {typed(stage, 'rebuild')}"
    yield "  Its box was put back from a copy. Look what else is waited for and what ends that;"
    yield "  then clear the alarms that say so:"
    yield f"  {typed(stage, 'epochs', RED)}"
    yield f"  {typed(stage, 'alarm', 'list')}"
    yield f"{DAMAGED}'s day is red, too: its box was copied, and both sold. So is that put right:"
    yield f"  {typed(stage, 'epochs', DAMAGED)}"


def _aside(stage: Stage, one: Quarantined) -> Iterator[str]:
    place = (one.store_code, str(one.epoch), str(one.seq))
    yield f"A receipt of {DAMAGED} is set aside: {stage.url}/attention/{'/'.join(place)}"
    yield "  The first letter of its currency changed on the box's disk. Correct it there, or so:"
    yield f"  {typed(stage, 'quarantine', 'show', *place, '--body')} > sale.json"
    yield f"  {typed(stage, 'quarantine', 'repair', *place, 'sale.json', *WHY)}"


def _tail(stage: Stage, one: StoreEpoch) -> Iterator[str]:
    yield f"The box of {BURNT} that burnt has a late tail, epoch {one.epoch}, that never comes:"
    yield f"  {typed(stage, 'epochs', BURNT)}"
    yield f"  {typed(stage, 'write-off', BURNT, str(one.epoch), *WHY)}"
