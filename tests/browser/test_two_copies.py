"""A box is copied, and both serve at once: their tills print receipts of one epoch, head office
finds out, one of them goes on in another; by real processes, to the proven day."""

import asyncio
import shutil
from pathlib import Path

from central.demo.children import free_port
from central.demo.workstation import Workstation, new_id, pair
from tests.browser.chain import Box, Company
from tests.browser.test_box_put_back import COUNTED, closed, day_page, opened, sell, sent, told
from tests.integration.test_central_background import until
from tests.pins import PIN

WHO = {"operator_id": "O01"}
WHY = ("--reason", "Its disk was copied, and both were switched on")
AT_ONCE = 4


async def at(box: Box, workstation_id: str, before: Workstation | None = None) -> Workstation:
    """A till with a drawer of its own; ``before``: as which it remembers what it was told."""
    pins = {operator: PIN for (operator,) in box.rows("SELECT operator_id FROM operator")}
    code = await box.pairing_code(workstation_id)
    till = await pair(box.url, "S01", workstation_id, code, pins)
    if before is not None:
        till.kept, till.seen = before.kept, before.seen
    begun = {"till_session_id": new_id(), **WHO, "float_minor": 10_000}
    await till.call("POST", "/till-sessions", begun)
    return till


async def settled(till: Workstation) -> None:
    session = (await till.call("GET", "/till-sessions/current"))["till_session_id"]
    counted = {**WHO, "event_id": new_id(), "counted_cash_minor": 10_000}
    await till.call("POST", f"/till-sessions/{session}/settle", counted)


async def copied(company: Company, box: Box, folder: Path) -> Box:
    """Switched on beside it, under an address of its own."""
    await box.kill()
    shutil.copytree(box.folder, folder, ignore=lambda _at, _in: ["edge.sock"])
    twin = Box(box.code, folder, free_port(), box.forge)
    twin.move_central(company.office.url)
    await asyncio.gather(box.start(), twin.start())
    return twin


async def test_two_copies_of_one_box_sell_at_once_and_the_day_is_proven_with_all_of_it(
    company: Company, tmp_path: Path
) -> None:
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    till = await opened(box)
    numbers = await sell(till, 2)
    await settled(till)
    await sent(box)
    twin = await copied(company, box, tmp_path / "twin")
    try:
        here, there = await at(box, "W1", till), await at(twin, "W2")
        for times in (AT_ONCE, 2):
            for some in await asyncio.gather(sell(here, times), sell(there, times)):
                numbers += some
            await asyncio.gather(sent(box), sent(twin))
        await closed(there)
        await sent(twin)
        await twin.kill()
        back = await at(box, "W2", there)
        given = len(there.kept)
        assert len(await back.give_back()) == given
        for sale_id, answer in there.kept.items():
            assert (await back.call("GET", f"/sales/{sale_id}"))["envelope"] == answer["envelope"]
        numbers += await sell(back, 1)
        await settled(back)
        day = await closed(here)
        await sent(box)
        for one in (till, here, there, back):
            await one.client.aclose()
    finally:
        await box.kill()
        await twin.kill()
    whole = 2 + 2 * AT_ONCE + 2 * 2 + 1
    assert len(numbers) == whole

    async def all_counted() -> bool:
        ((count, _),) = await company.office.rows(COUNTED, company.company_id)
        said = (await told(company, "epochs", "S01")).shown
        return count == whole and "not counted yet" not in said

    await until(all_counted)
    await looked_into(company)
    shown = await day_page(company, day)
    assert f"{whole * 790 / 100:.2f}" in shown
    assert "proven" in shown, shown


async def looked_into(company: Company) -> None:
    """Nobody knows of more than is here; a person has read what both sides were alarmed by."""
    assert "nobody knows of more than is here" in (await told(company, "epochs", "S01")).shown
    while "No alarm" not in (listed := (await told(company, "alarm", "list")).shown):
        number = listed.splitlines()[0].split()[1]
        cleared = await told(company, "alarm", "clear", "S01", number, *WHY)
        assert cleared.code == 0, cleared.shown
