"""A copy of a running box is switched on beside it: what it gave in the place of events that head
office has from the other one comes home as what it is, and both sides count it alike."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from central.db.engine import unit_of_work
from central.domain.day_verdict import DayVerdict, Doubt
from central.reports.whole_day import WholeDay, whole_day
from central.usecases.box.seal_epoch import seal_epoch
from central.usecases.journal.close_tail import close_tail
from edge.box.clock import wall_clock_ms
from edge.db.spans import Span, read_events, read_points
from edge.domain.kept import Standing
from edge.usecases.day.close import make_manifest
from sync.protocol.identity import StoreId
from sync.protocol.manifest import Manifest
from tests.central_fixtures import Served, postgres_template, serving
from tests.edge_store import Till, act, open_store, sale
from tests.integration.test_put_back_burnt import Keeping, applied, enrolled, given_back
from tests.integration.test_put_back_shop import published
from tests.put_back import known_key

__all__ = ["postgres_template"]
MILK_MINOR = 345


@asynccontextmanager
async def chain(
    url: str, folder: Path, *, counted: bool = False
) -> AsyncIterator[tuple[Served, StoreId]]:
    """A head office, and a store whose box has its goods and sold twice; then it was copied, with
    its till open or ``counted``."""
    async with serving(url, now_ms=wall_clock_ms()) as served:
        company = await served.company()
        await known_key(served)
        store_id = await served.store(company, "S01")
        await published(served, company, MILK_MINOR)
        await enrolled(served, store_id, folder / "one")
        async with open_store(folder / "one") as till:
            shop = Keeping(till, served)
            await shop.exchanged()
            await till.open_shop()
            await shop.sell(2)
            if counted:
                await settled(till)
            await shop.exchanged()
        shutil.copytree(folder / "one", folder / "two")
        yield served, store_id


async def settled(till: Till) -> None:
    session = (await till.call("GET", "/till-sessions/current")).json()["till_session_id"]
    counted = await till.call(
        "POST", f"/till-sessions/{session}/settle", act(counted_cash_minor=10_000)
    )
    assert counted.status_code == 200, counted.text


async def closed(till: Till) -> date:
    """Every till is counted, the day is closed."""
    await settled(till)
    day = (await till.call("GET", "/business-days/current")).json()["business_date"]
    ended = await till.call("POST", f"/business-days/{day}/close", act())
    assert ended.status_code == 200, ended.text
    return date.fromisoformat(day)


async def judged(served: Served, store_id: StoreId, day: date) -> WholeDay:
    await applied(served)
    async with unit_of_work(served.engine) as db:
        return await whole_day(db, store_id, day, served.clock.now_ms)


async def manifest_of(till: Till) -> Manifest:
    day = (await till.call("GET", "/business-days/current")).json()["business_date"]
    return await till.box.reader.read(lambda db: make_manifest(db, date.fromisoformat(day)))


async def test_what_a_burnt_copy_gave_is_counted_apart_by_its_box_and_by_head_office_alike(
    postgres_url: str, tmp_path: Path
) -> None:
    """Its till came back to the box: there, too, its receipts are looked up, and the day is
    proven with them."""
    async with chain(postgres_url, tmp_path) as (served, store_id):
        async with open_store(tmp_path / "two") as till:
            given = await Keeping(till, served).sell_kept(2)
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            assert await given_back(till, given) == [Standing.LATER] * 2
            await shop.sell(3)
            await shop.exchanged()
            assert await given_back(till, given) == [Standing.WANTED] * 2
            for answer in given:
                found = (await till.call("GET", f"/sales/{answer['sale_id']}")).json()
                assert found["envelope"] == answer["envelope"]
            said = await manifest_of(till)
            assert (said.store.transactions, said.recovered.transactions) == (5, 2)
            totals = (await till.call("GET", "/totals")).json()
            assert totals["recovered"][0] == 2
            await shop.sell(1)
            day = await closed(till)
            await shop.exchanged()
            assert set(await given_back(till, given)) == {Standing.ACKNOWLEDGED}
        found = await judged(served, store_id, day)
        assert found.day.reasons == ()
        assert found.day.verdict is DayVerdict.PROVEN
        assert found.day.central.transactions == 8
        assert found.day.central.gross_minor == 8 * MILK_MINOR


async def test_a_sale_that_both_copies_carried_out_is_its_boxs_own_whoever_brings_the_other(
    postgres_url: str, tmp_path: Path
) -> None:
    async with chain(postgres_url, tmp_path) as (served, store_id):
        once = sale()
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            first = (await till.call("POST", "/sales", once)).json()
            await shop.sell(3)
            await shop.exchanged()
        async with open_store(tmp_path / "two") as till:
            await Keeping(till, served).sell(1)
            again = (await till.call("POST", "/sales", once)).json()
        assert first["head"] != again["head"]
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            assert await given_back(till, [again]) == [Standing.WANTED]
            found = (await till.call("GET", f"/sales/{once['sale_id']}")).json()
            assert found["envelope"] == first["envelope"]
            said = await manifest_of(till)
            assert (said.store.transactions, said.recovered.transactions) == (6, 0)
            day = await closed(till)
            await shop.exchanged()
        found_day = await judged(served, store_id, day)
        assert not [one for one in found_day.day.reasons if one.slug is not Doubt.SET_ASIDE]
        assert found_day.day.central.transactions == 6


async def test_a_span_of_the_journal_is_what_stands_in_it_and_not_what_a_copy_gave_there(
    postgres_url: str, tmp_path: Path
) -> None:
    async with chain(postgres_url, tmp_path) as (served, _):
        async with open_store(tmp_path / "two") as till:
            given = await Keeping(till, served).sell_kept(2)
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            await shop.sell(3)
            await shop.exchanged()
            before = await spans(till)
            await given_back(till, given)
            assert await spans(till) == before
            assert before[0][-1].totals.transactions == 5
            assert len([one for one in before[1] if one.totals.transactions]) == 5


async def spans(till: Till) -> tuple[Any, Any]:
    """Of all that stands before what came home."""
    epoch = await till.epoch()
    day = (await till.call("GET", "/business-days/current")).json()["business_date"]
    span = Span(date.fromisoformat(day), epoch, 0, 20)
    return await till.box.reader.read(lambda db: (read_points(db, span), read_events(db, span)))


@pytest.mark.parametrize("first", ["one", "two"])
async def test_both_copies_bring_what_the_other_one_gave_and_both_accounts_are_head_offices(
    postgres_url: str, tmp_path: Path, first: str
) -> None:
    """Each has a till of its own, opened, sold at and counted at the same places of one epoch; the
    later one goes on in another, and carries along what it had not sent."""
    second = "two" if first == "one" else "one"
    async with chain(postgres_url, tmp_path, counted=True) as (served, store_id):
        given: dict[str, list[dict[str, Any]]] = {}
        for name in (first, second):
            async with open_store(tmp_path / name) as till:
                shop = Keeping(till, served)
                await till.open_shop()
                given[name] = await shop.sell_kept(2)
                await settled(till)
                await shop.exchanged()
                await till.open_shop()
        for name, other in ((first, second), (second, first)):
            async with open_store(tmp_path / name) as till:
                shop = Keeping(till, served)
                await given_back(till, given[other])
                day = await closed(till)
                await shop.exchanged()
                assert set(await given_back(till, given[other])) == {Standing.ACKNOWLEDGED}
        found = await judged(served, store_id, day)
        assert {one.slug for one in found.day.reasons} == {Doubt.ALARM}, found.day.reasons
        assert found.day.central.transactions == 6
        assert found.day.central.gross_minor == 6 * MILK_MINOR


async def test_a_copy_that_was_switched_off_with_its_till_open_is_given_up_and_the_day_is_proven(
    postgres_url: str, tmp_path: Path
) -> None:
    """The drawer that was open when the disk was copied is counted once, at the box that stays;
    what the copy gave came home there, and counts."""
    async with chain(postgres_url, tmp_path) as (served, store_id):
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            await shop.sell(2)
            await shop.exchanged()
        async with open_store(tmp_path / "two") as till:
            shop = Keeping(till, served)
            given = await shop.sell_kept(2)
            await shop.exchanged()
            given += await shop.sell_kept(1)
            await shop.exchanged()
            elsewhere = str(await till.epoch())
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            assert await given_back(till, given) == [Standing.WANTED] * 3
            await shop.sell(1)
            day = await closed(till)
            await shop.exchanged()
        await given_up(served, store_id, elsewhere)
        found = await judged(served, store_id, day)
        assert {one.slug for one in found.day.reasons} == {Doubt.ALARM}, found.day.reasons
        assert found.day.central.transactions == 8


async def given_up(served: Served, store_id: StoreId, epoch: str) -> None:
    """As `central seal` and `central write-off` do."""
    why = ("a copy, switched off", "Ann", served.clock.now_ms)
    async with unit_of_work(served.engine) as db:
        await seal_epoch(db, store_id, epoch, *why)
        await close_tail(db, store_id, epoch, None, *why)
