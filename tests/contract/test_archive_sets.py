"""Stage 2: how events are cut into sets and delivered changes no row, in either archive."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.protocol.codec import encode
from sync.protocol.identity import CompanyId
from sync.protocol.shared import CustomerRecord
from tests.contract.office import Office, said, traded
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import (
    apply_all,
    deliver,
    empty,
)
from tests.shop_journal import COMPANY, CUSTOMERS, NOW_MS, Shop


async def test_points_are_balance_and_grants_together(office: Office) -> None:
    shop, member = Shop(1), CUSTOMERS[0]
    shop.open()
    sale = shop.sale(((1, 1_000, 10_000),), member)
    shop.append(sale)
    shop.append(shop.sale(((1, 1_000, 500),), member, spend=4))
    shop.append(shop.sale((), member, [(sale, 1)]))
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    # Earned 10, spent 4, taken back 10: 7 of them from rights and 3 as a debt.
    assert (await office.rows())["right_account"] == [
        (COMPANY, "points", member, 0, 10, 4, 10, -1, 3)
    ]


@pytest.mark.parametrize("limit", [1, 3])
async def test_how_events_are_cut_into_sets_does_not_matter(office: Office, limit: int) -> None:
    shop = messy(1)
    await office.open(shop)
    await deliver(office.archive, shop, events_max=limit * 4)
    await apply_all(office.archive, limit)
    witness = Office(MemoryArchive(), None)
    await witness.open(shop)
    await deliver(witness.archive, shop)
    await apply_all(witness.archive)
    assert said(await office.rows()) == said(await witness.rows())


def messy(seed: int) -> Shop:
    """A day in which some things go wrong."""
    shop = Shop(1, seed=seed)
    shop.open()
    shop.trade(8)
    shop.append_body("retail_transaction", 1, b"\xc1")
    moved = shop.stock()
    event = shop.append(moved)
    shop.append_body("stock_moved", 1, encode(moved), event.event_id)
    shop.append_body("from_the_future", 1, b"")
    missing = shop.sale()
    shop.append(shop.sale((), None, [(missing, 1)]))
    shop.trade(8)
    shop.append(shop.opening())
    shop.append(shop.move_till())
    shop.trade(4)
    shop.append(missing)
    shop.close()
    return shop


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), salt=st.integers(0, 10_000))
async def test_any_delivery_to_either_archive_ends_in_the_same_rows(
    engine: AsyncEngine, seed: int, salt: int
) -> None:
    shops = (messy(seed), traded(2, 20, seed), traded(3, 20, seed))
    plain, lossy = Office(MemoryArchive(), None), Office(PostgresArchive(engine), engine)
    await empty(engine)
    for office in (plain, lossy):
        await office.open(*shops)
    for shop in shops:
        await deliver(plain.archive, shop)
    await apply_all(plain.archive)
    await deliver_at_random(lossy.archive, shops, Random(salt))
    await apply_all(lossy.archive, 1 + salt % 50)
    assert said(await lossy.rows()) == said(await plain.rows())


async def deliver_at_random(archive: Archive, shops: Sequence[Shop], rng: Random) -> None:
    """Batches of any size from anywhere, repeated and out of turn, applied at any time."""
    at = dict.fromkeys(range(len(shops)), 0)
    while any(at[place] < len(shop.events) for place, shop in enumerate(shops)):
        place = rng.randrange(len(shops))
        shop = shops[place]
        start = max(0, at[place] - rng.randrange(4))
        end = min(len(shop.events), start + rng.randrange(9))
        batch = shop.chain.batch(start, end)
        answer = await ingest_batch(archive, shop.store_id, shop.device_id, batch, NOW_MS)
        assert isinstance(answer, Acknowledged)
        at[place] = answer.watermark
        if rng.randrange(3) == 0:
            await apply_events(archive, shop.store_id, shop.epoch, 1 + rng.randrange(9))


async def test_customers_that_changed_are_published_as_they_stand(engine: AsyncEngine) -> None:
    in_memory: list[CustomerRecord] = []
    in_postgres: list[CustomerRecord] = []

    async def publish(
        db: AsyncConnection, company_id: CompanyId, records: tuple[CustomerRecord, ...]
    ) -> None:
        assert company_id == COMPANY
        in_postgres.extend(records)

    for office in (
        Office(MemoryArchive(lambda _, records: in_memory.extend(records)), None),
        Office(PostgresArchive(engine, publish), engine),
    ):
        shop = Shop(1)
        shop.append(shop.customer(CUSTOMERS[0], 5))
        shop.append(shop.customer(CUSTOMERS[1], 5))
        shop.append(shop.customer(CUSTOMERS[0], 3))
        await office.open(shop)
        await deliver(office.archive, shop)
        await apply_all(office.archive, 2)
    assert in_memory == in_postgres
    assert [record.customer_id for record in in_memory] == list(CUSTOMERS[:2])
    assert [len(record.fields) for record in in_memory] == [2, 2]


async def test_a_unit_that_fails_keeps_nothing(engine: AsyncEngine) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError

    def fail_in_memory(*_: object) -> None:
        raise ConnectionError

    for office in (
        Office(MemoryArchive(fail_in_memory), None),
        Office(PostgresArchive(engine, fail), engine),
    ):
        shop = Shop(1)
        shop.open()
        shop.append(shop.customer(CUSTOMERS[0], 5))
        await office.open(shop)
        await deliver(office.archive, shop)
        with pytest.raises(ConnectionError):
            await apply_events(office.archive, shop.store_id, shop.epoch)
        assert not any((await office.rows()).values())
        assert await office.archive.behind() == (shop.key,)
