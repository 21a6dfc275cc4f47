"""What arrives is applied by itself, and what an older applier set aside is tried again."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from central.archive.port import Archive, StreamKey
from central.server.background import _loop, _Pace, background
from sync.protocol.identity import StoreId
from tests.central_fixtures import Served, TestedBox, postgres_template, serving
from tests.head_office import deliver, open_stream
from tests.patience import PATIENCE_S
from tests.shop_journal import COMPANY, Shop

__all__ = ["postgres_template"]

SET_ASIDE = (
    "INSERT INTO quarantine SELECT store_id, epoch_number, epoch_fingerprint, seq, 'error',"
    " NULL, NULL, 'an older applier did not understand it', 0 FROM raw_event RETURNING seq"
)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # each look is a query: others run meanwhile
            pass


async def boxed(office: Served) -> TestedBox:
    company = await office.company()
    box = await office.enrolled(await office.store(company, "S01"))
    box.record(3)
    assert (await box.push_events(1, 3)).status_code == 200
    return box


async def test_what_arrives_is_applied_without_anybody_asking(postgres_url: str) -> None:
    async with serving(postgres_url, with_background=True) as office:
        await boxed(office)

        async def applied() -> bool:
            return await office.rows("SELECT applied_through FROM stream") == [(3,)]

        await until(applied)


async def test_two_processes_share_the_streams_out_and_leave_none_behind(
    postgres_url: str,
) -> None:
    async with (
        serving(postgres_url, with_background=True) as office,
        serving(postgres_url, with_background=True),
    ):
        company = await office.company()
        boxes = [
            await office.enrolled(await office.store(company, f"S{number:02d}"))
            for number in range(1, 7)
        ]
        for first in range(1, 40, 4):
            for box in boxes:
                box.record(4)
                assert (await box.push_events(first, first + 3)).status_code == 200

        async def applied() -> bool:
            rows = await office.rows("SELECT applied_through FROM stream")
            return rows == [(40,)] * len(boxes)

        await until(applied)
        assert await office.rows("SELECT count(*) FROM quarantine") == [(0,)]


async def test_what_an_older_applier_set_aside_is_tried_again_at_the_next_start(
    postgres_url: str,
) -> None:
    async with serving(postgres_url) as office:
        await boxed(office)
        async with background(office.office):

            async def applied() -> bool:
                return await office.rows("SELECT applied_through FROM stream") == [(3,)]

            await until(applied)
        assert len(await office.rows(SET_ASIDE)) == 3
        async with background(office.office):

            async def empty() -> bool:
                return await office.rows("SELECT count(*) FROM quarantine") == [(0,)]

            await until(empty)


async def test_nudges_while_a_loop_rests_are_one_round() -> None:
    """A chain that trades nudges all the time."""
    stopping, nudge, rounds = asyncio.Event(), asyncio.Event(), list[int]()

    async def busy() -> None:
        rounds.append(len(rounds))
        nudge.set()

    pace = _Pace(every_s=0, rest_s=PATIENCE_S)
    looping = asyncio.create_task(_loop("busy", stopping, nudge, pace, busy))
    for _ in range(100):
        await asyncio.sleep(0)
    assert rounds == [0]
    stopping.set()
    await looping


async def test_one_stores_failure_ends_no_other_stores_retry(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B15: an exception at one store ended the round for all."""
    async with serving(postgres_url) as office:
        company = await office.company()
        stores = [await office.store(company, code) for code in ("S01", "S02", "S03")]
        for store_id in stores:
            await office.enrolled(store_id)
        failing, *others = sorted(stores)
        tried: list[StoreId] = []
        done = asyncio.Event()

        async def retry(_archive: Archive, store_id: StoreId) -> None:
            tried.append(store_id)
            if len(tried) == len(stores):
                done.set()
            if store_id == failing:
                raise ZeroDivisionError

        monkeypatch.setattr("central.server.background.retry_quarantined", retry)
        async with background(office.office), asyncio.timeout(PATIENCE_S):
            await done.wait()
        assert tried == [failing, *others]


async def test_what_a_process_took_in_it_applies_without_asking_every_machine(
    postgres_url: str,
) -> None:
    """distributed.md: one machine of the database that is away stops its own stores only."""
    async with serving(postgres_url) as office:
        box = await boxed(office)
        assert office.office.nudges.take_arrived() == (StreamKey(box.me.store_id, box.epoch),)
        assert office.office.nudges.take_arrived() == ()


async def test_a_proven_day_is_found_settled_without_anybody_asking(postgres_url: str) -> None:
    """B19: so that the board need not count it again."""
    async with serving(postgres_url, with_background=True) as office:
        shop = Shop(1)
        shop.open()
        shop.append(shop.sale())
        shop.close()
        await office.rows(
            "INSERT INTO company VALUES ($1, 'Acme', 'SGD', 2) RETURNING company_id", COMPANY
        )
        await open_stream(office.office.archive, office.engine, shop)
        await deliver(office.office.archive, shop)
        office.office.nudges.ingested.set()

        async def settled() -> bool:
            found = await office.rows("SELECT settled_at_ms IS NOT NULL FROM day_standing")
            return found == [(True,)]

        await until(settled)
