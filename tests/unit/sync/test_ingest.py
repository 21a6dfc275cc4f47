"""The verdict on a batch: any delivery ends in the same prefix, and nothing false is accepted."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.batch import Batch
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId
from sync.protocol.ingest import (
    Accepted,
    Damaged,
    Duplicate,
    Fenced,
    Forked,
    Gap,
    HashesWanted,
    Stream,
    Verdict,
    judge,
)
from tests.chain_strategies import Chain, chains, light_chain

LENGTH = 12


class Held:
    """What a central holds of a chain's epoch, grown by verdicts alone."""

    def __init__(self, chain: Chain, through: int = 0) -> None:
        self.chain = chain
        self.hashes = dict(enumerate(chain.hashes[: through + 1]))

    @property
    def stream(self) -> Stream:
        watermark = len(self.hashes) - 1
        return Stream(self.chain.store_id, self.chain.epoch, watermark, self.hashes[watermark])

    def deliver(self, batch: Batch) -> Verdict:
        verdict = judge(self.stream, batch, self.hashes)
        if isinstance(verdict, Accepted):
            fresh = batch.envelopes[verdict.first :]
            for envelope, place in zip(fresh, verdict.links, strict=True):
                assert envelope.seq == len(self.hashes)
                self.hashes[envelope.seq] = place.hash
            assert (verdict.watermark, verdict.head_hash) == list(self.hashes.items())[-1]
        return verdict


def ranges(length: int) -> st.SearchStrategy[tuple[int, int]]:
    """(after, through) of a batch within a chain."""
    return st.tuples(st.integers(0, length), st.integers(0, length)).map(
        lambda pair: (min(pair), max(pair))
    )


def changed(batch: Batch, **fields: object) -> Batch:
    return msgspec.structs.replace(batch, **fields)


def drained(held: Held, batches: Iterable[tuple[int, int]]) -> None:
    for after, through in batches:
        verdict = held.deliver(held.chain.batch(after, through))
        assert isinstance(verdict, Accepted | Duplicate | Gap)


@given(st.lists(ranges(LENGTH), max_size=30))
def test_any_splitting_repetition_and_order_ends_in_the_same_watermark(
    deliveries: list[tuple[int, int]],
) -> None:
    held = Held(light_chain(LENGTH))
    reached = 0
    for after, through in deliveries:
        drained(held, [(after, through)])
        if after <= reached:
            reached = max(reached, through)
        assert held.stream.watermark == reached
    drained(held, [(reached, LENGTH)])
    assert list(held.hashes.values()) == held.chain.hashes


@given(chains())
def test_a_whole_chain_of_any_events_is_accepted(chain: Chain) -> None:
    held = Held(chain)
    verdict = held.deliver(chain.batch(0, len(chain.events)))
    if chain.events:
        assert verdict == Accepted(0, tuple(chain.links), len(chain.events), chain.hashes[-1])
    else:
        assert verdict == Duplicate()


@given(ranges(LENGTH), st.integers(0, LENGTH))
def test_a_batch_sent_twice_counts_once(sent: tuple[int, int], through: int) -> None:
    held = Held(light_chain(LENGTH), through)
    held.deliver(held.chain.batch(*sent))
    before = dict(held.hashes)
    again = held.deliver(held.chain.batch(*sent))
    assert again == (Gap(through + 1) if sent[0] > through else Duplicate())
    assert held.hashes == before


@given(st.integers(0, LENGTH), st.integers(0, LENGTH), st.integers(0, LENGTH))
def test_a_batch_that_begins_too_late_is_told_what_is_expected(
    through: int, after: int, to: int
) -> None:
    held = Held(light_chain(LENGTH), through)
    verdict = held.deliver(held.chain.batch(min(after, to), max(after, to)))
    assert (verdict == Gap(through + 1)) == (min(after, to) > through)


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH), ranges(LENGTH))
def test_another_branch_is_a_fork_at_the_first_event_that_differs(
    shared: int, through: int, sent: tuple[int, int]
) -> None:
    """Both chains agree on the first ``shared`` events."""
    held = Held(light_chain(LENGTH), through)
    other = light_chain(LENGTH, salt=1, shared=shared)
    verdict = judge(held.stream, other.batch(*sent), held.hashes)
    after, to = sent
    if after > through:
        assert verdict == Gap(through + 1)
    elif min(to, through) > shared:
        assert verdict == Forked(max(shared + 1, after))
    else:
        assert isinstance(verdict, Accepted | Duplicate)


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH), ranges(LENGTH), st.data())
def test_nothing_is_accepted_that_does_not_follow_the_watermark(
    shared: int, through: int, sent: tuple[int, int], data: st.DataObject
) -> None:
    """Also where central's known hashes are missing, as for a batch from far below."""
    held = Held(light_chain(LENGTH), through)
    known = {
        seq: held.hashes[seq]
        for seq in data.draw(st.sets(st.integers(0, through), max_size=through + 1))
    }
    verdict = judge(held.stream, light_chain(LENGTH, 1, shared).batch(*sent), known)
    if isinstance(verdict, Accepted):
        assert through <= shared
        assert verdict.links[0].prev_hash == held.stream.head_hash
        assert verdict.watermark == sent[1]


