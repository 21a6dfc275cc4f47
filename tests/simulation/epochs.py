"""A world's head office takes epochs that boxes opened by themselves, as ``ratify_epoch`` does;
what that asks of PostgreSQL is looked up in the archive."""

from central.archive.port import StreamKey
from central.domain.epoch import BadEpoch
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.box.ratify_epoch import Ratified, signed_record
from central.usecases.journal.ingest_batch import Acknowledged
from sync.protocol.change import Head, epoch_of, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.enrolment import ProvisionalEpoch
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import COMPANY, Shop


def take_epoch(archive: MemoryArchive, shop: Shop, body: bytes) -> Ratified:
    """Which it is, where it stands, and what it branches off: the very event that is held there,
    as far as any is. Raises BadEpoch."""
    asked, zone = decode(ProvisionalEpoch, body), shop.settings.price_zone
    device = EnrolledDevice(
        shop.device_id, shop.store_id, COMPANY, zone, shop.public_key, revoked=False
    )
    genesis = signed_record(device, asked)
    parent = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
    key = StreamKey(shop.store_id, epoch_of(genesis, asked.genesis))
    if key not in archive.standings:
        _require_branch(archive, shop, parent)
        archive.open_stream(key, asked.genesis, parent=parent.epoch)
    standing = archive.standings[key]
    return Ratified(key.epoch, Acknowledged(standing.watermark, standing.head_hash), parent)


def _require_branch(archive: MemoryArchive, shop: Shop, parent: Head) -> None:
    key = StreamKey(shop.store_id, parent.epoch)
    if key not in archive.standings:
        raise BadEpoch(f"head office never heard of epoch {parent.epoch} of this box")
    known = {0: genesis_hash(archive.standings[key].genesis)}
    known |= {seq: hash_ for seq, (_, hash_) in archive.raw[key].items()}
    if known.get(parent.seq, parent.hash) != parent.hash:
        raise BadEpoch(f"event {parent.seq} of epoch {parent.epoch} is another one here")
