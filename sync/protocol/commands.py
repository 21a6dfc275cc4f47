"""What head office asks of a box in an acknowledgement: words, of which an unknown one is skipped.

``seek EPOCH SEQ HASH``: an event is kept there that is not what was written; ask the tills for the
one of this hash. ``missing EPOCH FIRST THROUGH``: ask them for all of these, which perhaps
no box can send. ``manifest DATE``: say what stands of that business date. ``checkpoints DATE EPOCH
AFTER THROUGH``: say what the day's events in that span of an epoch come to, at some checkpoints of
it; ``receipts``, with the same: what each of them comes to, of at most one checkpoint's.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from sync.protocol.change import Epoch, Head
from sync.protocol.checkpoints import CHECKPOINT_EVENTS

COMMANDS_MAX = 50
"""Of each sort in one acknowledgement; the rest follow in later ones."""
_SEEK = re.compile(r"seek ([1-9][0-9]{0,9})-([0-9a-f]{8}) ([1-9][0-9]{0,18}) ([0-9a-f]{64})", re.A)
_MISSING = re.compile(
    r"missing ([1-9][0-9]{0,9})-([0-9a-f]{8}) ([1-9][0-9]{0,18}) ([1-9][0-9]{0,18})", re.A
)
_SPAN = re.compile(
    r"(checkpoints|receipts) ([0-9]{4}-[0-9]{2}-[0-9]{2}) ([1-9][0-9]{0,9})-([0-9a-f]{8})"
    r" (0|[1-9][0-9]{0,17}) ([1-9][0-9]{0,17})",
    re.A,
)
_MANIFEST = re.compile(r"manifest ([0-9]{4}-[0-9]{2}-[0-9]{2})", re.A)


class Seek(NamedTuple):
    """Ask the tills for the event that this is the hash of."""

    event: Head

    def __str__(self) -> str:
        return f"seek {self.event.epoch} {self.event.seq} {self.event.hash.hex()}"


class Missing(NamedTuple):
    """Ask the tills for every event of an epoch from ``first`` through ``through``."""

    epoch: Epoch
    first: int
    through: int

    def __str__(self) -> str:
        return f"missing {self.epoch} {self.first} {self.through}"

    def covers(self, event: Head) -> bool:
        """Whether it is one of them."""
        return event.epoch == self.epoch and self.first <= event.seq <= self.through


class GiveManifest(NamedTuple):
    """Say what stands of a business date."""

    business_date: date

    def __str__(self) -> str:
        return f"manifest {self.business_date}"


class Detail(StrEnum):
    """Of what a span is told."""

    CHECKPOINTS = "checkpoints"
    RECEIPTS = "receipts"


class SaySpan(NamedTuple):
    """Say what a day's events of an epoch come to, those behind ``after`` and through
    ``through``."""

    detail: Detail
    business_date: date
    epoch: Epoch
    after: int
    through: int

    def __str__(self) -> str:
        place = f"{self.business_date} {self.epoch} {self.after} {self.through}"
        return f"{self.detail.value} {place}"


Command: TypeAlias = Seek | Missing | GiveManifest | SaySpan


def read_commands(words: Iterable[str]) -> tuple[Command, ...]:
    """Those that this box knows, in their order."""
    return tuple(found for found in map(_read, words) if found is not None)


def _read(word: str) -> Command | None:
    seek = _SEEK.fullmatch(word)
    if seek is not None:
        epoch = Epoch(int(seek[1]), bytes.fromhex(seek[2]))
        return Seek(Head(epoch, int(seek[3]), bytes.fromhex(seek[4])))
    missing = _MISSING.fullmatch(word)
    if missing is not None:
        epoch = Epoch(int(missing[1]), bytes.fromhex(missing[2]))
        return Missing(epoch, int(missing[3]), int(missing[4]))
    span, asked = _SPAN.fullmatch(word), _MANIFEST.fullmatch(word)
    try:
        if span is not None:
            return _span(span)
        return None if asked is None else GiveManifest(date.fromisoformat(asked[1]))
    except ValueError:
        return None


def _span(said: re.Match[str]) -> SaySpan | None:
    """None where it is none. Raises ValueError."""
    epoch = Epoch(int(said[3]), bytes.fromhex(said[4]))
    span = SaySpan(Detail(said[1]), date.fromisoformat(said[2]), epoch, int(said[5]), int(said[6]))
    most = CHECKPOINT_EVENTS if span.detail is Detail.RECEIPTS else span.through
    return span if 0 < span.through - span.after <= most else None
