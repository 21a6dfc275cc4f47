"""Ends that an epoch's box speaks for its store, by a person's word: it is gone, or must not go on.

The box is fenced from then on, and what it still has comes as a late tail. The store has no current
epoch until another box is enrolled, which follows this one.
"""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey
from central.domain.decisions import EpochSealed
from central.domain.epoch import EpochEvent, UnknownEpoch
from central.domain.fields import epoch_name, plain_text
from central.usecases.box.epochs import hold_epoch, lock_store, move_epoch
from central.usecases.decision.decide import decide
from sync.protocol.change import Epoch
from sync.protocol.errors import AlreadyThere, NotFound
from sync.protocol.identity import StoreId


class Sealed(NamedTuple):
    """Which epoch, and what head office had of it."""

    epoch: Epoch
    watermark: int


async def seal_epoch(
    db: AsyncConnection,
    store_id: StoreId,
    epoch: str | None,
    reason: str,
    decided_by: str,
    now_ms: int,
) -> Sealed:
    """``epoch``: its name; None: the end of the store's line. Raises NotFound, UnknownEpoch,
    AlreadyThere, InvalidField."""
    told = plain_text(reason, "reason")
    store = await lock_store(db, store_id)
    named = store.last_epoch if epoch is None else epoch_name(epoch)
    if named is None:
        raise NotFound(
            f"No box was ever enrolled for {store.code}.",
            field="store",
            remedy="Make a code for its first one: `central enrol-code`.",
        )
    key = StreamKey(store_id, named)
    before = await hold_epoch(db, key)
    if before is None:
        raise UnknownEpoch(str(named))
    if before.sealed_through is not None:
        raise AlreadyThere(
            f"Epoch {named} of {store.code} was sealed already, at event {before.sealed_through}.",
            remedy="See where it stands: `central epochs STORE`.",
        )
    await move_epoch(db, key, EpochEvent.SEALED)
    sealed = EpochSealed(store_id, named, before.watermark, told, decided_by)
    await decide(db, store.company_id, (sealed,), now_ms)
    return Sealed(named, before.watermark)
