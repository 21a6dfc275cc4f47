"""A day that spans epochs is proven when each of them is: by its manifest, by the end that its box
said, or given up by a person who names whom nobody heard."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine, unit_of_work
from central.domain.day_verdict import Colour
from central.domain.epoch import EpochInUse, TailClosedAlready
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day, stand_of_days
from central.reports.store_day import StoreDay
from central.usecases.journal.close_tail import close_tail
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_projections import verify_projections
from sync.protocol.batch import Batch
from tests.head_office import (
    apply_all,
    deliver,
    empty,
    head_office_template,
    open_stream,
    projections,
)
from tests.shop_journal import DAY, NOW_MS, Shop

ANN = "ann@shop.example"
Sent: TypeAlias = tuple[Shop, Batch]


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def decide_here(engine: AsyncEngine) -> None:
    """Head office can decide."""
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(
            "INSERT INTO central_state (one, incarnation, last_decision_no)"
            " VALUES (1, gen_random_uuid(), 0)"
        )


async def verdict(engine: AsyncEngine, shop: Shop) -> ReconciledDay:
    """Counted from its rows; the board's shorter way says the same."""
    day = StoreDay(shop.store_id, DAY)
    async with unit_of_work(engine) as db:
        counted = await reconcile_day(db, *day)
        (stand,) = await stand_of_days(db, [day])
    assert (stand.colour, stand.reasons) == (counted.colour, counted.reasons)
    return counted


async def push(archive: PostgresArchive, shop: Shop, batches: Sequence[Batch]) -> None:
    for batch in batches:
        answer = await ingest_batch(
            archive, shop.store_id, shop.device_id, batch, NOW_MS, late=True
        )
        assert isinstance(answer, Acknowledged), answer


async def alarms(engine: AsyncEngine) -> list[str]:
    async with unit_of_work(engine) as db:
        return [row[0] for row in await (await driver_of(db)).fetch("SELECT kind FROM alarm")]


async def states(engine: AsyncEngine) -> list[tuple[int, str, int | None]]:
    async with unit_of_work(engine) as db:
        rows = await (await driver_of(db)).fetch(
            "SELECT epoch_number, state, ended_seq FROM stream ORDER BY 1"
        )
        return [tuple(row) for row in rows]


async def replaced(engine: AsyncEngine) -> tuple[Shop, Shop]:
    """Box one sells, and is replaced in the middle of its day; nobody heard of its last sales. Box
    two sells on and closes the day."""
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.trade(6)
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    old.trade(5)
    new.open()
    new.trade(4)
    new.close()
    await open_stream(archive, engine, new)
    await deliver(archive, new)
    await apply_all(archive)
    return old, new


async def test_a_box_that_was_replaced_in_the_middle_of_its_day_ends_its_part_and_the_day_is_proven(
    engine: AsyncEngine,
) -> None:
    old, new = await replaced(engine)
    archive = PostgresArchive(engine)
    before = await verdict(engine, new)
    assert (before.colour, before.declared) == (Colour.AMBER, None)
    old.end(DAY)
    tail = list(old.batches(events_max=3, after=9))
    await push(archive, old, tail[:-1])
    await apply_all(archive)
    assert (await verdict(engine, new)).colour is Colour.AMBER
    assert await states(engine) == [(1, "sealed", None), (2, "current", None)]
    await push(archive, old, tail[-1:])
    assert (await states(engine))[0] == (1, "sealed", None)  # it is here, and not applied
    await apply_all(archive)
    proven = await verdict(engine, new)
    assert (proven.colour, proven.reasons, proven.differences) == (Colour.GREEN, (), ())
    assert await states(engine) == [(1, "closed", len(old.events)), (2, "current", None)]
    assert proven.central.transactions > 0
    assert [one.epoch for one in proven.proven] == [str(old.epoch), str(new.epoch)]
    assert await alarms(engine) == []


async def test_a_box_that_burnt_is_written_off_and_its_day_is_proven_by_what_is_here(
    engine: AsyncEngine,
) -> None:
    """What a person gave up names who may hold something of it still."""
    old, new = await replaced(engine)
    await decide_here(engine)
    async with unit_of_work(engine) as db:
        closing = await close_tail(db, old.store_id, str(old.epoch), None, "it burnt", ANN, NOW_MS)
    assert (closing.held, closing.through) == (9, 9)
    proven = await verdict(engine, new)
    assert (proven.colour, proven.differences, proven.workstations) == (Colour.GREEN, (), ())
    (given_up,) = proven.given_up
    assert (given_up.epoch, given_up.reason, given_up.decided_by) == (
        str(old.epoch),
        "it burnt",
        ANN,
    )
    assert given_up.unheard == " ".join(closing.unheard)
    assert (await states(engine))[0] == (1, "written_off", None)
    before = await projections(PostgresArchive(engine), engine)
    await rebuild_projections(engine)
    assert await projections(PostgresArchive(engine), engine) == before
    assert await verify_projections(engine) == ()


