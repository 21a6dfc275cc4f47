"""Head office is put back and its mirror is lost: what boxes show makes it know again what it gave
them to spend, of every kind, and what it lets them lend."""

from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from central.db.engine import unit_of_work
from central.domain.epoch import UnknownEpoch
from central.domain.incarnation import Expected
from central.reports.grants import Grants, outstanding_grants
from central.reports.incarnation import still_expected
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.grant.goodwill import drain_due_goodwill
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.close_tail import Cost, weigh_closing
from sync.protocol.batch import Acknowledgement
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.enrolment import AnswerShown
from sync.protocol.periods import Period
from sync.protocol.reference import FeedPage, Goodwill, Grant
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, serving
from tests.integration.test_central_born_later import write_off
from tests.integration.test_central_cli import central
from tests.integration.test_central_goodwill import TODAY, lend, told
from tests.integration.test_central_grants import LI, Till, granted, tills
from tests.integration.test_readmission import LATER_MS, grants_of, show, shown
from tests.put_back import Chain, chain, delivered, known_key, reached, whole

__all__ = ["chain", "postgres_template"]
GIVEN = ("grant_answer", "grant_given", "right_held", "goodwill_given")
CARD = UUID(int=0xCA8D)


async def given(served: Served) -> dict[str, list[tuple[object, ...]]]:
    """What head office knows that it gave."""
    return {one: sorted(await served.rows(f"SELECT * FROM {one}"), key=repr) for one in GIVEN}


async def lent(box: TestedBox) -> tuple[Goodwill, ...]:
    page = await box.feed("goodwill", scope=box.me.store_id)
    rows = decode(FeedPage, page.content).rows
    return tuple(decode(Goodwill, row.body) for row in rows if row.body is not None)


async def put_back(served: Served, till: Till) -> Till:
    till.served, till.box = served, reached(till.box, served)
    return till


async def test_what_boxes_show_makes_head_office_know_what_it_gave(chain: Chain) -> None:
    async with serving(chain.url) as served:
        await known_key(served)
        first, second = await tills(served)
    copy = await chain.copy()
    request = uuid4()
    async with serving(chain.url) as served:
        first, second = await put_back(served, first), await put_back(served, second)
        sale = first.earns(100)
        first.releases(sale, 100)
        await first.tells()
        assert granted(await second.asks(25, request)) == 25
        await second.tells()
        await lend(served, first.box.me.store_id, 500)
        rights, goodwill = await grants_of(served, first.box), await lent(first.box)
        assert (sum(one.points for one in rights), len(goodwill)) == (60, 1)
        before = await given(served)
    chain.put_back(copy)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first, second = await put_back(served, first), await put_back(served, second)
        answers = (AnswerShown(request, "points", LI, 25, 25),)
        asked = shown(second.box, answers=answers)
        for _ in range(2):
            assert isinstance(await show(second.box, asked), Acknowledgement)
        assert granted(await second.asks(25, request)) == 25
        stated = shown(first.box, rights=rights, goodwill=goodwill)
        for _ in range(2):
            assert isinstance(await show(first.box, stated), Acknowledgement)
        assert await lent(first.box) == goodwill
        for till in (first, second):
            await delivered(till.box)
        await whole(served)
        assert await given(served) == before
        assert granted(await second.asks(500)) == 15  # of a hundred, what neither has


async def uncounted(served: Served, till: Till) -> list[tuple[str, bool]]:
    """Epochs that may hold more than is known, each with whether it is waited for."""
    found = await report(served, till)
    return [(f"{one.store_code} {one.epoch}", one.waits) for one in found.uncounted]


async def report(served: Served, till: Till) -> Grants:
    async with unit_of_work(served.engine) as db:
        return await outstanding_grants(db, till.box.genesis.company_id, LATER_MS)


async def at_risk(served: Served, till: Till) -> int:
    return sum(kind.worst_overdraw for kind in (await report(served, till)).kinds)


async def costs(served: Served, till: Till) -> tuple[Cost, ...]:
    async with unit_of_work(served.engine) as db:
        return (await weigh_closing(db, till.box.me.store_id, str(till.box.epoch))).costs


