"""Two live copies of one box carry out one act, each under the act's own id: a drawer that was open
when the disk was copied is counted at both, a sale is finished at both. In the day the one of the
lowest place counts, whichever came first; each box's account says what its journal has, and head
office holds it against that; people are told of the other one and let it go."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from central.db.engine import unit_of_work
from central.domain.day_verdict import Doubt
from central.reports.exceptions import find_exceptions
from central.reports.whole_day import WholeDay
from central.usecases.journal.correct_event import EventPlace, release_event
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from edge.db.tills import any_till_open
from edge.domain.kept import Standing
from sync.protocol.change import Epoch
from sync.protocol.currency import format_money
from sync.protocol.identity import CompanyId, StoreId
from tests.central_fixtures import Served, postgres_template, problem, serving
from tests.edge_store import Till, act, open_store, sale
from tests.integration.test_central_grants import tills
from tests.integration.test_put_back_burnt import Keeping, given_back
from tests.integration.test_two_copies import MILK_MINOR, chain, judged

__all__ = ["postgres_template"]


async def counted(till: Till, minor: int) -> None:
    """Of the one drawer, at this box."""
    session = (await till.call("GET", "/till-sessions/current")).json()["till_session_id"]
    path = f"/till-sessions/{session}/settle"
    answer = await till.call("POST", path, act(counted_cash_minor=minor))
    assert answer.status_code == 200, answer.text


async def closed(till: Till) -> date:
    assert not await till.box.reader.read(lambda db: any_till_open(db, None))
    day = (await till.call("GET", "/business-days/current")).json()["business_date"]
    ended = await till.call("POST", f"/business-days/{day}/close", act())
    assert ended.status_code == 200, ended.text
    return date.fromisoformat(day)


async def told(served: Served) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the exceptions inbox, by its kinds."""
    async with unit_of_work(served.engine) as db:
        found = await find_exceptions(db, await _company(served), served.clock.now_ms)
    return {one.kind.name: [case.said for case in one.cases] for one in found}


async def _company(served: Served) -> CompanyId:
    async with unit_of_work(served.engine) as db:
        row = (await db.exec_driver_sql("SELECT company_id FROM company")).one()
    return CompanyId(row[0])


async def let_go(served: Served, store_id: StoreId, found: WholeDay) -> None:
    """As `central quarantine release` does."""
    for one in found.day.set_aside:
        number, _, fingerprint = one.epoch.partition("-")
        place = EventPlace(store_id, Epoch(int(number), bytes.fromhex(fingerprint)), one.seq)
        async with unit_of_work(served.engine) as db:
            why = ("counted at both", "Ann", served.clock.now_ms)
            await release_event(db, await _company(served), place, *why)


async def agreed(served: Served, store_id: StoreId, day: date) -> WholeDay:
    """Nothing differs; what is set aside is let go, and nothing differs then either; all of it is
    the same when it is made anew."""
    found = await judged(served, store_id, day)
    slugs = {one.slug for one in found.day.reasons}
    assert slugs <= {Doubt.ALARM, Doubt.SET_ASIDE}, found.day.reasons
    assert [one for one in found.day.manifests if one.differs] == []
    await let_go(served, store_id, found)
    found = await judged(served, store_id, day)
    assert {one.slug for one in found.day.reasons} <= {Doubt.ALARM}, found.day.reasons
    await rebuild_projections(served.engine)
    again = await judged(served, store_id, day)
    assert (again.day.reasons, again.day.central) == (found.day.reasons, found.day.central)
    assert (await verify_head_office(served.engine)).findings == ()
    return again


@pytest.mark.parametrize("second_counts", ["in the epoch of both", "in one of its own"])
@pytest.mark.parametrize("amounts", [(10_690, 10_345), (10_690, 10_690)], ids=["unlike", "alike"])
@pytest.mark.parametrize("first", ["one", "two"])
async def test_a_drawer_that_both_copies_counted_counts_once_and_both_accounts_are_head_offices(
    postgres_url: str, tmp_path: Path, first: str, amounts: tuple[int, int], second_counts: str
) -> None:
    second, unlike = "two" if first == "one" else "one", amounts[0] != amounts[1]
    async with chain(postgres_url, tmp_path) as (served, store_id):
        given: dict[str, list[dict[str, Any]]] = {}
        async with open_store(tmp_path / first) as till:
            shop = Keeping(till, served)
            given[first] = await shop.sell_kept(2)
            await counted(till, amounts[0])
            await shop.exchanged()
        async with open_store(tmp_path / second) as till:
            shop = Keeping(till, served)
            given[second] = await shop.sell_kept(1 if unlike else 2)
            if second_counts == "in one of its own":
                await shop.exchanged()
            await counted(till, amounts[1])
            await shop.exchanged()
        for name, other in ((first, second), (second, first)):
            async with open_store(tmp_path / name) as till:
                shop = Keeping(till, served)
                await given_back(till, given[other])
                day = await closed(till)
                await shop.exchanged()
                assert set(await given_back(till, given[other])) == {Standing.ACKNOWLEDGED}
        found = await judged(served, store_id, day)
        inbox = await told(served)
        assert (len(found.day.set_aside), "twice" in inbox) == (unlike, unlike)
        found = await agreed(served, store_id, day)
        assert found.day.central.counted_cash_minor in amounts
        assert found.day.central.transactions == 5 + (not unlike)


