"""The table of a demo that stays open: each store's state beside its figures, as they are now."""

from rich import box
from rich.console import Group
from rich.table import Table

from central.db.engine import snapshot
from central.demo.accounts import account_of_box, account_of_central
from central.demo.compare import Comparison, compare, drawn
from central.demo.day import Shop
from central.demo.line import LineState
from central.demo.scene import Scene
from central.demo.technician import ask
from central.reports.totals import store_totals
from sync.protocol.currency import decimals_of
from sync.protocol.figures import Totals
from sync.protocol.money import format_minor

NOT_KNOWN = "not known"
_LINES = {
    LineState.OPEN: "",
    LineState.CUT: "line cut",
    LineState.LOSING: "loses answers",
}


async def standing(scene: Scene) -> Group:
    """A row for each store; where one differs of which nothing is on its way, all its figures."""
    found = Table(title="As it is now", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("store", "state"):
        found.add_column(heading)
    for heading in ("receipts", "head office", "gross", "head office"):
        found.add_column(heading, justify="right")
    found.add_column("verdict")
    differing = []
    for shop in scene.shops:
        cells, comparison = await _look(scene, shop)
        found.add_row(shop.code, *cells)
        differing += [comparison] if comparison is not None else []
    return Group(found, *drawn(differing))


async def _look(scene: Scene, shop: Shop) -> tuple[tuple[str, ...], Comparison | None]:
    """The store's cells; how it differs, where it does."""
    stage, store = scene.stage, shop.counted
    down = shop.code in scene.down
    state = ", ".join(filter(None, ("box down" if down else "", _LINES[shop.box.line.state])))
    if down:
        async with snapshot(stage.engine) as db:
            theirs = _shown(await store_totals(db, store.store_id, None), store.currency)
        return (state, NOT_KNOWN, theirs[0], NOT_KNOWN, theirs[1], NOT_KNOWN), None
    waiting = (await ask(stage, shop.box, "GET", "/status"))["waiting"]
    told, ours = await account_of_box(stage, store)
    async with snapshot(stage.engine) as db:
        held, here = await account_of_central(db, store, told["epoch"])
    comparison = compare(shop.code, store.currency, ours, here)
    on_its_way = waiting or held.unapplied or ours.last_seq != held.watermark
    verdict = f"[yellow]{waiting:,} not sent[/]" if on_its_way else "[bold red]DIFFERS[/]"
    if comparison.equal:
        verdict = "[green]equal[/]"
    sides = zip(*(_shown(side.totals, store.currency) for side in (ours, here)), strict=True)
    cells = (state or "running", *(cell for figure in sides for cell in figure), verdict)
    return cells, None if comparison.equal or on_its_way else comparison


def _shown(totals: Totals, currency: str) -> tuple[str, str]:
    return f"{totals.transactions:,}", format_minor(totals.gross_minor, decimals_of(currency) or 0)
