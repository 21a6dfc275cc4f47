"""What every fact has in common: its base, and the bounds that a whole fact keeps (bounds.py)."""

from datetime import date
from typing import ClassVar, NamedTuple

import msgspec

from sync.protocol.bounds import DATE_MAX, DATE_MIN, FIGURE_MAX, LINE_NO_MAX
from sync.protocol.errors import Unbalanced

LINES_MAX = LINE_NO_MAX


class KindVersion(NamedTuple):
    """How a body is to be read."""

    kind: str
    version: int


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Base of what stands inside a fact: a line, a tender."""


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """Base of everything that can stand in a journal. What a kind says of itself it says here once;
    none of it travels, and capitals keep it apart from fields.

    ``KIND``: under what name and version it is written; ``EARLIER``: versions of which it is read
    as well, whose fields are the first of these. ``OWN_ID``: the field with the id that its
    maker drew for it, under which it counts once at a store whatever brings it; None: its event's.
    ``MERGES``: what it says meets what others say field by field (conflict.py), so two contents
    under one id are two facts, and both count.
    ``ROOT``: the aggregate it belongs to and the field with its id (aggregate.py); None: nothing
    ever waits for it.
    """

    KIND: ClassVar[KindVersion]
    EARLIER: ClassVar[tuple[int, ...]] = ()
    OWN_ID: ClassVar[str | None]
    MERGES: ClassVar[bool] = False
    ROOT: ClassVar[tuple[str, str] | None] = None


def refuse_date(day: date | None) -> None:
    """A calendar's own end would break arithmetic on dates at whoever reads it."""
    if day is not None and not DATE_MIN <= day <= DATE_MAX:
        raise Unbalanced(f"the date {day} lies beyond every bound")


def refuse_size(figures: list[int], what: str) -> None:
    """What a fact comes to keeps the bound of a single figure (bounds.py)."""
    if abs(sum(figures)) > FIGURE_MAX:
        raise Unbalanced(f"the {what} of the whole is beyond {FIGURE_MAX:,}")