async def test_the_drawers_count_of_the_lowest_place_counts_whichever_came_first(
    postgres_url: str, tmp_path: Path
) -> None:
    """The copy counts first in the journal of both, and is heard last."""
    async with chain(postgres_url, tmp_path) as (served, store_id):
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            given = await shop.sell_kept(2)
            await counted(till, 11_035)
            day = await closed(till)
            await shop.exchanged()
        first = await judged(served, store_id, day)
        assert first.day.central.counted_cash_minor == 11_035
        assert first.day.reasons == ()
        async with open_store(tmp_path / "two") as till:
            shop = Keeping(till, served)
            await counted(till, 10_345)
            await shop.exchanged()
            await given_back(till, given)
            assert await closed(till) == day
            await shop.exchanged()
        found = await agreed(served, store_id, day)
        assert found.day.central.counted_cash_minor == 10_345
        assert found.day.central.over_short_minor == 10_345 - (10_000 + 2 * MILK_MINOR)


@pytest.mark.parametrize("beside", [0, 1], ids=["alone", "beside another one"])
async def test_a_sale_that_the_copy_finished_at_a_lower_place_is_in_its_boxs_account_all_the_same(
    postgres_url: str, tmp_path: Path, beside: int
) -> None:
    """The box has its own of it at a higher place, which head office had first."""
    async with chain(postgres_url, tmp_path) as (served, store_id):
        once = sale()
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            await shop.sell(2)
            first = (await till.call("POST", "/sales", once)).json()
            await shop.exchanged()
        async with open_store(tmp_path / "two") as till:
            again = (await till.call("POST", "/sales", once)).json()
            given = await Keeping(till, served).sell_kept(beside)
        assert again["head"]["seq"] < first["head"]["seq"]
        async with open_store(tmp_path / "one") as till:
            shop = Keeping(till, served)
            assert set(await given_back(till, [again, *given])) == {Standing.WANTED}
            await counted(till, 10_000)
            day = await closed(till)
            await shop.exchanged()
        found = await judged(served, store_id, day)
        assert len(found.day.set_aside) == 1
        inbox = await told(served)
        kept, lost = (f"receipt {one['receipt_number']}, SGD 3.45" for one in (again, first))
        ((alarm,),), ((*_, aside),) = inbox["twice"], inbox["quarantined"]
        assert f"counts ({kept}), " in alarm
        assert alarm.endswith(f"is set aside ({lost}).")
        assert aside == lost
        found = await agreed(served, store_id, day)
        assert found.day.central.transactions == 5 + beside


@pytest.mark.parametrize("first", ["one", "two"])
async def test_a_sale_that_both_live_copies_finished_is_in_both_accounts_and_once_in_the_day(
    postgres_url: str, tmp_path: Path, first: str
) -> None:
    second = "two" if first == "one" else "one"
    async with chain(postgres_url, tmp_path, counted=True) as (served, store_id):
        once = sale()
        answers: dict[str, list[dict[str, Any]]] = {}
        for name, before in ((first, 2), (second, 0)):
            async with open_store(tmp_path / name) as till:
                shop = Keeping(till, served)
                await till.open_shop()
                answers[name] = await shop.sell_kept(before)
                answers[name].append((await till.call("POST", "/sales", once)).json())
                await counted(till, 10_000)
                await shop.exchanged()
        for name, other in ((first, second), (second, first)):
            async with open_store(tmp_path / name) as till:
                shop = Keeping(till, served)
                await given_back(till, answers[other])
                day = await closed(till)
                await shop.exchanged()
        found = await agreed(served, store_id, day)
        assert found.day.central.transactions == 5
        assert found.day.central.gross_minor == 5 * MILK_MINOR


async def test_where_two_boxes_wrote_as_one_the_alarm_names_the_receipt_that_is_here(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as served:
        (one,) = await tills(served, 1)
        kept = one.earns(5)
        await one.tells()
        for written in (one.box.events, one.box.hashes):
            written.pop()
        one.earns(6)
        answer = await one.box.push_events(1, len(one.box.events))
        assert problem(answer) == (409, "fork")
        ((alarm,),) = (await told(served))["forks"]
        named = f"receipt {kept.receipt_number}, {format_money(kept.due_minor, kept.currency)}"
        assert f"than head office does ({named})." in alarm
