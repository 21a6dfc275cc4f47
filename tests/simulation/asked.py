"""What a simulated head office asks a store's tills for, as central/reports/sought.py finds it."""

from central.archive.port import StreamKey
from central.domain.epoch import EpochState
from central.projections.line_up import AsideState
from sync.protocol.change import Epoch, Head
from sync.protocol.commands import COMMANDS_MAX, Missing, Seek
from sync.protocol.identity import StoreId
from tests.doubles.archive_memory import MemoryArchive


def asked_of(archive: MemoryArchive, store_id: StoreId) -> tuple[str, ...]:
    """As an acknowledgement says it."""
    sought, missing = _sought(archive, store_id), _missing(archive, store_id)
    return tuple(map(str, (*sought[:COMMANDS_MAX], *missing[:COMMANDS_MAX])))


def _sought(archive: MemoryArchive, store_id: StoreId) -> list[Seek]:
    found = []
    for row in archive.tables["quarantine"].values():
        if row.store_id == store_id and row.state == AsideState.DAMAGED:
            epoch = Epoch(row.epoch_number, row.epoch_fingerprint)
            stored = archive.raw[StreamKey(store_id, epoch)][row.seq][1]
            found.append(Seek(Head(epoch, row.seq, stored)))
    return found


def _missing(archive: MemoryArchive, store_id: StoreId) -> list[Missing]:
    """What is claimed of an epoch that its store's box does not write in."""
    ends: dict[Epoch, int] = {}
    for of, epoch, seq, _ in archive.claims:
        if of == store_id:
            ends[epoch] = max(seq, ends.get(epoch, 0))
    found = []
    for epoch, through in ends.items():
        standing = archive.standings.get(StreamKey(store_id, epoch))
        after = 0 if standing is None else standing.watermark
        if through > after and (standing is None or standing.state is not EpochState.CURRENT):
            found.append(Missing(epoch, after + 1, through))
    return found
