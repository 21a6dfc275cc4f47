"""What is done where two contents have one own id: people are told, and each content that does not
count is set aside once, at the lowest of the places where it was written. So it does not matter
which of its arrivals came while it counted, and which afterwards.
"""

from collections.abc import Sequence
from uuid import uuid5

from central.archive.port import EVENTS_APPLIED_MAX, Alarm, ArchiveUnit
from central.projections.line_up import Read, Twice
from central.usecases.journal.read_arrived import read_arrived
from sync.protocol.identity import StoreId

SAME_ID_TWICE = "same_id_twice"


async def tell_twice(unit: ArchiveUnit, store_id: StoreId, found: Sequence[Twice]) -> None:
    """After what lost was set aside. One alarm for an own id, however many contents it has."""
    for twice in found:
        await unit.raise_alarm(store_id, _alarm(store_id, twice))
        lost = await unit.lost_under(store_id, twice.own.id, EVENTS_APPLIED_MAX)
        reads = await read_arrived(unit, lost)
        lowest: dict[bytes, Read] = {}
        alike = sorted((one for one in reads if one.own == twice.own), key=lambda one: one.rank)
        for read in alike:
            lowest.setdefault(read.digest, read)
        kept = {read.arrived for read in lowest.values()}
        await unit.release(store_id, {read.arrived for read in alike} - kept)


def _alarm(store_id: StoreId, twice: Twice) -> Alarm:
    kind, own = twice.own
    detail = (
        f"The {kind.replace('_', ' ')} {own} arrived with two contents: {twice.counts} counts,"
        f" {twice.lost} is set aside."
    )
    alarm_id = uuid5(store_id, f"{SAME_ID_TWICE}:{kind}:{own}")
    return Alarm(alarm_id, SAME_ID_TWICE, detail, twice.noticed_at_ms)
