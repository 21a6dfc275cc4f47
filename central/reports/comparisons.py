"""What searches found of a day: events that box and head office count otherwise
(``compare_spans``); and what a box declared of it ahead of its journal."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.found_event import FoundEvent
from central.reports.store_day import StoreDay
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.manifest import Manifest

_FOUND = """
SELECT epoch_number, epoch_fingerprint, end_seq, after_seq, through_seq, is_open, whole, found,
    changed_at_ms
FROM comparison WHERE store_id = $1 AND business_date = $2 ORDER BY 1, 2, 3
"""
_DECLARED = """
SELECT d.manifest, d.declared_at_ms FROM manifest_declared AS d
JOIN stream AS s USING (store_id, epoch_number, epoch_fingerprint)
WHERE store_id = $1 AND d.business_date = $2 AND d.last_seq > s.applied_through
ORDER BY d.epoch_number, d.epoch_fingerprint
"""


class Comparison(NamedTuple):
    """A search through an event of an epoch. ``after`` to ``through``: the span that is asked about
    while it ``is_open``. ``whole``: it came to its end, and ``events`` are all that it found."""

    epoch: Epoch
    end: int
    after: int
    through: int
    is_open: bool
    whole: bool
    events: tuple[FoundEvent, ...]
    changed_at_ms: int


class Declared(NamedTuple):
    """A copy of a manifest whose own events are not here yet: what a box says, and no proof."""

    manifest: Manifest
    declared_at_ms: int

    @property
    def epoch(self) -> Epoch:
        """Of which it is."""
        return Epoch(self.manifest.epoch_number, self.manifest.epoch_fingerprint)


async def comparisons_of(db: AsyncConnection, day: StoreDay) -> tuple[Comparison, ...]:
    """By their epochs and ends."""
    return tuple(
        Comparison(
            Epoch(row[0], row[1]),
            end=row[2],
            after=row[3],
            through=row[4],
            is_open=row[5],
            whole=row[6],
            events=decode(tuple[FoundEvent, ...], row[7]),
            changed_at_ms=row[8],
        )
        for row in await (await driver_of(db)).fetch(_FOUND, *day)
    )


async def declared_of(db: AsyncConnection, day: StoreDay) -> tuple[Declared, ...]:
    """Those that the journal has not caught up with."""
    rows = await (await driver_of(db)).fetch(_DECLARED, *day)
    return tuple(Declared(decode(Manifest, row[0]), row[1]) for row in rows)
