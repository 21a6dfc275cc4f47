"""What came home, and what counts elsewhere: the statements of head office, answered from the
archive in memory."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from central.archive.port import StreamKey
from central.domain.epoch import EpochState
from central.projections.arrival import RECOVERED_KIND
from central.projections.event import OWN_JOURNAL as JOURNAL
from central.projections.event import RawEvent
from central.projections.fact_id import SALE_KIND
from central.projections.line_up import SAME_ID
from central.reports import home_events, statements
from sync.protocol.change import Epoch
from sync.protocol.codec import decode
from sync.protocol.facts import EventRecovered
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.found_rows import Found, named, picked, place_of


def home_answers(archive: MemoryArchive) -> Mapping[str, Callable[..., list[Found]]]:
    """By the statements."""
    return {
        statements.CAME_HOME: partial(_hashes_home, archive),
        home_events.RECOVERED: partial(_recovered, archive),
        home_events.FINISHED: partial(_finished, archive),
        home_events.STANDING: partial(_standing, archive),
        home_events.COUNTS: partial(_counts, archive),
    }


def _hashes_home(archive: MemoryArchive, *asked: Sequence[Any]) -> list[Found]:
    wanted = set(zip(*asked, strict=True))
    rows = archive.tables["recovered_fact"].values()
    found = {(row.store_id, row.hash) for row in rows} & wanted
    return [Found(store_id=store_id, hash=hash_) for store_id, hash_ in found]


def _recovered(archive: MemoryArchive, *asked: Any) -> list[Found]:
    """Events that wrap others, of these epochs."""
    *epochs, _limit = asked
    keys = (
        StreamKey(store_id, Epoch(number, fingerprint))
        for store_id, number, fingerprint in zip(*epochs, strict=True)
    )
    return [
        Found(**named(key), seq=seq, body=event.body)
        for key in keys
        for seq, (event, _) in archive.raw[key].items()
        if event.kind == RECOVERED_KIND and not event.damaged
    ]


def _finished(archive: MemoryArchive, *asked: Sequence[Any]) -> list[Found]:
    """Of these sales, those that count by a journal's own event."""
    sales, home = archive.tables["sale"], archive.tables["recovered_fact"]
    return [
        picked(row, "store_id", "sale_id", "epoch_number", "epoch_fingerprint")
        for key in set(zip(*asked, strict=True))
        if (row := sales.get(key)) and (key[0], SALE_KIND, key[1]) not in home
    ]


def _standing(archive: MemoryArchive, *asked: Any) -> list[Found]:
    """Events with figures in these journals, but for sales that count there."""
    *columns, kinds, _limit = asked
    found = []
    for store_id, number, fingerprint, first, last in zip(*columns, strict=True):
        key = StreamKey(store_id, Epoch(number, fingerprint))
        for seq, (event, _) in sorted(archive.raw[key].items()):
            has_figures = first <= seq <= last and event.kind in kinds and not event.damaged
            if has_figures and not _is_sale_of(archive, key, seq, event):
                said = picked(event, "event_id", "kind", "kind_version", "body")
                names = dict(zip(said.names, said, strict=True))
                found.append(Found(**named(key), seq=seq, **names))
    return found


def _is_sale_of(archive: MemoryArchive, key: StreamKey, seq: int, event: RawEvent) -> bool:
    """It counts, and by this very arrival."""
    row = archive.tables["sale"].get((key.store_id, event.event_id))
    if row is None or (key.store_id, SALE_KIND, event.event_id) in archive.tables["recovered_fact"]:
        return False
    place: tuple[int, bytes, int] = (row.epoch_number, row.epoch_fingerprint, row.seq)
    return place == (key.epoch.number, key.epoch.fingerprint, seq)


def _counts(archive: MemoryArchive, *asked: Sequence[Any]) -> list[Found]:
    """By which arrival these facts count."""
    return [
        found
        for store_id, kind, fact_id in zip(*asked, strict=True)
        if (found := _counted(archive, store_id, kind, fact_id)) is not None
    ]


def _counted(archive: MemoryArchive, store_id: UUID, kind: str, fact_id: UUID) -> Found | None:
    own, tables = (store_id, kind, fact_id), archive.tables
    sale = tables["sale"].get((store_id, fact_id))
    row = sale if kind == SALE_KIND else tables["counted_fact"].get(own)
    if row is None:
        return None
    home = tables["recovered_fact"].get(own)
    return Found(
        store_id=store_id,
        kind=kind,
        fact_id=fact_id,
        epoch_number=row.epoch_number,
        epoch_fingerprint=row.epoch_fingerprint,
        seq=row.seq,
        hash=None if home is None else home.hash,
    )


def carried_home(archive: MemoryArchive, of: StreamKey) -> set[bytes]:
    """Hashes of what boxes of the store carried home from their own journals, whatever counts."""
    home = {row.hash for row in archive.tables["recovered_fact"].values() if row.source == JOURNAL}
    if archive.standings[of].state is EpochState.CURRENT:
        return home
    for key, events in archive.raw.items():
        if key.store_id == of.store_id:
            home |= {
                fact.hash
                for seq, (event, _) in events.items()
                if event.kind == RECOVERED_KIND and not event.damaged
                for fact in (decode(EventRecovered, event.body),)
                if fact.source == JOURNAL and _is_sound(archive, key, seq)
            }
    return home


def _is_sound(archive: MemoryArchive, key: StreamKey, seq: int) -> bool:
    aside = archive.tables["quarantine"].get((*place_of(key), seq))
    return aside is None or aside.root_kind == SAME_ID
