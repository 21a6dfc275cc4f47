"""Reports and pages read in a lane of their own: boxes are never kept waiting by who looks, and a
report that would take too long says so."""

from contextlib import AsyncExitStack
from unittest.mock import patch

from central.api import reading
from central.db.engine import driver_of, unit_of_work
from central.office.head_office import READERS_WAITING_MAX, READING_AT_ONCE
from sync.protocol.codec import pack_batch
from tests.board_pages import PageText
from tests.central_fixtures import postgres_template
from tests.integration.board_fixtures import acme, arrive, traded
from tests.shop_journal import COMPANY, DAY

__all__ = ["postgres_template"]

SALES = f"/v1/reports/daily-sales?first={DAY}&last={DAY}"


async def test_a_report_beyond_its_time_says_what_is_too_large_and_how_to_ask(
    postgres_url: str,
) -> None:
    """C3: it is no database that is away, and asking again the same helps nobody."""
    async with acme(postgres_url) as served:
        await arrive(served, traded(1, 5))
        with patch.object(reading, "STATEMENT_S", 1):
            async with unit_of_work(served.engine) as db:
                await (await driver_of(db)).execute("LOCK TABLE day_total")
                report, page = await served.client.get(SALES), await served.client.get("/")
        assert (report.status_code, page.status_code) == (422, 422)
        told = report.json()
        assert told["type"].endswith(":report-too-large")
        assert "longer than 1 s" in told["detail"]
        assert "fewer days" in told["remedy"]
        assert "fewer days" in PageText(page.text).words["content"]
        assert (await served.client.get(SALES)).status_code == 200


async def test_who_looks_waits_outside_and_takes_no_connection_from_a_box(
    postgres_url: str,
) -> None:
    async with acme(postgres_url) as served, AsyncExitStack() as readers:
        box = await served.enrolled(await served.store(COMPANY, "S09"))
        for _ in range(READING_AT_ONCE):
            await readers.enter_async_context(served.office.reports.turn())
        box.record(3)
        assert (await box.push(pack_batch(box.batch(1, 3)))).status_code == 200
        served.office.reports._inside += READERS_WAITING_MAX
        busy = await served.client.get(SALES)
        served.office.reports._inside -= READERS_WAITING_MAX
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
        assert busy.json()["type"].endswith(":busy")