async def test_a_workstation_that_works_at_the_next_box_was_heard(engine: AsyncEngine) -> None:
    """A workstation hands over what it holds to the box that it works at."""
    archive = PostgresArchive(engine)
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    await open_stream(archive, engine, old)
    await deliver(archive, old)
    await open_stream(archive, engine, new)
    await apply_all(archive)
    await decide_here(engine)
    async with unit_of_work(engine) as db:
        closing = await close_tail(db, old.store_id, str(old.epoch), 9, "stolen", ANN, NOW_MS)
        assert (closing.unheard, closing.through) == (("W1", "W2"), 9)
    new.append(new.opening())
    await deliver(archive, new)
    await apply_all(archive)
    async with unit_of_work(engine) as db:
        again = await close_tail(db, old.store_id, str(old.epoch), 12, "stolen", ANN, NOW_MS)
    assert again.unheard == ("W2",)


async def test_what_arrives_after_a_person_closed_the_epoch_is_kept_counted_and_flagged(
    engine: AsyncEngine,
) -> None:
    old, new = await replaced(engine)
    archive = PostgresArchive(engine)
    await decide_here(engine)
    async with unit_of_work(engine) as db:
        await close_tail(db, old.store_id, str(old.epoch), None, "it burnt", ANN, NOW_MS)
    before = (await verdict(engine, new)).central.lines
    await push(archive, old, list(old.batches(after=9)))
    await apply_all(archive)
    after = await verdict(engine, new)
    assert after.central.lines > before
    assert after.colour is Colour.GREEN
    assert await alarms(engine) == ["after_closing"]
    # And where its box ends it after all, that is what stands for it.
    old.end(DAY)
    await push(archive, old, list(old.batches(after=len(old.events) - 1)))
    await apply_all(archive)
    proven = await verdict(engine, new)
    assert (proven.colour, proven.given_up) == (Colour.GREEN, ())
    assert (await states(engine))[0][1] == "closed"


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_stands_behind_a_last_record_is_flagged_however_it_arrives(
    engine: AsyncEngine, at_once: bool
) -> None:
    archive = PostgresArchive(engine)
    shop = Shop(1)
    shop.open()
    shop.end(DAY)
    await open_stream(archive, engine, shop)
    if not at_once:
        await deliver(archive, shop)
        await apply_all(archive)
        assert await alarms(engine) == []
    shop.append(shop.sale())
    await deliver(archive, shop)
    await apply_all(archive)
    assert await alarms(engine) == ["after_closing"]
    assert (await verdict(engine, shop)).colour is Colour.RED
    # Nobody else speaks for the store yet.
    assert await states(engine) == [(1, "current", len(shop.events) - 1)]


async def test_an_epoch_in_use_or_closed_by_its_box_is_not_written_off(
    engine: AsyncEngine,
) -> None:
    old, new = await replaced(engine)
    archive = PostgresArchive(engine)
    old.end(DAY)
    await push(archive, old, list(old.batches(after=9)))
    await apply_all(archive)
    async with unit_of_work(engine) as db:
        with pytest.raises(EpochInUse):
            await close_tail(db, new.store_id, str(new.epoch), None, "why", ANN, NOW_MS)
        with pytest.raises(TailClosedAlready):
            await close_tail(db, old.store_id, str(old.epoch), None, "why", ANN, NOW_MS)


async def test_a_tail_and_the_next_epoch_give_the_same_rows_in_any_order(
    engine: AsyncEngine,
) -> None:
    """P4: pushed and applied in every order, also cut in the middle."""
    archive = PostgresArchive(engine)
    old, new = Shop(1, seed=7), Shop(1, epoch_number=2, seed=7)
    old.open()
    old.trade(14)
    old.end(DAY)
    new.open()
    new.trade(9)
    new.close()
    first, *tail = [(old, batch) for batch in old.batches(events_max=8)]
    next_ = [(new, batch) for batch in new.batches(events_max=8)]
    found = []
    for order in interleaved(tail, next_):
        await empty(engine)
        await open_stream(archive, engine, old)
        await push(archive, old, [first[1]])
        await open_stream(archive, engine, new)
        for shop, batch in order:
            await push(archive, shop, [batch])
            await apply_all(archive)
        found.append((await projections(archive, engine), await states(engine)))
        assert (await verdict(engine, new)).colour is Colour.GREEN
    assert len(found) == 6
    assert all(one == found[0] for one in found)


def interleaved(first: list[Sent], second: list[Sent]) -> Iterator[list[Sent]]:
    """Every order that keeps each one's own."""
    places = range(len(first) + len(second))
    for taken in combinations(places, len(first)):
        ones, others = iter(first), iter(second)
        yield [next(ones if place in taken else others) for place in places]
