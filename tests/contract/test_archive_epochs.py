"""Sealed epochs, their late tails and their ends, in both archives."""

from central.archive.port import Alarm, Standing
from central.domain.epoch import EpochState
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from sync.protocol.ingest import Fenced
from tests.contract.office import Office
from tests.head_office import apply_all
from tests.shop_journal import DAY, NOW_MS, Shop


async def standing(office: Office, shop: Shop) -> Standing:
    async with office.archive.unit() as unit:
        found = await unit.lock_stream(shop.key)
    assert found is not None
    return found


async def push(office: Office, shop: Shop, first: int, last: int, *, late: bool) -> object:
    batch = shop.chain.batch(first - 1, last)
    sender = (office.archive, shop.store_id, shop.device_id)
    return await ingest_batch(*sender, batch, NOW_MS, late=late)


async def test_a_sealed_epoch_takes_its_late_tail_and_its_boxs_last_record_closes_it(
    office: Office,
) -> None:
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.trade(5)
    old.end(DAY)
    last = len(old.events)
    await office.open(old)
    assert isinstance(await push(office, old, 1, 4, late=False), Acknowledged)
    await office.open(new)
    assert await push(office, old, 5, last, late=False) == Fenced(4)
    assert await push(office, old, 5, last - 1, late=True) == Acknowledged(
        last - 1, old.chain.hashes[last - 1]
    )
    assert await push(office, old, last, last, late=False) == Fenced(4)
    await apply_all(office.archive)
    held = await standing(office, old)
    assert (held.state, held.sealed_through, held.ended_seq) == (EpochState.SEALED, 4, None)
    assert isinstance(await push(office, old, last, last, late=True), Acknowledged)
    assert (await standing(office, old)).state is EpochState.SEALED
    await apply_all(office.archive)
    held = await standing(office, old)
    assert (held.state, held.sealed_through, held.ended_seq) == (EpochState.CLOSED, 4, last)
    assert held.applied_through == held.watermark == last
    assert (await standing(office, new)).state is EpochState.CURRENT


async def test_a_last_record_that_is_set_aside_closes_nothing(office: Office) -> None:
    old, new = Shop(1), Shop(1, epoch_number=2)
    old.open()
    old.append_body("epoch_ended", 1, b"\xc1")
    await office.open(old, new)
    assert isinstance(await push(office, old, 1, len(old.events), late=True), Acknowledged)
    await apply_all(office.archive)
    held = await standing(office, old)
    assert (held.state, held.ended_seq) == (EpochState.SEALED, None)


async def test_an_alarm_is_raised_once(office: Office) -> None:
    shop = Shop(1)
    await office.open(shop)
    alarm = Alarm(shop.new_id(), "fork", "Two boxes.", NOW_MS, shop.epoch)
    for is_new in (True, False):
        async with office.archive.unit() as unit:
            assert await unit.raise_alarm(shop.store_id, alarm) is is_new
