"""Any event can come home in another epoch, and none of them twice wrapped."""

from uuid import UUID

import pytest
from msgspec import structs

from sync.engine.journal import EventTooLarge, Moment, next_entry
from sync.protocol.change import FACT_BODY_BYTES_MAX, Epoch, Head
from sync.protocol.clock import ClockState, Hlc
from sync.protocol.codec import decode_fact, encode
from sync.protocol.errors import Unbalanced, Undecodable
from sync.protocol.facts import DeviceRecorded, EventRecovered, KindVersion
from sync.protocol.identity import BootId, EventId, StoreId, WorkstationId
from tests.golden.examples import EXAMPLES

STORE, EPOCH = StoreId(UUID(int=1)), Epoch(2, b"\x09\x08\x07\x06")
HEAD = Head(EPOCH, 0, bytes(32))
MOMENT = Moment(1_763_971_200_000, 28_800, BootId(UUID(int=2)), ClockState.CHECKED)
GOLDEN: EventRecovered = EXAMPLES[KindVersion("event_recovered", 1)]


def largest() -> DeviceRecorded:
    """The largest fact of its own that a box writes."""
    empty = len(encode(DeviceRecorded("", "", "")))
    return DeviceRecorded("", "x" * (FACT_BODY_BYTES_MAX - empty - 4), "")


def test_a_fact_of_its_own_leaves_room_to_be_wrapped() -> None:
    fact = largest()
    assert len(encode(fact)) == FACT_BODY_BYTES_MAX
    longer = structs.replace(fact, detail=fact.detail + "x")
    with pytest.raises(EventTooLarge):
        next_entry(STORE, HEAD, Hlc(0), longer, EventId(UUID(int=3)), MOMENT)


def test_whatever_a_box_wrote_can_be_wrapped_under_the_names_of_greatest_length() -> None:
    envelope = structs.replace(
        GOLDEN.envelope,
        seq=(1 << 63) - 1,
        kind="k" * 64,
        kind_version=65_535,
        occurred_at_ms=-(1 << 47) + 1,
        utc_offset_s=-86_400,
        hlc=Hlc((1 << 63) - 1),
        clock_state=ClockState.UNCHECKED,
        body=encode(largest()),
    )
    wrapped = structs.replace(
        GOLDEN, source="s" * 64, workstation_id=WorkstationId("W" * 64), envelope=envelope
    )
    entry = next_entry(STORE, HEAD, Hlc(0), wrapped, EventId(UUID(int=3)), MOMENT)
    assert decode_fact("event_recovered", 1, entry.envelope.body) == wrapped


def test_a_recovered_event_wraps_no_recovered_one() -> None:
    envelope = structs.replace(GOLDEN.envelope, kind="event_recovered")
    with pytest.raises(Unbalanced):
        structs.replace(GOLDEN, envelope=envelope)
    raw = encode(GOLDEN).replace(b"\xafdevice_recorded", b"\xafevent_recovered")
    with pytest.raises(Undecodable):
        decode_fact("event_recovered", 1, raw)


def test_a_source_that_nobody_knows_yet_is_kept() -> None:
    fact = structs.replace(GOLDEN, source="an_auditors_disk")
    assert decode_fact("event_recovered", 1, encode(fact)) == fact


def test_given_back_twice_it_has_one_id_in_an_epoch_and_another_in_the_next() -> None:
    other = Epoch(3, bytes(4))
    assert GOLDEN.event_id_in(EPOCH) == GOLDEN.event_id_in(EPOCH)
    assert GOLDEN.event_id_in(EPOCH) != GOLDEN.event_id_in(other)
    assert GOLDEN.event_id_in(EPOCH) != GOLDEN.envelope.event_id
