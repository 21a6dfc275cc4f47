"""What its box keeps no more and head office had lost comes home from the tills, in any order and
any pieces: once all of it is there, everything counts as if it had never been away (P4)."""

from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.domain.hole import Hole
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_journal import verify_journal
from central.usecases.proof.verify_projections import verify_projections
from sync.protocol.change import Head
from sync.protocol.facts import EventRecovered
from tests.contract.histories import apply, copied
from tests.contract.office import Office, said
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import deliver, empty, open_stream, projections
from tests.shop_journal import NOW_MS, WORKSTATIONS, Shop

seeds = st.integers(0, 100_000)


def pruned_shop(seed: int, length: int = 20) -> tuple[Shop, Hole]:
    """A box that was asked for what it keeps no more, and sold on; and where head office's hole
    is."""
    rng = Random(f"pruned {seed}")
    shop = Shop(1, seed=seed)
    shop.open()
    shop.trade(length)
    through = rng.randrange(1, len(shop.events) + 1)
    after = rng.randrange(through)
    shop.trade(rng.randrange(4))
    return shop, Hole(after, through, shop.chain.hashes[through])


async def put_back(archive: Archive, engine: AsyncEngine | None, shop: Shop, hole: Hole) -> None:
    """Head office has what is before the hole, and its box has said what it keeps no more."""
    await open_stream(archive, engine, shop)
    await arrive(archive, shop, 0, hole.after)
    async with archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        gone_on = standing._replace(watermark=hole.through, head_hash=hole.hash)
        await unit.save_stream(shop.key, gone_on)
        await unit.save_holes(shop.key, (hole,))


async def arrive(archive: Archive, shop: Shop, after: int, through: int) -> None:
    if through > after:
        batch = shop.chain.batch(after, through)
        answer = await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
        assert isinstance(answer, Acknowledged), answer


async def arrive_in_pieces(archive: Archive, shop: Shop, after: int, rng: Random) -> None:
    """Some at a time, again and again, counted meanwhile or not."""
    while after < len(shop.events):
        through = min(len(shop.events), after + rng.randrange(1, 6))
        await arrive(archive, shop, max(0, after - rng.randrange(3)), through)
        if rng.random() < 1 / 2:
            await apply_events(archive, shop.store_id, shop.epoch, rng.randrange(1, 9))
        after = through
    await apply(archive, shop, rng.randrange(1, 50))


def bring_home(shop: Shop, hole: Hole, rng: Random) -> None:
    """Every event of the hole, in any order, some of them twice, while the shop sells on."""
    kept = list(range(hole.after + 1, hole.through + 1))
    kept += rng.choices(kept, k=len(kept) // 3)
    rng.shuffle(kept)
    for seq in kept:
        shop.recover(shop, seq, rng.choice(WORKSTATIONS))
        if rng.random() < 1 / 4:
            shop.trade(1)


async def holes(archive: Archive, shop: Shop) -> tuple[Hole, ...]:
    async with archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
    assert standing is not None
    return standing.holes


@settings(max_examples=60)
@given(seed=seeds, salt=seeds)
async def test_a_hole_that_is_filled_in_any_order_ends_in_the_rows_of_a_journal_without_one(
    seed: int, salt: int
) -> None:
    (shop, hole), rng = pruned_shop(seed), Random(salt)
    bring_home(shop, hole, rng)
    whole, back = MemoryArchive(), MemoryArchive()
    await open_stream(whole, None, shop)
    await deliver(whole, shop)
    await apply(whole, shop, 100)
    await put_back(back, None, shop, hole)
    await arrive_in_pieces(back, shop, hole.through, rng)
    assert await holes(back, shop) == (msgspec.structs.replace(hole, filled=True),)
    expected, found = await projections(whole, None), await projections(back, None)
    for table in expected:
        assert found[table] == expected[table], table


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, salt=seeds)
async def test_so_it_does_in_the_database_which_is_rebuilt_alike_and_proves_it(
    engine: AsyncEngine, seed: int, salt: int
) -> None:
    (shop, hole), rng = pruned_shop(seed), Random(salt)
    is_whole = rng.random() < 1 / 2
    if is_whole:
        bring_home(shop, hole, rng)
    elif hole.size > 1:
        shop.recover(shop, hole.after + rng.randrange(hole.size) + 1, WORKSTATIONS[0])
    await empty(engine)
    archive, memory = PostgresArchive(engine), MemoryArchive()
    for one, at in ((archive, engine), (memory, None)):
        await put_back(one, at, shop, hole)
        await arrive_in_pieces(one, shop, hole.through, Random(salt))
    found = await projections(archive, engine)
    assert said(found) == said(await projections(memory, None))
    assert [one.filled for one in await holes(archive, shop)] == [is_whole]
    assert [one.finding for one in await verify_journal(engine)] == [None]
    assert await verify_projections(engine) == ()
    await rebuild_projections(engine)
    assert await projections(archive, engine) == found