async def a_hundred_to_give(served: Served, till: Till) -> None:
    """It earned and released them, and nobody has been given any yet."""
    till.releases(till.earns(100), 100)
    answer = await till.box.push_events(1, len(till.box.events))
    assert answer.status_code == 200, answer.text
    while (await apply_events(served.office.archive, till.box.me.store_id, till.box.epoch)).more:
        pass


async def two_heard_and_one_replaced(chain: Chain) -> tuple[Till, Till, tuple[Grant, ...]]:
    """Of two stores' boxes the first was given 60 of a hundred points after the copy was made that
    head office is put back to without a mirror."""
    async with serving(chain.url) as served:
        await known_key(served)
        first, second = await tills(served)
        await a_hundred_to_give(served, first)
        second.box.record(1)
        await delivered(second.box)
    copy = await chain.copy()
    async with serving(chain.url) as served:
        first, second = await put_back(served, first), await put_back(served, second)
        await first.counted()
        rights = await grants_of(served, first.box)
        assert sum(one.points for one in rights) == 60
        second.box.record(1)
        await delivered(second.box)
    chain.put_back(copy)
    return first, second, rights


async def shown_again(second: Till) -> None:
    assert isinstance(await show(second.box, shown(second.box)), Acknowledgement)
    await delivered(second.box)


async def test_a_box_that_was_replaced_before_it_said_what_head_office_forgot_is_waited_for(
    chain: Chain,
) -> None:
    first, second, rights = await two_heard_and_one_replaced(chain)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first, second = await put_back(served, first), await put_back(served, second)
        await shown_again(second)
        assert await uncounted(served, first) == []  # it speaks, and is waited for
        new = await served.enrolled(first.box.me.store_id)
        assert isinstance(await show(new, shown(new)), Acknowledgement)
        assert await uncounted(served, first) == [(f"S01 {first.box.epoch}", True)]
        assert granted(await second.asks(500)) == 0
        async with unit_of_work(served.engine) as db:
            waiting = [(one.store_code, one.what) for one in await still_expected(db)]
        assert waiting == [("S01", Expected.FORGOTTEN)]
        assert isinstance(await show(first.box, shown(first.box, rights=rights)), Acknowledgement)
        assert await uncounted(served, first) == []
        assert granted(await second.asks(500)) == 40
        await whole(served)


async def test_who_writes_off_what_is_waited_for_is_told_what_it_may_cost_and_that_is_counted(
    chain: Chain, tmp_path: Path
) -> None:
    first, second, rights = await two_heard_and_one_replaced(chain)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first, second = await put_back(served, first), await put_back(served, second)
        await shown_again(second)
        new = await served.enrolled(first.box.me.store_id)
        assert isinstance(await show(new, shown(new)), Acknowledgement)
        typed, name = partial(central, url=chain.url, data=tmp_path), str(first.box.epoch)
        waiting = (await typed("grants")).shown
        assert f"S01  epoch {name}: it is over, and has not said what it was given" in waiting
        assert f"central write-off S01 {name}" in waiting
        asked = await typed("write-off", "S01", name, "--reason", "it burnt")
        assert "Of points, at most 100 that it was given and that are forgotten here" in asked.shown
        assert granted(await second.asks(500)) == 0
        done = await typed("write-off", "S01", name, "--reason", "it burnt", "--yes")
        assert done.code == 0
        assert await uncounted(served, first) == [(f"S01 {name}", False)]
        assert await at_risk(served, first) == 100
        assert "at most 100 more were forgotten here" in (await typed("grants")).shown
        assert granted(await second.asks(500)) == 100
        await whole(served)
        assert isinstance(await show(first.box, shown(first.box, rights=rights)), Acknowledgement)
        assert await uncounted(served, first) == []
        assert await at_risk(served, first) == 60


