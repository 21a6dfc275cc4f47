"""A tip at the store's box: on the receipt, in the day's figures and in the drawer, and given back
by a void alone."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from edge.box.folder import database_of
from edge.db.store import take_settings
from sync.protocol.figures import Totals
from tests.edge_store import WINE, Till, open_store, sale, settings
from tests.integration.test_edge_sign_in import slug
from tests.integration.test_edge_take_back import back
from tests.integration.test_edge_void import void

WHOLE = [{"line_no": 1, "scan_code": WINE, "quantity_milli": 1_000}]
PRICE = 2_990


@pytest_asyncio.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with open_store(tmp_path / "S01") as opened:
        await opened.open_shop()
        yield opened


async def tips_on(till: Till) -> None:
    """As head office publishes it."""
    changed = msgspec.structs.replace(settings(), tips=True)
    await till.box.writer.run(lambda db: take_settings(db, changed))


def tipped(tender_id: str, amount_minor: int, tip_minor: int, **more: Any) -> dict[str, Any]:
    tender = {"tender_id": tender_id, "amount_minor": amount_minor, "tip_minor": tip_minor}
    return sale(lines=WHOLE, tenders=[tender], total_minor=PRICE, **more)


async def figure(till: Till, name: str) -> int:
    told = (await till.call("GET", "/totals")).json()["totals"]
    found: int = getattr(msgspec.convert(told, Totals), name)
    return found


async def test_a_shop_takes_none_unless_it_is_switched_on(till: Till) -> None:
    answer = await till.call("POST", "/sales", tipped("card", PRICE + 200, 200))
    assert slug(answer) == "tips-off"
    assert (await till.call("GET", "/till")).json()["tips"] is False
    await tips_on(till)
    assert (await till.call("GET", "/till")).json()["tips"] is True
    done = await till.call("POST", "/sales", tipped("card", PRICE + 200, 200))
    assert done.status_code == 201, done.text


async def test_it_stands_on_the_receipt_in_the_day_and_in_the_drawer(till: Till) -> None:
    await tips_on(till)
    asked = {"operator_id": "anna", "lines": WHOLE}
    due = (await till.call("POST", "/quotes", asked)).json()["due"]
    assert due["quick_tips_minor"] == [150, 300, 450]
    done = (await till.call("POST", "/sales", tipped("cash", 5_000, 300))).json()
    assert (done["due_minor"], done["tips_minor"], done["change_minor"]) == (PRICE, 300, 1_710)
    lines = [" ".join(line.split()) for line in done["receipt"].splitlines()]
    assert "Tip 3.00" in lines
    assert lines.index("TOTAL SGD 29.90") < lines.index("Tip 3.00") < lines.index("Cash 50.00")
    assert await figure(till, "tips_minor") == 300
    assert await figure(till, "gross_minor") == PRICE
    session = (await till.call("GET", "/till")).json()["till_session"]["till_session_id"]
    assert cash_in(till) == PRICE + 300, session


def cash_in(till: Till) -> int:
    """What the drawer has more than its float."""
    with closing(sqlite3.connect(database_of(till.box.folder))) as db:
        taken = db.execute(
            "SELECT coalesce(sum(amount_minor), 0) FROM sale_tender WHERE kind = 'cash'"
        )
        given = db.execute("SELECT sum(change_minor) FROM sale")
        found: int = taken.fetchone()[0] - given.fetchone()[0]
        return found


@pytest.mark.parametrize(("tender_id", "given"), [("card", PRICE + 300), ("cash", 5_000)])
async def test_a_void_gives_it_back(till: Till, tender_id: str, given: int) -> None:
    await tips_on(till)
    sold = (await till.call("POST", "/sales", tipped(tender_id, given, 300))).json()
    asked = {"operator_id": "anna", "lines": [], "post_void_of": sold["sale_id"]}
    told = (await till.call("POST", "/quotes", asked)).json()
    assert [(one["amount_minor"], one["tip_minor"]) for one in told["refunds"]] == [
        (-PRICE - 300, -300)
    ]
    kept = void(sold, tenders=[{"tender_id": tender_id, "amount_minor": -PRICE}])
    assert slug(await till.call("POST", "/sales", kept)) == "tips-of-void"
    gone = await till.call("POST", "/sales", void(sold))
    assert gone.status_code == 201, gone.text
    assert gone.json()["tips_minor"] == -300
    assert [await figure(till, name) for name in ("tips_minor", "change_minor")] == [
        *(0, sold["change_minor"]),
    ]
    assert cash_in(till) == 0


async def test_goods_that_come_back_leave_it_with_who_served(till: Till) -> None:
    await tips_on(till)
    sold = (await till.call("POST", "/sales", tipped("card", PRICE + 300, 300))).json()
    lines = back(sold)["lines"]
    asked = {"operator_id": "anna", "lines": lines}
    told = (await till.call("POST", "/quotes", asked)).json()
    assert [one["amount_minor"] for one in told["refunds"]] == [-PRICE]
    taken = sale(
        lines=lines,
        tenders=[{"tender_id": "card", "amount_minor": -PRICE}],
        total_minor=-PRICE,
    )
    done = await till.call("POST", "/sales", taken)
    assert done.status_code == 201, done.text
    assert await figure(till, "tips_minor") == 300
