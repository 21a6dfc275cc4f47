"""A world's head office takes epochs that boxes opened by themselves, as side branches."""

from central.archive.port import StreamKey
from central.usecases.journal.ingest_batch import Acknowledged
from sync.engine.signing import PROVISIONAL_SIGNED, verify_bytes
from sync.protocol.change import Epoch, ProvisionalGenesis, epoch_of
from sync.protocol.codec import decode
from sync.protocol.enrolment import ProvisionalEpoch
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import Shop


def take_epoch(archive: MemoryArchive, shop: Shop, body: bytes) -> tuple[Epoch, Acknowledged]:
    """Which it is, and where it stands: the box signed it, and it grows from an event of an epoch
    that is known, the very one that is held there as far as any is."""
    asked = decode(ProvisionalEpoch, body)
    opened = decode(ProvisionalGenesis, asked.genesis)
    signed = (PROVISIONAL_SIGNED, asked.genesis, asked.signature)
    assert verify_bytes(shop.public_key, *signed)
    parent = archive.raw[StreamKey(shop.store_id, opened.parent)]
    if opened.parent_watermark in parent:
        assert parent[opened.parent_watermark][1] == opened.parent_hash
    key = StreamKey(shop.store_id, epoch_of(opened, asked.genesis))
    if key not in archive.standings:
        archive.open_stream(key, asked.genesis, fences=False)
    standing = archive.standings[key]
    return key.epoch, Acknowledged(standing.watermark, standing.head_hash)
