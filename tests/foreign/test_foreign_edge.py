"""An edge that was written from the text alone, against the head office that is built."""

import ast
from datetime import date
from pathlib import Path

import pytest

from central.db.engine import unit_of_work
from central.reports.reconciliation import Colour, DayVerdict, reconcile_day
from central.usecases.give_first_grants import give_due_grants
from central.usecases.load_sample import load_sample
from central.usecases.sequence_publications import drain_publications
from sync.protocol.identity import StoreId
from tests.central_fixtures import NOW_MS, Served, postgres_template, serving
from tests.foreign.box import Box
from tests.foreign.shop import Shop
from tests.head_office import apply_all

__all__ = ["postgres_template"]

DAY = date(2026, 9, 21)
CLIENT = ("wire", "columns", "facts", "day", "box", "shop")


async def opened(served: Served) -> Shop:
    """A shop of the sample chain with every feed."""
    company_id = await served.company()
    store_id = await served.store(company_id, "S01")
    async with unit_of_work(served.engine) as db:
        await load_sample(db, company_id, NOW_MS)
    box = Box(served.client)
    await box.enrol(await served.code(store_id))
    while await give_due_grants(served.engine, NOW_MS):
        pass
    await drain_publications(served.engine)
    await box.pull()
    return Shop(box, DAY, NOW_MS - 3_600_000)


async def verdict(served: Served, shop: Shop) -> DayVerdict:
    await apply_all(served.office.archive)
    async with unit_of_work(served.engine) as db:
        return await reconcile_day(db, StoreId(shop.box.store_id), shop.day)


@pytest.mark.parametrize("turn", [True, False], ids=["columns", "bodies as they are"])
async def test_a_day_of_a_foreign_edge_is_green(postgres_url: str, turn: bool) -> None:
    """D: enrolment, feeds, chain, one sale and the manifest, as the text has them."""
    async with serving(postgres_url) as served:
        shop = await opened(served)
        shop.open_day()
        shop.open_till(20_000)
        shop.sell([shop.line(1, "BAK-001", 2_000), shop.line(2, "FRV-001", 735)])
        shop.settle_till()
        shop.close_day()
        await shop.box.push(turn)
        assert (shop.box.acknowledged, shop.box.stopped) == (5, "")
        found = await verdict(served, shop)
        assert (found.sentences, found.set_aside) == ((), ())
        assert found.colour == Colour.GREEN


@pytest.mark.parametrize("name", CLIENT)
def test_the_foreign_edge_imports_nothing_of_the_project(name: str) -> None:
    """D: else it would agree with the code and say nothing about the text."""
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named.add(node.module or "")
    ours = {module for module in named if module.split(".")[0] in ("sync", "edge", "central")}
    assert not ours
    assert all(one.startswith("tests.foreign.") for one in named if one.startswith("tests"))