async def begun(office: Office) -> tuple[Shop, Hole]:
    shop = Shop(1)
    shop.open()
    shop.trade(6)
    hole = Hole(2, 5, shop.chain.hashes[5])
    await put_back(office.archive, office.engine, shop, hole)
    return shop, hole


async def arrived(office: Office, shop: Shop, after: int) -> None:
    await arrive(office.archive, shop, after, len(shop.events))
    await apply(office.archive, shop, 100)


async def test_what_stands_behind_a_hole_counts_and_nothing_waits_for_it(office: Office) -> None:
    shop, hole = await begun(office)
    shop.append(shop.sale())
    await arrived(office, shop, hole.through)
    async with office.archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
    assert standing is not None
    assert standing.applied_through == standing.watermark == len(shop.events)
    assert await office.archive.behind() == ()


async def test_a_hole_up_to_where_its_box_stands_holds_up_nothing_either(office: Office) -> None:
    shop, hole = await begun(office)
    applied = await apply_events(office.archive, shop.store_id, shop.epoch)
    assert applied.missing is None
    for _ in range(2):
        await apply_events(office.archive, shop.store_id, shop.epoch)
    assert await office.archive.behind() == ()
    assert await holes(office.archive, shop) == (hole,)


@pytest.mark.parametrize("lie", ["another key", "another event", "another end", "another before"])
async def test_what_does_not_fit_or_is_not_its_boxs_fills_no_hole(office: Office, lie: str) -> None:
    shop, hole = await begun(office)
    copy = copied(shop, 1)
    if lie == "another event":  # a copy of the box wrote it, and signed it
        copy.events = copy.events[:3]
        copy.append(copy.sale())
        shop.recover(shop, 4)
        shop.recover(copy, 4)
    if lie == "another end":
        copy.events = copy.events[:4]
        copy.append(copy.sale())
        shop.recover(copy, 5)
    if lie == "another before":
        copy.events = copy.events[:1]
        copy.trade(3)
        shop.recover(copy, 3)
    if lie == "another key":
        shop.recover(shop, 4)
        fact = shop.facts.pop()
        assert isinstance(fact, EventRecovered)
        shop.events.pop()
        shop.append(msgspec.structs.replace(fact, signature=bytes(64)))
    await arrived(office, shop, hole.through)
    async with office.archive.unit() as unit:
        held = await unit.hashes(shop.key, hole.after + 1, hole.through)
    right = {4: shop.chain.hashes[4]} if lie == "another event" else {}
    assert held == right
    assert await holes(office.archive, shop) == (hole,)


async def test_an_old_request_from_within_a_hole_is_answered_with_the_watermark(
    office: Office,
) -> None:
    shop, hole = await begun(office)
    for after, through in ((0, 2), (2, 5), (3, 4), (4, 6), (3, 5)):
        batch = shop.chain.batch(after, through)
        head = Head(shop.epoch, through, shop.chain.hashes[through])
        sent = msgspec.structs.replace(batch, head=head)
        answer = await ingest_batch(office.archive, shop.store_id, shop.device_id, sent, NOW_MS)
        watermark = 6 if (after, through) in ((4, 6), (3, 5)) else hole.through
        assert answer == Acknowledged(watermark, shop.chain.hashes[watermark])
