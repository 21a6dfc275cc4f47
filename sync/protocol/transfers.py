"""Transfers between stores: how both ends know each other without a line, and what the two come to.

The goods travel with a number on their paper: from which store, to which, and where in the sender's
journal the despatch stands. What both ends name, their intent, is made of that number alone, so a
store that receives goods of whose despatch it never heard names the same one as the sender. State
is derived from what was heard of both ends, in whatever order it comes, and blocks nothing.
"""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID, uuid5

from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId

_SPACE = UUID("4f0d6d2e-6c0e-5a4b-9a52-6a6d1f6b8f0a")


class TransferState(StrEnum):
    """Of an item of a transfer. ``UNHEARD``: it came, and nobody heard yet that it was sent."""

    IN_TRANSIT = "in_transit"
    PARTLY = "partly"
    ARRIVED = "arrived"
    OVER = "over"
    UNHEARD = "unheard"


def transfer_number(from_code: str, to_code: str, epoch: Epoch, seq: int) -> str:
    """Of the despatch that is the event ``seq`` of an epoch: no other has it.

    >>> transfer_number("S01", "S02", Epoch(1, bytes.fromhex("aabbccdd")), 57)
    'S01-S02-1AABBCCDD-57'
    """
    return f"{from_code}-{to_code}-{epoch.number}{epoch.fingerprint.hex().upper()}-{seq}"


def codes_of_number(number: str, codes: Collection[str]) -> tuple[str, str] | None:
    """Of which two of these stores a number is, sender first; ``codes`` in capitals. None: of none,
    or it could be of several (codes may have a hyphen, too).

    >>> codes_of_number("s01-s02-1AABBCCDD-57", {"S01", "S02"})
    ('S01', 'S02')
    """
    both = number.strip().upper().rsplit("-", 2)[0]
    found = [
        (both[:at], both[at + 1 :])
        for at, letter in enumerate(both)
        if letter == "-" and both[:at] in codes and both[at + 1 :] in codes
    ]
    return found[0] if len(found) == 1 else None


def intent_of(company_id: CompanyId, number: str) -> UUID:
    """What both ends of a transfer name; capitals and spaces around it make no difference."""
    return uuid5(_SPACE, f"{company_id} {number.strip().upper()}")


def end_of_wish(wish_id: UUID) -> UUID:
    """The event under which head office says that it wishes something no more."""
    return uuid5(_SPACE, f"end {wish_id}")


def transfer_state(sent_milli: int, received_milli: int) -> TransferState:
    """Of an item, from what was heard of both ends so far, each at least 0.

    >>> transfer_state(10, 0).value, transfer_state(10, 4).value, transfer_state(0, 4).value
    ('in_transit', 'partly', 'unheard')
    """
    if received_milli > sent_milli:
        return TransferState.UNHEARD if sent_milli == 0 else TransferState.OVER
    if received_milli == sent_milli:
        return TransferState.ARRIVED
    return TransferState.PARTLY if received_milli else TransferState.IN_TRANSIT