@given(ranges(LENGTH).filter(lambda pair: pair[0] < pair[1]), st.integers(0, LENGTH), st.data())
def test_an_event_changed_on_its_way_is_never_accepted(
    sent: tuple[int, int], through: int, data: st.DataObject
) -> None:
    held = Held(light_chain(LENGTH), through)
    batch = held.chain.batch(*sent)
    place = data.draw(st.integers(0, len(batch.envelopes) - 1))
    other = changed_event(batch, place, data.draw(st.sampled_from(EVENT_CHANGES)))
    assert isinstance(held.deliver(other), Damaged | HashesWanted)


EVENT_CHANGES: list[dict[str, object]] = [
    {"body": b"another"},
    {"kind": "another"},
    {"kind_version": 2},
    {"occurred_at_ms": 0},
    {"utc_offset_s": 0},
    {"hlc": 0},
    {"seq": 99},
]


def changed_event(batch: Batch, place: int, fields: dict[str, object]) -> Batch:
    events = list(batch.envelopes)
    events[place] = msgspec.structs.replace(events[place], **fields)
    return changed(batch, envelopes=tuple(events))


BATCH = light_chain(LENGTH).batch(3, 6)


@pytest.mark.parametrize(
    "batch",
    [
        changed(BATCH, from_seq=0),
        changed(BATCH, from_seq=5),
        changed(BATCH, epoch=Epoch(2, b"abcd")),
        changed(BATCH, epoch=Epoch(1, b"abce")),
        changed(BATCH, envelopes=BATCH.envelopes[::-1]),
        changed(BATCH, envelopes=BATCH.envelopes[:1] + BATCH.envelopes[2:]),
        changed(BATCH, envelopes=()),
        changed(BATCH, envelopes=(), from_seq=0, end_hash=BATCH.prev_hash),
    ],
)
@pytest.mark.parametrize("through", [0, 3, 4, LENGTH])
def test_a_batch_that_contradicts_itself_is_damaged(batch: Batch, through: int) -> None:
    assert isinstance(Held(light_chain(LENGTH), through).deliver(batch), Damaged)


@pytest.mark.parametrize("field", ["end_hash", "prev_hash"])
@pytest.mark.parametrize("through", [0, 3, 4, LENGTH])
def test_a_batch_whose_end_does_not_come_out_is_asked_for_with_hashes(
    field: str, through: int
) -> None:
    batch = changed(BATCH, **{field: b"x" * 32})
    assert Held(light_chain(LENGTH), through).deliver(batch) == HashesWanted(4, 6)


@given(st.integers(0, 2), st.sampled_from([{"body": b"another"}, {"kind": "another"}, {"hlc": 0}]))
def test_with_hashes_the_one_event_that_is_another_is_named_and_the_rest_accepted(
    place: int, fields: dict[str, object]
) -> None:
    held = Held(light_chain(LENGTH), 3)
    hashes = held.chain.hashes[4:7]
    verdict = judge(held.stream, changed_event(BATCH, place, fields), held.hashes, hashes)
    assert isinstance(verdict, Accepted)
    assert (verdict.damaged, verdict.watermark) == (frozenset({4 + place}), 6)
    assert (verdict.head_hash, [link.hash for link in verdict.links]) == (hashes[-1], list(hashes))


def test_an_event_with_sequence_zero_cannot_slip_under_the_first() -> None:
    chain = light_chain(2)
    events = tuple(
        msgspec.structs.replace(event, seq=seq) for seq, event in enumerate(chain.events)
    )
    forged = Chain(chain.store_id, chain.epoch, b"forged" * 5 + b"..", events)
    batch = changed(forged.batch(0, 2), from_seq=0)
    assert isinstance(judge(Held(chain).stream, batch, {}), Damaged)


@pytest.mark.parametrize(
    ("after", "verdict"), [(0, Duplicate()), (4, Duplicate()), (5, Duplicate()), (6, Gap(6))]
)
def test_an_empty_batch_changes_nothing(after: int, verdict: Verdict) -> None:
    held = Held(light_chain(LENGTH), 5)
    assert held.deliver(held.chain.batch(after, after)) == verdict


def test_an_empty_batch_of_another_branch_is_a_fork() -> None:
    held = Held(light_chain(LENGTH), 5)
    other = light_chain(LENGTH, salt=1, shared=2)
    assert held.deliver(other.batch(5, 5)) == Forked(5)
    assert held.deliver(other.batch(2, 2)) == Duplicate()


def test_another_genesis_is_a_fork_at_zero() -> None:
    chain = light_chain(3)
    other = Chain(chain.store_id, chain.epoch, b"h" * 32, chain.events)
    assert Held(chain).deliver(other.batch(0, 3)) == Forked(0)
    assert Held(chain, 2).deliver(other.batch(0, 3)) == Forked(0)


def test_a_sealed_epoch_is_fenced_at_its_watermark() -> None:
    chain = light_chain(LENGTH)
    stream = Stream(chain.store_id, chain.epoch, 5, chain.hashes[5], sealed_through=5)
    assert judge(stream, chain.batch(5, 6), {}) == Fenced(5)


def test_the_hash_is_the_stores_own() -> None:
    """A batch cannot be replayed into another store's stream of the same epoch name."""
    chain = light_chain(3)
    stream = Stream(StoreId(UUID(int=8)), chain.epoch, 0, chain.hashes[0])
    batch = chain.batch(0, 3)
    assert judge(stream, batch, {}) == HashesWanted(1, 3)
    assert isinstance(judge(stream, batch, {}, chain.hashes[1:]), Damaged)
