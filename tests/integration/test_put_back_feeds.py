"""Head office's database is put back, and what a box was sent since is of its feeds alone: the box
states a cursor beyond their heads, and by that head office finds out."""

from pathlib import Path
from typing import Any
from uuid import UUID

from central.usecases.decision.look_back import look_back
from edge.box.clock import wall_clock_ms
from edge.db.reference import read_cursors
from tests.central_fixtures import Served, postgres_template, problem, serving
from tests.edge_store import open_store
from tests.integration.test_put_back_burnt import enrolled
from tests.integration.test_put_back_shop import DEARER, Shop, at_work, figures, published
from tests.put_back import Chain, chain, dump, known_key, take_back, whole

__all__ = ["chain", "postgres_template"]


async def incarnations(served: Served) -> tuple[Any, ...]:
    """The present one and the one before; whether decisions may be missing."""
    (row,) = await served.rows(
        "SELECT incarnation, parent_incarnation, lost_since_ms IS NOT NULL FROM central_state"
    )
    return row


async def test_a_dump_taken_back_in_its_place_is_found_out_by_a_box_that_has_more_of_a_feed(
    chain: Chain, tmp_path: Path
) -> None:
    """Neither server nor timeline changed, and no receipt is missing."""
    dsn, dumped = chain.server.dsn_for(chain.names[-1]), tmp_path / "dumped"
    async with at_work(chain, None) as served:
        company = await served.company()
        await known_key(served)
        await published(served, company, 345)
        await enrolled(served, await served.store(company, "S01"), tmp_path / "S01")
    async with open_store(tmp_path / "S01") as till:
        async with at_work(chain, None) as served:
            shop = Shop(till, served)
            await shop.exchanged()
            await till.open_shop()
            await shop.sell(2)
            await shop.exchanged()
            await look_back(served.engine, wall_clock_ms())
            await whole(served)
            before = await figures(served)
            dump(dsn, dumped)
            await published(served, company, DEARER)
            await shop.exchanged()
            first = await incarnations(served)
        await shop.sell(1, DEARER)
        take_back(dsn, dumped)
        async with at_work(chain, None) as served:
            shop.served = served
            assert await look_back(served.engine, wall_clock_ms()) is None
            assert (await incarnations(served))[0] == first[0]
            await shop.exchanged()
            now = await incarnations(served)
            assert now[0] != first[0]
            assert now[1:] == (first[0], True)
            cursors = await till.box.reader.read(read_cursors)
            assert {one.incarnation.bytes for one in cursors.values()} == {now[0].bytes}
            await shop.sell(1, 345)
            await shop.exchanged()
            await whole(served)
            assert (await incarnations(served))[0] == now[0]
            assert before[0] == [(2, 2)]
            assert (await figures(served))[:2] == ([(4, 4)], [(shop.sold,)])


async def test_however_many_boxes_state_a_cursor_beyond_the_head_one_incarnation_begins(
    chain: Chain,
) -> None:
    async with serving(chain.url) as served:
        company = await served.company()
        boxes = [await served.enrolled(await served.store(company, code)) for code in ("A", "B")]
        first = boxes[0].me.incarnation
        assert await incarnations(served) == (first, None, False)
        for foreign in (None, UUID(int=5)):
            words = {} if foreign is None else {"incarnation": foreign}
            for box in boxes:
                assert problem(await box.feed("items", 7, **words)) == (410, "cursor-gone")
        assert (await incarnations(served))[0] == first
        for box in boxes:
            answer = await box.feed("items", 7, incarnation=first)
            assert problem(answer) == (410, "cursor-gone")
        assert (await incarnations(served))[1:] == (first, True)
        acts = await served.rows("SELECT detail FROM audit WHERE act = 'incarnation_begun'")
        assert ["A was given items through 7, which end at 0 here" in one for (one,) in acts] == [
            True
        ]
