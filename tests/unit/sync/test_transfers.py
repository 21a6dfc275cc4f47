"""Transfers that cross: each end by itself, in whatever order it is heard of."""

from uuid import UUID

import pytest

from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId
from sync.protocol.transfers import TransferState, intent_of, transfer_number, transfer_state

COMPANY, OTHER = CompanyId(UUID(int=1)), CompanyId(UUID(int=2))


@pytest.mark.parametrize(
    ("sent", "received", "state"),
    [
        (10, 0, TransferState.IN_TRANSIT),
        (10, 4, TransferState.PARTLY),
        (10, 10, TransferState.ARRIVED),
        (10, 12, TransferState.OVER),
        (0, 4, TransferState.UNHEARD),
        (0, 0, TransferState.ARRIVED),
    ],
)
def test_an_items_state_follows_from_what_was_heard_of_both_ends(
    sent: int, received: int, state: TransferState
) -> None:
    assert transfer_state(sent, received) is state


def test_both_ends_name_one_intent_by_the_number_on_the_paper() -> None:
    number = transfer_number("S01", "S02", Epoch(1, b"\x9f\x3c\x11\xaa"), 57)
    assert number == "S01-S02-19F3C11AA-57"
    assert intent_of(COMPANY, number) == intent_of(COMPANY, f" {number.lower()} ")
    assert intent_of(COMPANY, number) != intent_of(OTHER, number)
    assert intent_of(COMPANY, number) != intent_of(COMPANY, f"{number}8")
