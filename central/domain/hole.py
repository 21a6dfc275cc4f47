"""Events of an epoch that are at no box any more: it kept them as long as it must, head office was
put back to its past since, and the box says *pruned through p, hash h* (protocol.md, Push).

Theory. Head office goes on after p, with h as the chain's hash there, and has a hole before. Only
tills may still hold what stood in it. What comes home of it takes its place if it fits between its
neighbours, hash by hash; so once all of it is there, the chain comes out through h, and the hole is
filled.
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from sync.protocol.codec import decode, encode


class Hole(msgspec.Struct, frozen=True, array_like=True):
    """The events beyond ``after`` through ``through``, where the chain's hash is ``hash``.
    ``filled``: all of them are here."""

    after: int
    through: int
    hash: bytes
    filled: bool = False

    def covers(self, seq: int) -> bool:
        """Whether the event stood in it."""
        return self.after < seq <= self.through

    @property
    def size(self) -> int:
        """How many events it has place for."""
        return self.through - self.after


Holes: TypeAlias = tuple[Hole, ...]
"""Of one epoch, in the order in which they were declared."""


def read_holes(stored: bytes | None) -> Holes:
    """As a stream's row has them."""
    return () if stored is None else decode(tuple[Hole, ...], stored)


def holes_stored(holes: Iterable[Hole]) -> bytes | None:
    """As a stream's row has them."""
    kept = tuple(holes)
    return encode(kept) if kept else None


def hole_at(holes: Holes, seq: int) -> Hole | None:
    """The one that an event may be missing in; None where it must be here."""
    return next((hole for hole in holes if hole.covers(seq) and not hole.filled), None)


def may_lack(holes: Holes, first: int, last: int) -> bool:
    """Whether all events first..last may be missing."""
    seq = first
    while seq <= last:
        hole = hole_at(holes, seq)
        if hole is None:
            return False
        seq = hole.through + 1
    return True
