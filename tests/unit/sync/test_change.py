"""An event's place in its chain; the bytes that are hashed are held by the golden vectors."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from sync.protocol.change import Epoch, link
from sync.protocol.identity import StoreId
from tests.chain_strategies import light_event

STORE = StoreId(UUID(int=7))
EPOCH = Epoch(1, b"\x01\x02\x03\x04")


@pytest.mark.parametrize(
    "changed", [{"kind_version": 1 << 16}, {"seq": -1}, {"hlc": -1}, {"occurred_at_ms": 1 << 63}]
)
def test_a_figure_that_its_field_cannot_hold_has_no_hash(changed: dict[str, Any]) -> None:
    envelope = msgspec.structs.replace(light_event(1), **changed)
    with pytest.raises(OverflowError):
        link(STORE, EPOCH, envelope, bytes(32))


def test_every_part_of_an_event_and_its_place_enters_the_hash() -> None:
    envelope = light_event(1)
    hashes = {
        link(store, epoch, one, previous).hash
        for store, epoch, one, previous in (
            (STORE, EPOCH, envelope, bytes(32)),
            (StoreId(UUID(int=8)), EPOCH, envelope, bytes(32)),
            (STORE, Epoch(2, EPOCH.fingerprint), envelope, bytes(32)),
            (STORE, Epoch(1, bytes(4)), envelope, bytes(32)),
            (STORE, EPOCH, envelope, bytes(31) + b"\1"),
            (STORE, EPOCH, msgspec.structs.replace(envelope, seq=2), bytes(32)),
            (STORE, EPOCH, msgspec.structs.replace(envelope, kind="alarm_raised"), bytes(32)),
            (STORE, EPOCH, msgspec.structs.replace(envelope, utc_offset_s=1), bytes(32)),
            (STORE, EPOCH, msgspec.structs.replace(envelope, body=b"\1"), bytes(32)),
        )
    }
    assert len(hashes) == 9
