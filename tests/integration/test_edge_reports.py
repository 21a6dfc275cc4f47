"""What a till needs to sell never waits behind a report."""

import asyncio
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from edge.db.connection.reader import REPORTS_WAITING_MAX
from edge.db.totals import read_totals
from edge.usecases.day import add_up
from sync.protocol.figures import Totals
from tests.edge_store import MILK, open_store, sale
from tests.patience import PATIENCE_S

ASKED = 16


async def test_items_quotes_and_sales_do_not_wait_behind_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A31: 16 reports at once over 104,000 receipts: a look-up waited 10 s and got 500."""
    begun, may_end, at_once = threading.Event(), threading.Event(), [0, 0]

    def slow(db: sqlite3.Connection, business_date: date | None) -> Totals:
        at_once[0] += 1
        at_once[1] = max(at_once)
        begun.set()
        may_end.wait(PATIENCE_S)
        at_once[0] -= 1
        return read_totals(db, business_date)

    monkeypatch.setattr(add_up, "read_totals", slow)
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        reports = [asyncio.ensure_future(till.call("GET", "/totals")) for _ in range(ASKED)]
        try:
            await asyncio.to_thread(begun.wait, 60)
            assert (await till.call("GET", f"/items/{MILK}")).status_code == 200
            basket = {"operator_id": "anna", "lines": sale()["lines"]}
            assert (await till.call("POST", "/quotes", basket)).status_code == 200
            assert (await till.call("POST", "/sales", sale())).status_code == 201
        finally:
            may_end.set()
        answers = await asyncio.gather(*reports)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * (1 + REPORTS_WAITING_MAX) + [503] * (ASKED - 1 - REPORTS_WAITING_MAX)
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.json()["type"] == "urn:holdfast:problem:busy"
    assert int(refused.headers["retry-after"]) > 0
    assert at_once[1] == 1