@pytest.mark.parametrize("written_off", [False, True], ids=["it calls", "it is written off"])
async def test_an_epoch_that_is_known_by_name_alone_is_waited_for(
    chain: Chain, tmp_path: Path, *, written_off: bool
) -> None:
    """Its box was enrolled and replaced after the copy was made: the record of the box after it
    names it."""
    async with serving(chain.url) as served:
        await known_key(served)
        first, second = await tills(served)
        await a_hundred_to_give(served, first)
    copy = await chain.copy()
    async with serving(chain.url) as served:
        first = await put_back(served, first)
        store_id = first.box.me.store_id
        between = Till(served, await served.enrolled(store_id), 7)
        await between.counted()
        rights = await grants_of(served, between.box)
        assert sum(one.points for one in rights) == 60
        last = await served.enrolled(store_id)
    chain.put_back(copy)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        second = await put_back(served, second)
        between = await put_back(served, between)
        for box in (last, second.box, first.box):
            assert isinstance(await show(reached(box, served), shown(box)), Acknowledgement)
        await delivered(second.box)
        name = f"S01 {between.box.epoch}"
        assert await uncounted(served, second) == [(name, True)]
        told = (await central("epochs", "S01", url=chain.url, data=tmp_path)).shown
        assert f"{between.box.epoch}  known by its name alone" in told
        assert f"central write-off {name}" in told
        assert granted(await second.asks(500)) == 0
        if written_off:
            assert await costs(served, between) == (Cost("points", 0, 100),)
            await write_off(served, between)
            assert await uncounted(served, second) == [(name, False)]
            told = (await central("epochs", "S01", url=chain.url, data=tmp_path)).shown
            assert "names it; written off" in told
            assert "No store is given" not in told
            assert await at_risk(served, second) == 100
        else:
            stated = shown(between.box, rights=rights)
            assert isinstance(await show(between.box, stated), Acknowledgement)
        assert granted(await second.asks(500)) == (100 if written_off else 40)
        await whole(served)
        bogus = Epoch(7, bytes(4))
        async with unit_of_work(served.engine) as db:
            with pytest.raises(UnknownEpoch):
                await weigh_closing(db, store_id, str(bogus))


async def test_rights_of_other_kinds_are_known_again_by_what_was_asked_for(chain: Chain) -> None:
    async with serving(chain.url) as served:
        first, _ = await tills(served)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first = await put_back(served, first)
        await served.rows("UPDATE central_state SET lost_since_ms = 1, begun_at_ms = 2 RETURNING 1")
        card = AnswerShown(uuid4(), "gift_value", CARD, 4_000, 2_500)
        stated = shown(first.box, answers=(card,))
        for _ in range(2):
            assert isinstance(await show(first.box, stated), Acknowledgement)
        async with unit_of_work(served.engine) as db:
            found = await outstanding_grants(db, first.box.genesis.company_id, NOW_MS)
        kept = {one.kind: one.outstanding for one in found.stores}
        assert kept["gift_value"] == 2_500
        told_again = await first.asks(4_000, card.request_id, ("gift_value", CARD))
        assert granted(told_again) == 2_500


async def test_goodwill_that_nobody_budgeted_any_more_is_known_and_then_ends(chain: Chain) -> None:
    async with serving(chain.url) as served:
        first, second = await tills(served)
    async with serving(chain.url, now_ms=LATER_MS) as served:
        first = await put_back(served, first)
        await served.rows("UPDATE central_state SET lost_since_ms = 1, begun_at_ms = 2 RETURNING 1")
        box = first.box
        mine = Goodwill("points", 300, Period.MONTH, TODAY, str(box.epoch))
        anothers = Goodwill("points", 900, Period.MONTH, TODAY, "7-00000000")
        stated = shown(box, goodwill=(mine, anothers))
        assert isinstance(await show(box, stated), Acknowledgement)
        assert await told(box) == {f"points@{TODAY}": (300, "month", str(box.epoch))}
        async with unit_of_work(served.engine) as db:
            found = await outstanding_grants(db, box.genesis.company_id, LATER_MS)
        assert [one.goodwill_left for one in found.stores] == [300]
        assert not await lends_nothing(served, box)  # others are still to be heard
        for till in (first, second):
            await delivered(reached(till.box, served))
        assert isinstance(await show(second.box, shown(second.box)), Acknowledgement)
        assert await lends_nothing(served, box)


async def lends_nothing(served: Served, box: TestedBox) -> bool:
    await drain_due_goodwill(served.engine, LATER_MS)
    await drain_publications(served.engine)
    return await told(box) == {}
