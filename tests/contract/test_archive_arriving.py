"""Stage 1: what a batch becomes, in both archives."""

from uuid import UUID

import msgspec
import pytest

from central.usecases.box.record_stated_head import record_stated_head
from central.usecases.journal.ingest_batch import Acknowledged, NoStream, ingest_batch
from sync.protocol.change import Head
from sync.protocol.identity import DeviceId
from sync.protocol.ingest import Damaged, Fenced, Forked, Gap, HashesWanted
from sync.protocol.shared import PersonalKey
from tests.contract.office import Office, push, traded
from tests.head_office import (
    apply_all,
    deliver,
    personal_keys,
)
from tests.shop_journal import CUSTOMERS, NOW_MS, Shop


async def test_a_batch_is_acknowledged_with_its_last_hash(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    batch = shop.chain.batch(0, 5)
    assert await push(office, shop, batch) == Acknowledged(5, shop.chain.hashes[5])


async def test_a_batch_sent_twice_counts_once(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await deliver(office.archive, shop)
    await apply_all(office.archive)
    before = await office.rows()
    await deliver(office.archive, shop, events_max=7)
    await apply_all(office.archive)
    assert await office.rows() == before
    assert len(before["sale"]) == shop.receipts


async def test_only_the_new_part_of_an_overlapping_batch_is_taken(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 10))
    assert await push(office, shop, shop.chain.batch(4, 20)) == Acknowledged(
        20, shop.chain.hashes[20]
    )
    assert await push(office, shop, shop.chain.batch(2, 9)) == Acknowledged(
        20, shop.chain.hashes[20]
    )


async def test_a_batch_that_begins_too_late_hears_what_must_come(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 3))
    assert await push(office, shop, shop.chain.batch(5, 9)) == Gap(4)


async def test_another_branch_is_a_fork_and_changes_no_row(office: Office) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(5)
    other.append(other.move_till(777))
    await office.open(shop)
    await deliver(office.archive, shop)
    assert await push(office, other, other.chain.batch(0, 4)) == Forked(4)
    assert await push(office, other, other.chain.batch(3, 4)) == Forked(4)
    async with office.archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
    assert standing is not None
    assert (standing.alarm, standing.watermark) == ("fork", 8)
    assert await push(office, shop, shop.chain.batch(0, 8)) == Acknowledged(8, shop.chain.hashes[8])


async def test_a_head_that_was_only_stated_makes_no_event_a_fork(office: Office) -> None:
    """A6: which box is right cannot be known from a claim: events decide, and people are told."""
    shop, copy = Shop(1), Shop(1)
    for one in (shop, copy):
        one.open()
        one.trade(3)
    shop.trade(4)
    copy.append(copy.move_till(777))
    copy.trade(8)
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 6))
    heard = await record_stated_head(
        office.archive, shop.store_id, shop.device_id, copy.chain.head, NOW_MS
    )
    assert heard == Acknowledged(6, shop.chain.hashes[6])
    last = len(shop.events)
    answer = await push(office, shop, shop.chain.batch(6, last))
    assert answer == Acknowledged(last, shop.chain.hashes[last])
    async with office.archive.unit() as unit:
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        assert (standing.alarm, standing.sender_seq) == (None, len(copy.events))
    # The copy's own events decide: another event 7 is here.
    assert await push(office, copy, copy.chain.batch(6, len(copy.events))) == Forked(7)


async def test_claims_are_settled_by_the_very_events_and_by_no_others(office: Office) -> None:
    """A6: another event at the claimed place leaves the claim, with an alarm."""
    shop, restored = Shop(1), Shop(1)
    for one in (shop, restored):
        one.open()
    shop.trade(5)
    restored.append(restored.move_till(777))
    restored.trade(8)
    await office.open(shop)
    # The box says that it holds eight events, delivers three, and is put back to a copy.
    assert isinstance(await push(office, shop, shop.chain.batch(0, 3)), Acknowledged)
    whole = Acknowledged(12, restored.chain.hashes[12])
    assert await push(office, restored, restored.chain.batch(3, 12)) == whole
    async with office.archive.unit() as unit:
        assert await unit.settle_claims(shop.key) == 8
        standing = await unit.lock_stream(shop.key)
        assert standing is not None
        assert standing.alarm is None


