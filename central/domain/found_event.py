"""An event that a box and head office count otherwise."""

import msgspec

from sync.protocol.manifest import Difference


class FoundEvent(msgspec.Struct, frozen=True, array_like=True):
    """A receipt by its number, another event by its kind. ``only_at``: which side alone has it
    (``store``, ``central``), None: both, and ``figures`` say where they differ."""

    number: str
    only_at: str | None
    figures: tuple[Difference, ...]
