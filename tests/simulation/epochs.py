"""A world's head office gives epochs, takes those that boxes opened by themselves, and still knows
what it decided about them after a restore; what production asks PostgreSQL is looked up in the
archive."""

from collections.abc import Collection, Iterable

from central.archive.port import Claim, Standing, StreamKey
from central.domain.decisions import AnyDecision, EpochIssued, EpochRatified, TailClosed
from central.domain.epoch import EPOCH, BadEpoch, EpochEvent, EpochState, Line
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.box.ratify_epoch import Ratified, signed_record
from central.usecases.journal.ingest_batch import Acknowledged
from sync.protocol.change import Genesis, Head, epoch_of, genesis_hash
from sync.protocol.codec import decode
from sync.protocol.enrolment import EpochKey, Lineage, LineageAsked, ProvisionalEpoch
from sync.protocol.identity import StoreId
from tests.doubles.archive_memory import MemoryArchive
from tests.simulation.catalog import COMPANY, Shop


def last_of_line(archive: MemoryArchive, store_id: StoreId) -> Head:
    """The end of the epoch that speaks for a store: the next box's epoch follows it."""
    (key,) = (
        key
        for key, standing in archive.standings.items()
        if key.store_id == store_id and standing.state is EpochState.CURRENT
    )
    standing = archive.standings[key]
    return Head(key.epoch, standing.watermark, standing.head_hash)


def say_lineage(
    archive: MemoryArchive, shop: Shop, body: bytes, home: Collection[bytes]
) -> Lineage:
    """As ``lineage_of`` does; ``home``: hashes of what came home."""
    keys = (
        EpochKey(key.epoch, decode(Genesis, standing.genesis).device_key)
        for key, standing in archive.standings.items()
        if key.store_id == shop.store_id
    )

    def is_here(event: Head) -> bool:
        held = archive.raw.get(StreamKey(shop.store_id, event.epoch), {}).get(event.seq)
        return held is not None and held[1] == event.hash and not held[0].damaged

    events = decode(LineageAsked, body).events
    return Lineage(tuple(keys), tuple(one.hash in home or is_here(one) for one in events))


def take_epoch(
    archive: MemoryArchive, shop: Shop, body: bytes
) -> tuple[Ratified, EpochRatified | None]:
    """As ``ratify_epoch`` does: which epoch it is, where it stands, and what it branches off: the
    very event that is held there, as far as any is; what is decided, if it is new. Raises
    BadEpoch."""
    asked, zone = decode(ProvisionalEpoch, body), shop.settings.price_zone
    device = EnrolledDevice(
        shop.device_id, shop.store_id, COMPANY, zone, shop.public_key, revoked=False
    )
    genesis = signed_record(device, asked)
    parent = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
    key, decided = StreamKey(shop.store_id, epoch_of(genesis, asked.genesis)), None
    if key not in archive.standings:
        _require_branch(archive, shop, parent)
        archive.open_stream(key, asked.genesis, parent=parent.epoch)
        decided = EpochRatified(shop.store_id, shop.device_id, asked.genesis, asked.signature)
    standing = archive.standings[key]
    held = Acknowledged(standing.watermark, standing.head_hash)
    return Ratified(key.epoch, held, parent), decided


def _require_branch(archive: MemoryArchive, shop: Shop, parent: Head) -> None:
    key = StreamKey(shop.store_id, parent.epoch)
    if key not in archive.standings:
        raise BadEpoch(f"head office never heard of epoch {parent.epoch} of this box")
    if parent.seq == 0 and genesis_hash(archive.standings[key].genesis) != parent.hash:
        raise BadEpoch(f"event {parent.seq} of epoch {parent.epoch} is another one here")


def after_restore(now: Standing, before: Standing | None, state: EpochState) -> Standing:
    """A stream whose events are those of a backup, and of which everything stands that was decided:
    ``state``, and where it was sealed."""
    if before is None:
        before = now._replace(
            watermark=0,
            head_hash=genesis_hash(now.genesis),
            alarm=None,
            sender_seq=0,
            last_contact_ms=None,
            health=None,
            applied_through=0,
            ended_seq=None,
        )
    if before.ended_seq is not None:
        state = EPOCH.after(state, EpochEvent.ENDED)
    return before._replace(state=state, sealed_through=now.sealed_through)


def claim_parents(archive: MemoryArchive, decided: Iterable[AnyDecision], now_ms: int) -> None:
    """As central/usecases/decision/redo.py: what a record says of the epoch before is claimed."""
    for one in decided:
        if not isinstance(one, EpochIssued | EpochRatified):
            continue
        genesis = decode(Genesis, one.genesis)
        if genesis.parent is None or genesis.parent_hash is None:
            continue
        held = archive.standings[StreamKey(one.store_id, genesis.parent)]
        if genesis.parent_watermark > held.watermark:
            head = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
            claim = Claim(head, held.device_id, now_ms)
            archive.claims[one.store_id, head.epoch, head.seq, head.hash] = claim


def decided_states(decisions: Iterable[AnyDecision]) -> dict[StreamKey, EpochState]:
    """What decisions made of every epoch."""
    lines: dict[StoreId, Line] = {}
    for one in decisions:
        if isinstance(one, EpochIssued | EpochRatified):
            genesis = decode(Genesis, one.genesis)
            line, epoch = lines.setdefault(one.store_id, Line()), epoch_of(genesis, one.genesis)
            if isinstance(one, EpochIssued):
                line.issue(epoch)
            elif genesis.parent is not None:
                line.ratify(epoch, genesis.parent)
        elif isinstance(one, TailClosed):
            lines[one.store_id].move(one.epoch, EpochEvent.WRITTEN_OFF)
    return {
        StreamKey(store_id, epoch): state
        for store_id, line in lines.items()
        for epoch, state in line.states.items()
    }
