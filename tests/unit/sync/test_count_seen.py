"""What a count has seen of the epochs of its store: worked examples of one rule of both sides."""

from uuid import UUID

import pytest

from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import encode
from sync.protocol.count_seen import CountSeen, has_seen, lines_before
from sync.protocol.identity import CompanyId, DeviceId, Incarnation, StoreId

FIRST, SECOND, THIRD, OWN = (
    Epoch(1, b"aaaa"),
    Epoch(2, b"bbbb"),
    Epoch(3, b"cccc"),
    Epoch(3, b"dddd"),
)
"""Of the first box, the second and the third; the last one the third box opened itself."""


def record(epoch: Epoch, box: int, parent: Epoch | None, watermark: int) -> bytes:
    return encode(
        Genesis(
            StoreId(UUID(int=1)),
            CompanyId(UUID(int=2)),
            "S01",
            DeviceId(UUID(int=box)),
            b"",
            epoch.number,
            parent,
            watermark,
            None,
            Incarnation(UUID(int=3)),
            0,
        )
    )


GENESES = {
    FIRST: record(FIRST, 1, None, 0),
    SECOND: record(SECOND, 2, FIRST, 10),
    THIRD: record(THIRD, 3, SECOND, 20),
    OWN: record(OWN, 3, THIRD, 30),
}
AT_HEAD_OFFICE = lines_before(GENESES)
IN_THE_THIRD_BOXS_FOLDER = lines_before({one: GENESES[one] for one in (THIRD, OWN)})


def count_in(epoch: Epoch, seen: int, parent: int) -> CountSeen:
    return CountSeen(epoch.number, epoch.fingerprint, seen, seen + 1, parent, 5_000)


@pytest.mark.parametrize(
    ("count", "epoch", "seq", "seen"),
    [
        (count_in(THIRD, 7, 20), THIRD, 7, True),
        (count_in(THIRD, 7, 20), THIRD, 8, False),
        # The one before: through where it was sealed, or as far as the count says.
        (count_in(THIRD, 7, 20), SECOND, 20, True),
        (count_in(THIRD, 7, 20), SECOND, 21, False),
        (count_in(THIRD, 7, 25), SECOND, 25, True),
        # Of the box before that one all was on the shelves, or off them, whenever it is heard of.
        (count_in(THIRD, 7, 20), FIRST, 11, True),
        # In an epoch that the box opened itself: of its own line through where it branched off.
        (count_in(OWN, 4, 30), THIRD, 30, True),
        (count_in(OWN, 4, 30), THIRD, 31, False),
        (count_in(OWN, 4, 30), SECOND, 20, True),
        (count_in(OWN, 4, 30), SECOND, 21, False),
        (count_in(OWN, 4, 30), FIRST, 11, True),
        # What branched off it knows nothing of.
        (count_in(THIRD, 7, 20), OWN, 1, False),
    ],
)
def test_a_box_and_head_office_say_the_same_though_the_box_knows_its_own_folder_alone(
    count: CountSeen, epoch: Epoch, seq: int, seen: bool
) -> None:
    for lines in (AT_HEAD_OFFICE, IN_THE_THIRD_BOXS_FOLDER):
        assert has_seen(count, epoch.number, epoch.fingerprint, seq, lines) is seen
