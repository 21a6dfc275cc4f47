"""The days that something is missing of, which is at no box any more, are red: until it came home,
or somebody gives it up. Days that were opened behind it are not touched."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, unit_of_work
from central.domain.day_verdict import Colour, Doubt
from central.domain.hole import Hole
from central.reports.reconciliation import reconcile_day
from central.usecases.journal.write_off_tail import write_off_tail
from tests.contract.test_holes import arrive, put_back
from tests.head_office import apply_all, head_office_template
from tests.shop_journal import COMPANY, DAY, NOW_MS, Shop

DAYS = [DAY + timedelta(days=number) for number in range(3)]
GREEN, RED = Colour.GREEN, Colour.RED


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def traded(engine: AsyncEngine, after: int) -> tuple[Shop, Hole]:
    """Three days, each closed; of the first head office lost all but its beginning."""
    shop, ends = Shop(1), []
    for day in DAYS:
        shop.new_tills()
        shop.open(day)
        shop.trade(4, day)
        shop.close(day)
        ends.append(len(shop.events))
    hole = Hole(after, ends[0], shop.chain.hashes[ends[0]])
    await put_back(PostgresArchive(engine), engine, shop, hole)
    await arrived(engine, shop, hole.through)
    return shop, hole


async def arrived(engine: AsyncEngine, shop: Shop, after: int) -> None:
    await arrive(PostgresArchive(engine), shop, after, len(shop.events))
    await apply_all(PostgresArchive(engine))


async def colours(engine: AsyncEngine, shop: Shop) -> tuple[list[Colour], set[Doubt]]:
    async with unit_of_work(engine) as db:
        found = [await reconcile_day(db, shop.store_id, day) for day in DAYS]
    return [one.colour for one in found], {why.slug for one in found for why in one.reasons}


@pytest.mark.parametrize("after", [0, 4])
async def test_a_day_is_red_until_all_of_it_came_home(engine: AsyncEngine, after: int) -> None:
    shop, hole = await traded(engine, after)
    found, doubts = await colours(engine, shop)
    assert (found, Doubt.PRUNED in doubts) == ([RED, GREEN, GREEN], True)
    before = len(shop.events)
    for seq in range(hole.after + 1, hole.through):
        shop.recover(shop, seq)
    await arrived(engine, shop, before)
    assert (await colours(engine, shop))[0] == [RED, GREEN, GREEN]
    shop.recover(shop, hole.through)
    await arrived(engine, shop, len(shop.events) - 1)
    assert await colours(engine, shop) == ([GREEN] * 3, set())


async def test_it_is_given_up_by_a_person_with_a_reason_and_then_nothing_waits_for_it(
    engine: AsyncEngine,
) -> None:
    shop, _ = await traded(engine, 4)
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(
            "INSERT INTO central_state (one, incarnation, last_decision_no)"
            " VALUES (1, gen_random_uuid(), 0)"
        )
        given = (str(shop.epoch), "no till has it", "ann@shop.example")
        await write_off_tail(db, COMPANY, shop.store_id, *given, NOW_MS)
    found, doubts = await colours(engine, shop)
    assert (found[1:], Doubt.PRUNED in doubts) == ([GREEN, GREEN], False)
    assert found[0] is not RED
