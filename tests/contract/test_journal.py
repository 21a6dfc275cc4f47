"""The journal: one suite for both ports that a push reads, then what only the real one promises.

The real one is plain SQL in the caller's unit of work, here on the edge's own tables and writer.
"""

import pytest

from sync.engine.journal import Entry, NotAcknowledgeable
from sync.engine.outbox import Stopped, StopReason
from sync.protocol.batch import ENVELOPE_OVERHEAD_BYTES, BatchLimits
from sync.protocol.change import Head
from tests.contract.journal_fixtures import ALL, EPOCH, GENESIS, Shop, record, shop

__all__ = ["shop"]

STOPPED = Stopped(StopReason.BAD_ENVELOPE, "event 3")


async def filled(shop: Shop, count: int, size: int = 0) -> list[Entry]:
    return [await shop.append(record(seq, size), seq) for seq in range(1, count + 1)]


async def test_an_empty_journal_ends_at_its_genesis(shop: Shop) -> None:
    state = await shop.port.state()
    assert state.head == Head(EPOCH, 0, GENESIS)
    assert (state.acknowledged_through, state.stopped) == (0, False)
    outbox = await shop.port.outbox(ALL)
    assert (outbox.prev_hash, outbox.entries, outbox.keys) == (GENESIS, (), ())


async def test_what_waits_comes_in_order_after_what_is_acknowledged(shop: Shop) -> None:
    entries = await filled(shop, 5)
    outbox = await shop.port.outbox(ALL)
    assert outbox.entries == tuple(entries)
    assert outbox.prev_hash == GENESIS
    await shop.port.acknowledge(EPOCH, 2, entries[1].link.hash)
    outbox = await shop.port.outbox(BatchLimits(2))
    assert outbox.entries == tuple(entries[2:4])
    assert outbox.prev_hash == entries[1].link.hash
    assert outbox.state.head == entries[-1].head


async def test_a_range_keeps_both_limits_but_has_at_least_one_event(shop: Shop) -> None:
    entries = await filled(shop, 4, size=1_000)
    size = len(entries[0].envelope.body) + ENVELOPE_OVERHEAD_BYTES
    for limits, count in (
        (BatchLimits(3), 3),
        (BatchLimits(200, 2 * size), 2),
        (BatchLimits(200, 2 * size - 1), 1),
        (BatchLimits(200, 1), 1),
    ):
        assert len((await shop.port.outbox(limits)).entries) == count


async def test_our_hash_is_known_at_every_sequence(shop: Shop) -> None:
    entries = await filled(shop, 3)
    hashes = [await shop.port.hash_at(EPOCH, seq) for seq in range(5)]
    assert hashes == [GENESIS, *(entry.link.hash for entry in entries), None]


async def test_an_acknowledgement_moves_forward_only_and_only_to_our_own_hash(shop: Shop) -> None:
    entries = await filled(shop, 3)
    await shop.port.acknowledge(EPOCH, 2, entries[1].link.hash)
    await shop.port.acknowledge(EPOCH, 2, entries[1].link.hash)
    for through, head_hash in (
        (1, entries[0].link.hash),
        (3, b"x" * 32),
        (4, entries[2].link.hash),
        (-1, GENESIS),
    ):
        with pytest.raises(NotAcknowledgeable):
            await shop.port.acknowledge(EPOCH, through, head_hash)
    assert (await shop.port.state()).acknowledged_through == 2


async def test_a_restored_head_office_is_sent_again_and_people_are_told(shop: Shop) -> None:
    entries = await filled(shop, 3)
    await shop.port.acknowledge(EPOCH, 3, entries[2].link.hash)
    for through, head_hash in ((1, b"x" * 32), (4, b"x" * 32)):
        with pytest.raises(NotAcknowledgeable):
            await shop.port.send_again(EPOCH, through, head_hash, "wrong")
    assert shop.told()[1] == []
    await shop.port.send_again(EPOCH, 1, entries[0].link.hash, "restored")
    assert shop.told()[1] == ["restored"]
    assert (await shop.port.outbox(ALL)).entries == tuple(entries[1:])
    await shop.port.send_again(EPOCH, 0, GENESIS, "restored further")
    assert (await shop.port.outbox(ALL)).entries == tuple(entries)


async def test_a_stop_is_remembered_and_deletes_nothing(shop: Shop) -> None:
    entries = await filled(shop, 3)
    await shop.port.stop(STOPPED)
    state = await shop.port.state()
    assert (state.stopped, state.head, state.acknowledged_through) == (True, entries[-1].head, 0)
    assert shop.told()[0] == [STOPPED]
    assert (await shop.append(record(4), 4)).envelope.seq == 4
