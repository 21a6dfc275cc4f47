"""A box is put back to its morning, sells on, and head office comes to count every receipt of both
of its pasts: by real processes, to the proven day."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from central.demo.workstation import Workstation, new_id, pair
from tests.browser.chain import PASSWORD, Box, Company
from tests.integration.test_central_background import until
from tests.integration.test_central_cli import Done, central
from tests.pins import PIN

BUN_MINOR = 790
COUNTED = """
SELECT count(*), count(DISTINCT receipt_number) FROM sale JOIN store USING (store_id)
WHERE company_id = $1
"""


async def sell(till: Workstation, times: int) -> list[str]:
    """So many buns by card; their receipts' numbers."""
    numbers = []
    for _ in range(times):
        sale: dict[str, Any] = {
            "sale_id": new_id(),
            "operator_id": "O01",
            "tendered_at": datetime.now(UTC).isoformat(),
            "total_minor": BUN_MINOR,
            "lines": [{"line_no": 1, "quantity_milli": 1_000, "item_id": "BAK-011"}],
            "tenders": [{"tender_id": "card", "amount_minor": BUN_MINOR, "reference": "A1"}],
        }
        numbers.append(str((await till.complete("/sales", sale))["receipt_number"]))
    return numbers


async def sent(box: Box) -> None:
    async def nothing_waits() -> bool:
        return int((await box.ask("GET", "/status"))["waiting"]) == 0

    await until(nothing_waits)


async def told(company: Company, *words: str) -> Done:
    url = company.office.engine.url.render_as_string(hide_password=False)
    url = url.replace("+asyncpg", "")
    return await central(*words, "--company", company.name, url=url)


async def day_page(company: Company, business_date: str) -> str:
    """The day's page as its words."""
    origin = {"Origin": company.office.url, "Sec-Fetch-Site": "same-origin"}
    form = {"company": company.name, "email": company.email, "password": PASSWORD}
    async with httpx.AsyncClient(base_url=company.office.url) as client:
        await client.post("/sign-in", data=form, headers=origin)
        shown = await client.get(f"/stores/S01/{business_date}")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.text))


async def opened(box: Box) -> Workstation:
    pins = {operator: PIN for (operator,) in box.rows("SELECT operator_id FROM operator")}
    till = await pair(box.url, "S01", "W1", await box.pairing_code("W1"), pins)
    await till.call("POST", "/business-days", {"event_id": new_id(), "operator_id": "O01"})
    begun = {"till_session_id": new_id(), "operator_id": "O01", "float_minor": 10_000}
    await till.call("POST", "/till-sessions", begun)
    return till


async def closed(till: Workstation) -> str:
    """Settle and close; the day."""
    who = {"operator_id": "O01"}
    session = (await till.call("GET", "/till-sessions/current"))["till_session_id"]
    counted = {**who, "event_id": new_id(), "counted_cash_minor": 10_000}
    await till.call("POST", f"/till-sessions/{session}/settle", counted)
    day = str((await till.call("GET", "/business-days/current"))["business_date"])
    await till.call("POST", f"/business-days/{day}/close", {**who, "event_id": new_id()})
    return day


async def test_a_box_put_back_to_its_morning_sells_on_and_no_receipt_of_either_past_is_lost(
    company: Company, tmp_path: Path
) -> None:
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    till = await opened(box)
    try:
        numbers = await sell(till, 3)
        await sent(box)
        await box.kill()
        copy = shutil.copytree(box.folder, tmp_path / "copy", ignore=lambda _at, _in: ["edge.sock"])
        await box.start()
        numbers += await sell(till, 2)
        await sent(box)
        await box.kill()
        shutil.rmtree(box.folder)
        shutil.move(copy, box.folder)
        await box.start()
        numbers += await sell(till, 2)
        day = await closed(till)
        await sent(box)
    finally:
        await till.client.aclose()
        await box.kill()
    assert len(set(numbers)) == 7
    assert re.fullmatch(r"S01-W1-E1-[0-9a-f]{8}-000002", numbers[-1])

    async def all_counted() -> bool:
        return await company.office.rows(COUNTED, company.company_id) == [(7, 7)]

    await until(all_counted)
    await settled(company, day)


async def settled(company: Company, day: str) -> None:
    """Nobody knows of more, and nobody need give anything up: the box says what it holds of the
    epoch that it left, and what the disk took along came home."""
    epochs = (await told(company, "epochs", "S01")).shown
    assert "nobody knows of more than is here" in epochs
    why = ("--reason", "The disk was put back")

    async def listed() -> list[str]:
        shown = (await told(company, "alarm", "list")).shown
        return [line for line in shown.splitlines() if line.startswith("S01 ")]

    async def both_came() -> bool:
        return len(await listed()) == 2

    await until(both_came)
    for _ in range(2):
        number = (await listed())[0].split()[1]
        assert (await told(company, "alarm", "clear", "S01", number, *why)).code == 0
    assert "No alarm" in (await told(company, "alarm", "list")).shown
    shown = await day_page(company, day)
    assert "55.30" in shown
    assert "proven" in shown, shown
