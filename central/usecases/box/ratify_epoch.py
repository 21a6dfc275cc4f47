"""Takes an epoch that a box opened by itself: it is one of the store's from now on.

A box that learnt that its epoch goes on elsewhere, or is fenced, sells on at once in a provisional
epoch and tells head office when it can (protocol.md, Epochs). The record names where it branches
off. What is not held there, or is another event there, is remembered as claimed, like a stated
head, until those very events are here. The new epoch is the store's current
one if its parent was, else a side branch; it fences nobody and seals nothing.

Under the store's row lock and the parent's, as an enrolment: neither slips in between the other.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import Standing, StreamKey
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import EpochRatified
from central.domain.epoch import BadEpoch, EpochEvent, EpochState
from central.domain.hole import hole_at
from central.domain.journal import RecordDamaged
from central.usecases.box.epochs import add_epoch, hold_epoch, lock_store, move_epoch
from central.usecases.box.find_device import EnrolledDevice
from central.usecases.decision.decide import decide
from central.usecases.journal.ingest_batch import Acknowledged
from central.usecases.people.note_act import note_act
from sync.engine.signing import PROVISIONAL_SIGNED, verify_bytes
from sync.protocol.change import (
    Epoch,
    Genesis,
    Head,
    ProvisionalGenesis,
    epoch_of,
    genesis_hash,
)
from sync.protocol.codec import decode
from sync.protocol.enrolment import ProvisionalEpoch
from sync.protocol.errors import Undecodable

_HASH = """
SELECT hash FROM raw_event
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""


class Ratified(NamedTuple):
    """``epoch`` and where it stands; ``parent``: the head that it branches off."""

    epoch: Epoch
    held: Acknowledged
    parent: Head


async def ratify_epoch(
    engine: AsyncEngine, device: EnrolledDevice, asked: ProvisionalEpoch, now_ms: int
) -> Ratified:
    """The box's provisional epoch, taken or taken already. Raises BadEpoch, RecordDamaged."""
    genesis = signed_record(device, asked)
    epoch = _name(genesis, asked.genesis)
    parent = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
    async with unit_of_work(engine) as db:
        await lock_store(db, device.store_id)
        known = await hold_epoch(db, StreamKey(device.store_id, epoch))
        if known is not None:
            if known.genesis != asked.genesis:
                raise BadEpoch("another one has its name already")
            return Ratified(epoch, Acknowledged(known.watermark, known.head_hash), parent)
        held = await hold_epoch(db, StreamKey(device.store_id, parent.epoch))
        await _require_branch(db, device, parent, held)
        await _add(db, device, genesis, asked, held, now_ms)
    return Ratified(epoch, Acknowledged(0, genesis_hash(asked.genesis)), parent)


def signed_record(device: EnrolledDevice, asked: ProvisionalEpoch) -> ProvisionalGenesis:
    """The provisional epoch's record, which is this very box's. Raises BadEpoch."""
    if not verify_bytes(device.public_key, PROVISIONAL_SIGNED, asked.genesis, asked.signature):
        raise BadEpoch("this box did not sign its record")
    try:
        genesis = decode(ProvisionalGenesis, asked.genesis)
    except Undecodable as error:
        raise BadEpoch(f"its record cannot be read: {error}") from error
    ours = (device.store_id, device.company_id, device.device_id, device.public_key)
    if (genesis.store_id, genesis.company_id, genesis.device_id, genesis.device_key) != ours:
        raise BadEpoch("its record is another store's or another box's")
    if genesis.epoch_number != genesis.parent.number or genesis.parent_watermark < 0:
        raise BadEpoch("it does not have its parent's number, or branches off nowhere")
    return genesis


def _name(genesis: ProvisionalGenesis, signed: bytes) -> Epoch:
    return epoch_of(decode(Genesis, signed), signed)


async def _require_branch(
    db: AsyncConnection, device: EnrolledDevice, parent: Head, held: Standing | None
) -> None:
    """Its parent is an epoch of this box. Where another event is held at the branching point the
    parent has two histories, and this is a branch of the one that is not held: its receipts come by
    no other way. Raises BadEpoch, RecordDamaged."""
    if held is None or held.device_id != device.device_id:
        raise BadEpoch(f"head office never heard of epoch {parent.epoch} of this box")
    if parent.seq > held.watermark:
        return
    if parent.seq == 0:
        found: bytes | None = genesis_hash(held.genesis)
    else:
        place = (device.store_id, parent.epoch.number, parent.epoch.fingerprint, parent.seq)
        found = await (await driver_of(db)).fetchval(_HASH, *place)
        hole = hole_at(held.holes, parent.seq)
        if found is None and hole is not None:
            found = hole.hash if parent.seq == hole.through else parent.hash
    if found is None:
        what = f"has lost event {parent.seq}, which it acknowledged"
        raise RecordDamaged(what, parent.epoch)
    if found != parent.hash and parent.seq == 0:
        raise BadEpoch(f"event {parent.seq} of epoch {parent.epoch} is another one here")


async def _add(
    db: AsyncConnection,
    device: EnrolledDevice,
    genesis: ProvisionalGenesis,
    asked: ProvisionalEpoch,
    held: Standing | None,
    now_ms: int,
) -> None:
    begins = await add_branch(db, genesis, asked.genesis, asked.signature, held)
    ratified = EpochRatified(device.store_id, device.device_id, asked.genesis, asked.signature)
    await decide(db, device.company_id, (ratified,), now_ms)
    code = genesis.store_code
    epoch = _name(genesis, asked.genesis)
    said = f"{epoch} after event {genesis.parent_watermark} of {genesis.parent}: {begins}"
    await note_act(db, device.company_id, f"box:{code}", "epoch_ratified", code, said, now_ms)


async def add_branch(
    db: AsyncConnection,
    genesis: ProvisionalGenesis,
    signed: bytes,
    signature: bytes,
    held: Standing | None,
) -> EpochEvent:
    """A locked store's new epoch, which its box opened after ``held``; how it begins."""
    begins = EpochEvent.BRANCHED
    if held is not None and held.state is EpochState.CURRENT:
        await move_epoch(db, StreamKey(genesis.store_id, genesis.parent), EpochEvent.LEFT)
        begins = EpochEvent.BEGUN
    await add_epoch(db, decode(Genesis, signed), signed, signature, begins, provisional=True)
    return begins
