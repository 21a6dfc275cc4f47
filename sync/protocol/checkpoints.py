"""Where two accounts of a day part: running figures at checkpoints, then the events of one span.

A store's journal has a checkpoint at each CHECKPOINT_EVENTS events. Head office asks for running
figures at some of them (``points_between``), compares them with its own as of the same places, asks
again within the first span that differs, and at last for what each event of it comes to. Each round
divides by POINTS_MAX, so a journal of a million events takes four. Figures are of one business date
in one epoch, so a day that is still open is compared like any other.
"""

from datetime import date
from typing import Annotated

import msgspec

from sync.protocol.bounds import Count
from sync.protocol.change import Epoch
from sync.protocol.figures import Totals
from sync.protocol.manifest import Receipt

CHECKPOINT_EVENTS = 256
POINTS_MAX = 16


class Checkpoint(msgspec.Struct, frozen=True, array_like=True):
    """What the day's events after the span's ``after`` and through ``seq`` come to."""

    seq: Count
    totals: Totals


class SpanFigures(msgspec.Struct, frozen=True, array_like=True):
    """What a box says of a day's events in one of its epochs after one sequence and through
    another, counted from its rows: at checkpoints, or of each event. An event that is no receipt
    has its kind in place of a number, its own id in place of a sale's."""

    business_date: date
    epoch: Epoch
    after: Count
    through: Count
    points: Annotated[tuple[Checkpoint, ...], msgspec.Meta(max_length=POINTS_MAX)] = ()
    events: Annotated[tuple[Receipt, ...], msgspec.Meta(max_length=CHECKPOINT_EVENTS)] = ()


def step_between(after: int, through: int) -> int:
    """How many events stand between two of the points of a span: whole checkpoints."""
    checkpoints = -(-(through - after) // CHECKPOINT_EVENTS)
    return CHECKPOINT_EVENTS * max(1, -(-checkpoints // POINTS_MAX))


def points_between(after: int, through: int) -> tuple[int, ...]:
    """The points of a span that begins at a checkpoint; its end is the last of them.

    >>> points_between(0, 600)
    (256, 512, 600)
    """
    return (
        *range(after + step_between(after, through), through, step_between(after, through)),
        through,
    )
