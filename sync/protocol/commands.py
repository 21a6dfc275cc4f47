"""What head office asks of a box in an acknowledgement: words, of which an unknown one is skipped.

``seek EPOCH SEQ HASH``: an event is kept there that is not what was written; ask the tills for the
one of this hash. ``manifest DATE``: say what stands of that business date.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeAlias

from sync.protocol.change import Epoch, Head

COMMANDS_MAX = 50
"""Of each sort in one acknowledgement; the rest follow in later ones."""
_SEEK = re.compile(r"seek ([1-9][0-9]{0,9})-([0-9a-f]{8}) ([1-9][0-9]{0,18}) ([0-9a-f]{64})", re.A)
_MANIFEST = re.compile(r"manifest ([0-9]{4}-[0-9]{2}-[0-9]{2})", re.A)


class Seek(NamedTuple):
    """Ask the tills for the event that this is the hash of."""

    event: Head

    def __str__(self) -> str:
        return f"seek {self.event.epoch} {self.event.seq} {self.event.hash.hex()}"


class GiveManifest(NamedTuple):
    """Say what stands of a business date."""

    business_date: date

    def __str__(self) -> str:
        return f"manifest {self.business_date}"


Command: TypeAlias = Seek | GiveManifest


def read_commands(words: Iterable[str]) -> tuple[Command, ...]:
    """Those that this box knows, in their order."""
    return tuple(found for found in map(_read, words) if found is not None)


def _read(word: str) -> Command | None:
    seek = _SEEK.fullmatch(word)
    if seek is not None:
        epoch = Epoch(int(seek[1]), bytes.fromhex(seek[2]))
        return Seek(Head(epoch, int(seek[3]), bytes.fromhex(seek[4])))
    asked = _MANIFEST.fullmatch(word)
    try:
        return None if asked is None else GiveManifest(date.fromisoformat(asked[1]))
    except ValueError:
        return None
