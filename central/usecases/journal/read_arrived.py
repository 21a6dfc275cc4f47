"""Events as they arrived, read as what counts of them."""

from collections.abc import Sequence

from central.archive.port import ArchiveUnit
from central.projections.arrival import read_event, wrapped_epochs
from central.projections.event import RawEvent
from central.projections.line_up import Read


async def read_arrived(unit: ArchiveUnit, events: Sequence[RawEvent]) -> list[Read]:
    """Each event, decoded once."""
    wrapped = wrapped_epochs(events)
    geneses = await unit.geneses(wrapped) if wrapped else {}
    return [read_event(event, geneses) for event in events]
