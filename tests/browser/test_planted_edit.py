"""A row that is changed behind everybody's back, in a box's own file or in head office's tables, is
named to the cent by the program: by real processes."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.browser.chain import Box, Company
from tests.browser.test_box_put_back import opened, sell, sent, told
from tests.integration.test_central_background import until


async def day_said(company: Company, business_date: str, *words: str) -> str:
    """What `central day` prints."""
    return (await told(company, "day", "S01", business_date, *words)).shown


async def test_a_cent_that_is_planted_on_either_side_is_found_and_named(
    company: Company, tmp_path: Path
) -> None:
    box = await company.provision("S01", tmp_path / "S01")
    await box.start()
    till = await opened(box)
    try:
        numbers = await sell(till, 4)
        await sent(box)
        date = str((await till.call("GET", "/business-days/current"))["business_date"])
        day = await day_said(company, date)
        assert "is not closed." in day
        plant_at_store(box, numbers[1])
        await asked(company, date, numbers[1], "gross: store says 7.89, head office counts 7.90.")
        plant_at_store(box, numbers[1], back=True)
        await plant_at_central(company, numbers[2])
        await sell(till, 1)
        await asked(company, date, numbers[2], "gross: store says 7.90, head office counts 7.97.")
    finally:
        await till.client.aclose()
        await box.kill()


async def asked(company: Company, date: str, number: str, by: str) -> None:
    """Head office asks, the box answers: the day differs, and the receipt is named."""
    said = await told(company, "day", "S01", date, "--ask")
    assert "Its box answers with its next contact." in said.shown

    async def named() -> bool:
        shown = await day_said(company, date)
        return f"The box counts {number} otherwise" in shown

    await until(named)
    found = await told(company, "day", "S01", date)
    assert found.code == 1, found.shown
    assert "differs." in found.shown
    line = next(one for one in found.shown.splitlines() if f"counts {number} otherwise" in one)
    assert by in line, line


def plant_at_store(box: Box, number: str, *, back: bool = False) -> None:
    """A cent less on a line of a receipt, in the box's own file, or back again."""
    cent = 1 if back else -1
    with closing(sqlite3.connect(box.folder / "store.sqlite3", timeout=30)) as db:
        changed = db.execute(
            "UPDATE sale_line SET amount_minor = amount_minor + ? WHERE line_no = 1 AND sale_id ="
            " (SELECT sale_id FROM sale WHERE receipt_number = ?)",
            (cent, number),
        )
        assert changed.rowcount == 1
        db.commit()


async def plant_at_central(company: Company, number: str) -> None:
    """Seven cents more, in head office's tables."""
    await company.office.rows(
        "UPDATE sale_line AS l SET amount_minor = l.amount_minor + 7 FROM sale AS s"
        " WHERE s.store_id = l.store_id AND s.sale_id = l.sale_id AND l.line_no = 1"
        " AND s.receipt_number = $1 RETURNING 1",
        number,
    )
