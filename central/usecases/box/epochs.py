"""Moves a store's epochs under its row's lock: whoever begins, branches off, seals or gives one up
does it here, so that no batch and no other box slips in between (protocol.md, Epochs)."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import Standing, StreamKey, moved
from central.archive.rows import read_standing
from central.db.engine import driver_of
from central.db.tables import Store, StreamRow, table
from central.domain.epoch import EPOCH, EpochEvent, EpochState, UnknownEpoch
from central.usecases.grant.owe_goodwill import owe_goodwill
from sync.protocol.change import Epoch, Genesis, epoch_of, genesis_hash
from sync.protocol.identity import CompanyId, StoreId

_STREAMS = table(StreamRow)
_STORES = table(Store)
_MOVE = """
UPDATE stream SET state = $4, sealed_through = $5
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""


class LockedStore(NamedTuple):
    """``last_epoch``: the end of its line, which the next box's epoch follows; None: no box was
    ever enrolled."""

    store_id: StoreId
    company_id: CompanyId
    code: str
    last_epoch: Epoch | None


async def lock_store(db: AsyncConnection, store_id: StoreId) -> LockedStore:
    """The store, held until the unit of work ends against every other that moves its epochs."""
    named = (_STORES.c.company_id, _STORES.c.code)
    last = (_STORES.c.last_epoch_number, _STORES.c.last_epoch_fingerprint)
    wanted = select(*named, *last).where(_STORES.c.store_id == store_id).with_for_update()
    row = (await db.execute(wanted)).one()
    fingerprint = row.last_epoch_fingerprint
    epoch = None if fingerprint is None else Epoch(row.last_epoch_number, fingerprint)
    return LockedStore(store_id, CompanyId(UUID(bytes=row.company_id.bytes)), row.code, epoch)


async def hold_epoch(db: AsyncConnection, key: StreamKey) -> Standing | None:
    """An epoch of a locked store, held against every batch and against stage 2's last step."""
    return await read_standing(await driver_of(db), key, " FOR NO KEY UPDATE")


async def move_epoch(db: AsyncConnection, key: StreamKey, event: EpochEvent) -> Standing:
    """An epoch of a locked store after ``event`` befell it. Raises UnknownEpoch, and the refusal of
    the state that it is in."""
    standing = await hold_epoch(db, key)
    if standing is None:
        raise UnknownEpoch(str(key.epoch))
    after = moved(standing, event, key.epoch)
    if after != standing:
        place = (key.store_id, key.epoch.number, key.epoch.fingerprint)
        await (await driver_of(db)).execute(_MOVE, *place, after.state.value, after.sealed_through)
    return after


async def add_epoch(
    db: AsyncConnection,
    genesis: Genesis,
    signed: bytes,
    signature: bytes,
    event: EpochEvent,
    *,
    provisional: bool,
) -> None:
    """A locked store's new epoch, without an event yet; the end of its line, where it begins as
    the current one."""
    epoch = epoch_of(genesis, signed)
    state = EPOCH.after(None, event, str(epoch))
    await db.execute(
        insert(_STREAMS).values(
            store_id=genesis.store_id,
            epoch_number=epoch.number,
            epoch_fingerprint=epoch.fingerprint,
            company_id=genesis.company_id,
            device_id=genesis.device_id,
            genesis=signed,
            genesis_signature=signature,
            head_hash=genesis_hash(signed),
            provisional=provisional,
            state=state.value,
            rights_stated_ms=genesis.issued_at_ms,  # it holds none yet
        )
    )
    if state is EpochState.CURRENT:
        last = {"last_epoch_number": epoch.number, "last_epoch_fingerprint": epoch.fingerprint}
        ours = _STORES.c.store_id == genesis.store_id
        await db.execute(update(_STORES).where(ours).values(last))
        await owe_goodwill(db, genesis.company_id, genesis.store_id)
