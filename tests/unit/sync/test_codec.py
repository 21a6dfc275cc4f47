"""Bytes: what was written is read again, and nothing hostile does more than be Undecodable."""

import tracemalloc
from uuid import UUID

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.batch import Acknowledgement, Batch
from sync.protocol.bounds import INTEGER_MAX
from sync.protocol.change import Envelope, Genesis, link
from sync.protocol.codec import (
    KINDS,
    PACK_LEVEL,
    decode,
    decode_fact,
    encode,
    is_known,
    kind_of,
    pack_batch,
    pack_page,
    unpack_batch,
    unpack_page,
)
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, KindVersion
from sync.protocol.identity import Incarnation
from sync.protocol.manifest import Manifest
from sync.protocol.reference import FeedPage, FeedRow
from tests.chain_strategies import STORE, batches, envelopes, facts, light_chain

READ_FROM_OUTSIDE = [Batch, Envelope, Acknowledgement, FeedPage, Genesis, EnrolmentAnswer, Manifest]
UNFOLDED_MAX = 1 << 20

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    | st.binary(max_size=33)
    | st.dates(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=40,
)


@given(facts)
def test_a_fact_is_read_as_it_was_written(fact: AnyFact) -> None:
    name = kind_of(fact)
    body = encode(fact)
    again = decode_fact(name.kind, name.version, body)
    assert again == fact
    assert encode(again) == body


@given(batches())
def test_a_batch_is_read_as_it_was_packed(batch: Batch) -> None:
    assert unpack_batch(pack_batch(batch)) == batch


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_random_bytes_are_at_most_undecodable(name: KindVersion, body: bytes) -> None:
    try:
        decode_fact(name.kind, name.version, body)
    except Undecodable:
        return


@given(st.sampled_from(READ_FROM_OUTSIDE), plain)
def test_other_values_are_at_most_undecodable(kind: type, value: object) -> None:
    try:
        decode(kind, encode(value))
    except Undecodable:
        return


@given(facts, st.data())
def test_a_damaged_body_is_at_most_undecodable(fact: AnyFact, data: st.DataObject) -> None:
    name, body = kind_of(fact), bytearray(encode(fact))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    try:
        decode_fact(name.kind, name.version, bytes(body))
    except Undecodable:
        return


@given(facts, st.data())
def test_a_truncated_body_is_undecodable(fact: AnyFact, data: st.DataObject) -> None:
    name, body = kind_of(fact), encode(fact)
    with pytest.raises(Undecodable):
        decode_fact(name.kind, name.version, body[: data.draw(st.integers(0, len(body) - 1))])


@given(batches(), st.data())
def test_damaged_wire_bytes_are_at_most_undecodable(batch: Batch, data: st.DataObject) -> None:
    raw = bytearray(pack_batch(batch))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpack_batch(bytes(raw))
    except Undecodable:
        return


@given(envelopes(), st.integers(0, 9), st.integers(-(1 << 63), (1 << 64) - 1))
def test_whatever_integers_arrive_in_an_envelope_it_can_be_hashed(
    envelope: Envelope, place: int, number: int
) -> None:
    fields: list[object] = list(msgspec.msgpack.decode(encode(envelope)))
    fields[place] = number
    try:
        arrived = decode(Envelope, encode(fields))
    except Undecodable:
        return
    chain = light_chain(0)
    assert len(link(STORE, chain.epoch, arrived, chain.hashes[0]).hash) == 32
    assert 0 <= arrived.seq <= INTEGER_MAX


@pytest.mark.parametrize("kind", ["", "Sale", "sale\0", "sale\n", "a" * 65, "1a", "sale item"])
def test_a_kind_is_a_plain_word(kind: str) -> None:
    fields = list(msgspec.msgpack.decode(encode(light_chain(1).events[0])))
    fields[2] = kind
    with pytest.raises(Undecodable):
        decode(Envelope, encode(fields))


@pytest.mark.parametrize("text", ["a\0b", "\0", "x" * 4_001])
def test_text_that_no_database_takes_is_undecodable(text: str) -> None:
    with pytest.raises(Undecodable):
        decode_fact("device_recorded", 1, encode(["boot", text, "0.1.0"]))


def test_deep_nesting_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        decode_fact("device_recorded", 1, b"\x94\xa1a\xa1a\xa1a" + b"\x91" * 100_000 + b"\xc0")


def test_a_length_that_lies_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        decode(Batch, b"\xdd\xff\xff\xff\xff")


def test_a_body_may_have_gained_fields_at_its_end() -> None:
    newer = encode(["boot", "detail", "0.2.0", "a field of tomorrow", [1, 2]])
    assert decode_fact("device_recorded", 1, newer) == decode_fact(
        "device_recorded", 1, encode(["boot", "detail", "0.2.0"])
    )


def test_an_unknown_kind_is_not_known() -> None:
    assert is_known("device_recorded", 1)
    assert not is_known("device_recorded", 2)
    with pytest.raises(KeyError):
        decode_fact("device_recorded", 2, b"")


def frame(content: bytes, stated: bool = True) -> bytes:
    return zstandard.ZstdCompressor(level=PACK_LEVEL, write_content_size=stated).compress(content)


BOMB = frame(b"\xc0" * (UNFOLDED_MAX + 1))
BOMBS = {
    "beyond the cap": BOMB,
    "size unstated": frame(b"\xc0" * UNFOLDED_MAX, stated=False),
    "a second frame": frame(b"\xc0") + BOMB,
    "more than stated": frame(b"\xc0" * 100)[:5] + BOMB[7:],
    "no frame": b"not zstd",
    "nothing": b"",
    "a cut frame": BOMB[: len(BOMB) // 2],
    "a skippable frame": b"\x50\x2a\x4d\x18\xff\xff\xff\xff",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_zstd_bomb_is_refused_before_it_unfolds(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Undecodable):
            unpack_batch(BOMBS[name], UNFOLDED_MAX)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * UNFOLDED_MAX


def test_a_page_is_read_packed_or_plain_and_no_bomb_is_one() -> None:
    rows = tuple(FeedRow(seq, f"row {seq}", b"x" * 20) for seq in range(1, 1_001))
    page = FeedPage(Incarnation(UUID(int=1)), "items", "", rows, 1_000, bytes(32))
    assert unpack_page(encode(page)) == unpack_page(pack_page(page)) == page
    assert len(pack_page(page)) < len(encode(page)) / 3
    beyond = frame(encode(FeedPage(page.incarnation, "items", "", (), 0, bytes(5_000_000))))
    for name, bomb in {**BOMBS, "beyond the cap of a page": beyond}.items():
        with pytest.raises(Undecodable):
            unpack_page(bomb)
        assert name


def test_bytes_after_the_frame_are_refused() -> None:
    with pytest.raises(Undecodable):
        unpack_batch(pack_batch(light_chain(1).batch(0, 1)) + b"x")
