"""A copy of what a simulated head office's database holds."""

from typing import Any, NamedTuple

from central.archive.port import StreamKey
from central.domain.decisions import AnyDecision
from sync.protocol.change import Head
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import Shop


class Decided(NamedTuple):
    """A decision in its log, from 1."""

    decision_no: int
    decision: AnyDecision


class Backup(NamedTuple):
    """What a restore brings back; ``decisions``: how many had been made."""

    tables: dict[str, dict[Any, Any]]
    raw: dict[StreamKey, dict[int, Any]]
    standings: dict[StreamKey, Any]
    keys: dict[Any, bytes]
    claims: dict[Any, Any]
    due: dict[Any, Any]
    stated: dict[Head, Shop]
    decisions: int


def taken_of(archive: MemoryArchive, stated: dict[Head, Shop], decisions: int) -> Backup:
    """As it is now."""
    return Backup(
        {name: dict(rows) for name, rows in archive.tables.items()},
        {key: dict(events) for key, events in archive.raw.items()},
        dict(archive.standings),
        dict(archive.keys),
        dict(archive.claims),
        dict(archive.due),
        dict(stated),
        decisions,
    )