async def test_a_batch_whose_head_is_another_event_than_its_own_contradicts_itself(
    office: Office,
) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(3)
    other.append(other.move_till(777))
    await office.open(shop)
    wrong = msgspec.structs.replace(shop.chain.batch(0, 6), head=other.chain.head)
    assert isinstance(await push(office, shop, wrong), Damaged)
    assert isinstance(await push(office, shop, shop.chain.batch(0, 6)), Acknowledged)


async def test_every_request_states_a_head_that_must_be_ours(office: Office) -> None:
    shop, other = Shop(1), Shop(1)
    for one in (shop, other):
        one.open()
    shop.trade(5)
    other.append(other.move_till(777))
    await office.open(shop)
    await deliver(office.archive, shop)
    heard = shop.store_id, shop.device_id
    whole = Acknowledged(8, shop.chain.hashes[8])
    assert await record_stated_head(office.archive, *heard, shop.chain.head, NOW_MS) == whole
    older = Head(shop.epoch, 3, shop.chain.hashes[3])
    assert await record_stated_head(office.archive, *heard, older, NOW_MS) == whole
    assert await record_stated_head(office.archive, *heard, other.chain.head, NOW_MS) == Forked(4)
    assert await record_stated_head(office.archive, *heard, other.chain.head, NOW_MS) == whole
    stranger = DeviceId(UUID(int=5))
    answer = await record_stated_head(office.archive, shop.store_id, stranger, older, NOW_MS)
    assert answer == NoStream()


async def test_a_sealed_epoch_is_fenced(office: Office) -> None:
    shop, successor = traded(), Shop(1, epoch_number=2)
    await office.open(shop)
    await push(office, shop, shop.chain.batch(0, 5))
    await office.open(successor)
    assert await push(office, shop, shop.chain.batch(5, 9)) == Fenced(5)
    sent = (shop.store_id, shop.device_id, shop.chain.head, NOW_MS)
    assert await record_stated_head(office.archive, *sent) == Fenced(5)


async def test_a_device_pushes_only_into_its_own_stream(office: Office) -> None:
    shop, other = traded(1), traded(2)
    await office.open(shop, other)
    batch = shop.chain.batch(0, 5)
    for store_id, device_id in (
        (other.store_id, other.device_id),
        (shop.store_id, other.device_id),
    ):
        answer = await ingest_batch(office.archive, store_id, device_id, batch, NOW_MS)
        assert answer == NoStream()


@pytest.mark.parametrize("kind", ["a\0b", "\0"])
async def test_a_kind_that_is_no_name_is_refused_and_takes_nothing(
    office: Office, kind: str
) -> None:
    shop = Shop(1)
    shop.open()
    shop.append_body(kind, 1, b"")
    await office.open(shop)
    assert isinstance(await push(office, shop, shop.chain.batch(0, 4)), Damaged)
    assert await push(office, shop, shop.chain.batch(0, 3)) == Acknowledged(3, shop.chain.hashes[3])


async def test_a_flipped_byte_is_asked_for_again_with_the_hash_of_each_event(
    office: Office,
) -> None:
    shop = traded()
    await office.open(shop)
    batch = shop.chain.batch(0, 5)
    body = batch.envelopes[2].body
    flipped = msgspec.structs.replace(batch.envelopes[2], body=bytes([body[0] ^ 1]) + body[1:])
    spoilt = msgspec.structs.replace(
        batch, envelopes=(*batch.envelopes[:2], flipped, *batch.envelopes[3:])
    )
    assert await push(office, shop, spoilt) == HashesWanted(1, 5)
    assert isinstance(await push(office, shop, batch), Acknowledged)


async def test_keys_beside_the_chain_are_kept_and_the_first_stays(office: Office) -> None:
    shop = traded()
    await office.open(shop)
    keys = (PersonalKey(CUSTOMERS[1], b"k" * 32), PersonalKey(CUSTOMERS[0], b"l" * 32))
    await push(office, shop, msgspec.structs.replace(shop.chain.batch(0, 5), keys=keys))
    later = (PersonalKey(CUSTOMERS[1], b"x" * 32),)
    await push(office, shop, msgspec.structs.replace(shop.chain.batch(5, 6), keys=later))
    assert await personal_keys(office.archive, office.engine) == {
        CUSTOMERS[0]: b"l" * 32,
        CUSTOMERS[1]: b"k" * 32,
    }
