"""What can happen to a shop of the demo, as a list: the story (story.py) tells some of it in turn,
the keys of a terminal (keys.py) do some of it at will.

Each act says in sentences what happens, with figures that were counted while it did.
"""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, TypeAlias

from rich.console import RenderableType

from central.demo import disk, live_copy, past
from central.demo.accounts import write_down
from central.demo.burnt import replace
from central.demo.day import Shop
from central.demo.line import LineState
from central.demo.scene import Down, Scene, count, now_s
from central.demo.table import standing
from central.demo.trade import sell
from sync.protocol.counted import counted
from sync.protocol.currency import format_money

Said: TypeAlias = RenderableType
"""A sentence, or a table."""


class Act(NamedTuple):
    """``key``: of a terminal, or one for each store in their order; empty: of the story alone.
    ``what`` it does, for people. ``next_turn``: the next time it is another store's turn."""

    name: str
    does: Callable[[Scene, Shop], AsyncIterator[Said]]
    key: str = ""
    what: str = ""
    next_turn: bool = False


async def cut(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """Nothing crosses any more."""
    shop.box.line.cut()
    scene.cut[shop.code] = count(shop)
    yield f"{shop.code}'s line to head office is cut."


async def lose_answers(_scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """What the box sends arrives, and what head office answers does not."""
    shop.box.line.lose_answers()
    yield f"{shop.code}'s line loses the answers of head office."


async def mend(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """Everything crosses again."""
    line, before, now = shop.box.line, scene.cut.pop(shop.code, None), count(shop)
    losing = line.state is LineState.LOSING
    line.mend()
    if losing:
        said = f": {counted(line.answers_lost, 'answer')} lost; what is sent again counts once."
    elif before is None:
        said = "."
    else:
        value = format_money(now.value_minor - before.value_minor, shop.counted.currency)
        said = (
            f": {counted(now.receipts - before.receipts, 'receipt')}, {value}, sold in "
            f"{now.at_s - before.at_s:.0f} s without it."
        )
    yield f"{shop.code}'s line is mended{said}"


def cut_or_mend(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """The one or the other."""
    is_open = shop.box.line.state is LineState.OPEN
    return (cut if is_open else mend)(scene, shop)


async def kill(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """As when somebody pulls its plug; where the tills sell, in the middle of a sale."""
    witness = None
    if scene.trading:
        await shop.workstations[0].tendered.wait()
    else:
        witness = await write_down(scene.stage, shop.counted)
    again = sum(station.answered_again for station in shop.workstations)
    under_way = sum(station.tendered.is_set() for station in shop.workstations)
    scene.down[shop.code] = Down(now_s(), under_way, again, witness)
    await scene.stage.stop(shop.box)
    meanwhile = f"; sales under way at its tills: {under_way}" if scene.trading else ""
    yield f"{shop.code}'s box is killed (SIGKILL){meanwhile}."


async def start(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """A box that was killed, from what is on its disk."""
    down = scene.down.pop(shop.code)
    await scene.stage.serve([shop.box], f"edge-{shop.code}-again")
    if not scene.trading:
        yield f"{shop.code}'s box runs again after {now_s() - down.at_s:.1f} s."
        return
    shop.sold.clear()
    await shop.sold.wait()
    kept = sum(station.answered_again for station in shop.workstations) - down.answered_again
    yield (
        f"{shop.code} sells again after {now_s() - down.at_s:.1f} s; on its disk already, with the "
        f"same receipt: {kept} of {down.under_way}."
    )


def kill_or_start(scene: Scene, shop: Shop) -> AsyncIterator[Said]:
    """The one or the other."""
    return (start if shop.code in scene.down else kill)(scene, shop)


async def sell_everywhere(scene: Scene, _shop: Shop) -> AsyncIterator[Said]:
    """A basket at each store whose box is there, at its tills in turn."""
    for shop in scene.shops:
        if shop.code in scene.down:
            yield f"{shop.code} cannot sell: its box is down."
            continue
        station = shop.workstations[shop.receipts % len(shop.workstations)]
        async with station.turn:
            answer = await sell(station, shop.shoppers)
        shop.note(answer)
        value = format_money(answer["total_minor"], shop.counted.currency)
        yield f"{shop.code} sold receipt {answer['receipt_number']}, {value}."


async def show_table(scene: Scene, _shop: Shop) -> AsyncIterator[Said]:
    """Every store's state and figures as they are."""
    yield await standing(scene)


async def leave(scene: Scene, _shop: Shop) -> AsyncIterator[Said]:
    """The end."""
    scene.over = True
    yield "The end: what is cut or down comes back, and both sides are compared once more."


ACTS = (
    Act("line", cut_or_mend, "123", "cut the line of S01, S02, S03, or mend it"),
    Act("box", kill_or_start, "k", "kill a box, or start it again", next_turn=True),
    Act("replace", replace, "r", "burn a box, and put a new one in its place", next_turn=True),
    Act("sell", sell_everywhere, "s", "sell at every store"),
    Act("table", show_table, "t", "the table: every store's state and figures"),
    Act("leave", leave, "q", "quit"),
    Act("cut", cut),
    Act("mend", mend),
    Act("lose answers", lose_answers),
    Act("kill", kill),
    Act("start", start),
    Act("copy", disk.copy),
    Act("put back", disk.put_back),
    Act("damage", disk.damage),
    Act("bring whole", disk.bring_whole),
    Act("switch a copy on", live_copy.switch_on),
    Act("sell at both", live_copy.sell_at_both),
    Act("switch the copy off", live_copy.switch_off),
    Act("copy head office", past.copy_head_office),
    Act("put head office back", past.put_head_office_back),
)
BY_NAME = {act.name: act for act in ACTS}
