"""What a workstation was told by the box before this one, held against what head office sealed."""

from uuid import UUID

import pytest

from edge.usecases.workstation.compare_head import sealed_with
from sync.protocol.change import Epoch, Genesis, Head
from sync.protocol.identity import CompanyId, DeviceId, Incarnation, StoreId

PARENT = Epoch(1, b"aaaa")
GENESIS = Genesis(
    store_id=StoreId(UUID(int=1)),
    company_id=CompanyId(UUID(int=2)),
    store_code="S01",
    device_id=DeviceId(UUID(int=3)),
    device_key=bytes(32),
    epoch_number=2,
    parent=PARENT,
    parent_watermark=40,
    parent_hash=b"h" * 32,
    incarnation=Incarnation(UUID(int=4)),
    issued_at_ms=0,
)


@pytest.mark.parametrize(
    ("seen", "known"),
    [
        (Head(PARENT, 39, b"x" * 32), True),
        (Head(PARENT, 40, b"h" * 32), True),
        (Head(PARENT, 40, b"x" * 32), False),
        (Head(PARENT, 48, b"x" * 32), False),
        (Head(Epoch(1, b"bbbb"), 48, b"x" * 32), True),
    ],
)
def test_a_workstation_that_the_box_before_told_more_than_was_sealed_knows_of_missing_receipts(
    seen: Head, known: bool
) -> None:
    """A5: five receipts of a box that died are known to its till, and head office must hear of
    them."""
    assert sealed_with(GENESIS, seen) is known
