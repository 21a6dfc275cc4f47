"""The demo's business days while a person is at W9: gone on with, and said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx

from central.demo.accounts import Counted
from central.demo.business_day import close_day, open_day
from central.demo.day import Shop, shoppers_of
from central.demo.line import Line
from central.demo.stage import StoreBox
from central.demo.workstation import Workstation, new_id, pair
from edge.usecases.workstation.issue_pairing_code import issue_pairing_code, new_code
from sync.protocol.identity import StoreId, WorkstationId
from tests.edge_store import act, open_store, session_at

EARLY, NEXT = date(2011, 1, 3), date(2011, 1, 4)


@asynccontextmanager
async def demo_and_person(folder: Path) -> AsyncIterator[tuple[Workstation, httpx.AsyncClient]]:
    """The demo's own workstation, and W9 as a person has it."""
    async with open_store(folder) as till:
        code, moment = new_code(), till.box.clock.moment()
        name = WorkstationId("W9")
        await till.box.writer.run(lambda db: issue_pairing_code(db, name, code, moment))
        person = await pair(str(till.client.base_url), "S01", "W9", code)
        session = await session_at(till.box, "W9", "anna")
        person.client.headers["Holdfast-Session"] = session
        try:
            yield Workstation("W1", "S01", till.client), person.client
        finally:
            await person.client.aclose()


async def open_till(person: httpx.AsyncClient) -> str:
    session = new_id()
    body = {"till_session_id": session, "operator_id": "anna", "float_minor": 0}
    (await person.post("/till-sessions", json=body)).raise_for_status()
    return session


async def test_what_the_demo_says_was_sold_is_what_the_board_counts(tmp_path: Path) -> None:
    """B27: the two differed by the rounding of cash."""
    shoppers = shoppers_of(1, 1, [], [], [])
    box = StoreBox("S01", tmp_path, 0, Line(0))
    shop = Shop(Counted(StoreId(UUID(int=1)), box, "SGD"), [], shoppers, EARLY)
    shop.note({"total_minor": 1_002, "due_minor": 1_000, "receipt": ""})
    assert (shop.receipts, shop.value_minor) == (1, 1_002)


async def test_a_till_that_a_person_left_open_keeps_the_day_open_and_is_named(
    tmp_path: Path,
) -> None:
    async with demo_and_person(tmp_path / "S01") as (demo, person):
        assert await open_day(demo, "anna", EARLY) == EARLY
        session = await open_till(person)
        said = await close_day(demo, "anna")
        assert said is not None
        assert said.startswith("S01's day stays open, because somebody is at a till there: ")
        assert "W9" in said
        assert await open_day(demo, "anna", NEXT) == EARLY
        settling = act(counted_cash_minor=0)
        await person.post(f"/till-sessions/{session}/settle", json=settling)
        assert await close_day(demo, "anna") is None
        assert await open_day(demo, "anna", NEXT) == NEXT


async def test_a_day_that_a_person_opened_or_closed_is_gone_on_with(tmp_path: Path) -> None:
    async with demo_and_person(tmp_path / "S01") as (demo, person):
        opened = await person.post("/business-days", json=act())
        today = date.fromisoformat(opened.json()["business_date"])
        assert await open_day(demo, "anna", EARLY) == today
        await person.post(f"/business-days/{today}/close", json=act())
        assert await close_day(demo, "anna") is None
        assert await open_day(demo, "anna", EARLY) == EARLY
