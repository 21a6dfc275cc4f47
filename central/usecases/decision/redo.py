"""What a decision makes of tables that are no projections, once more: head office was put back to
before it, and takes it from its mirror.

A kind that changes nothing but projections is named as such below, so that a new one is thought of.
"""

from typing import assert_never
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.port import StreamKey
from central.db.credentials import BoxName
from central.db.engine import driver_of
from central.db.tables import Device, table
from central.domain import decisions as decided
from central.domain.accepted import ExceptionAccepted
from central.domain.coupons import CouponsMade
from central.domain.decisions import AnyDecision
from central.domain.epoch import EpochEvent
from central.domain.loyalty_decided import LoyaltyDecision
from central.domain.rooted import DayRooted
from central.domain.signed import DaySigned
from central.usecases.box.clear_alarm import lift_alarm
from central.usecases.box.enrol import insert_epoch
from central.usecases.box.epochs import hold_epoch, lock_store, move_epoch
from central.usecases.box.give_first_grants import owe_first_grants
from central.usecases.box.ratify_epoch import add_branch
from central.usecases.box.readmit_box import claim_parent, take_back_epoch
from central.usecases.customer.destroy_keys import destroy_keys
from central.usecases.decision.begin_incarnation import take_incarnation
from sync.protocol.change import Genesis, ProvisionalGenesis, epoch_of
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, DeviceId, StoreId

_DEVICES = table(Device)
_NAMES = table(BoxName)
_SEALED_THROUGH = """
UPDATE stream SET sealed_through = $4
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND sealed_through IS NOT NULL
"""


async def redo(
    db: AsyncConnection, company_id: CompanyId, decision: AnyDecision, decided_at_ms: int
) -> None:
    """In the caller's unit of work, before the decision is folded."""
    match decision:
        case decided.EpochIssued(_, _, genesis, signature):
            await _issued(db, genesis, signature, decided_at_ms)
        case decided.EpochReadmitted(_, _, genesis, signature):
            record = decode(Genesis, genesis)
            await take_back_epoch(db, record, genesis, signature, decided_at_ms)
        case decided.EpochRatified(_, _, genesis, signature):
            await _ratified(db, genesis, signature, decided_at_ms)
        case decided.EpochSealed(store_id, epoch, watermark):
            await _moved(db, StreamKey(store_id, epoch), EpochEvent.SEALED)
            await _seal_at(db, StreamKey(store_id, epoch), watermark)
        case decided.TailClosed(store_id, epoch):
            await _moved(db, StreamKey(store_id, epoch), EpochEvent.WRITTEN_OFF)
        case decided.BoxRevoked(store_id, device_id):
            await _revoked(db, company_id, store_id, device_id)
        case decided.AlarmCleared(store_id, alarm_id):
            await lift_alarm(db, store_id, alarm_id)
        case decided.IncarnationBegun():
            await take_incarnation(db, decision, decided_at_ms)
        case decided.PointsOpened() | decided.GrantIssued() | decided.CustomerDecided():
            return
        case decided.GrantAnswered() | decided.GrantReturned() | decided.GoodwillSet():
            return
        case decided.GoodwillGiven() | decided.ShareRuleSet() | LoyaltyDecision() | CouponsMade():
            return
        case decided.TailWrittenOff() | decided.EventRepaired() | decided.EventReleased():
            return
        case decided.CustomerErased(customer_id):
            await destroy_keys(db, company_id, (customer_id,))
        case DaySigned() | decided.CustomersJoined() | decided.CustomersParted() | DayRooted():
            return
        case ExceptionAccepted() | decided.StreamPruned():
            return  # of the last: its box is asked again, and says through where it keeps nothing
        case _ as never:
            assert_never(never)


async def _issued(db: AsyncConnection, signed: bytes, signature: bytes, at_ms: int) -> None:
    genesis = decode(Genesis, signed)
    await lock_store(db, genesis.store_id)
    if await hold_epoch(db, StreamKey(genesis.store_id, epoch_of(genesis, signed))) is not None:
        return
    if genesis.parent is not None:
        parent = StreamKey(genesis.store_id, genesis.parent)
        await _moved(db, parent, EpochEvent.REPLACED)
        await _seal_at(db, parent, genesis.parent_watermark)
        await claim_parent(db, genesis, at_ms)
    await insert_epoch(db, genesis, signed, signature)
    if genesis.parent is None:
        epoch = epoch_of(genesis, signed)
        await owe_first_grants(db, genesis.company_id, genesis.store_id, epoch)


async def _ratified(db: AsyncConnection, signed: bytes, signature: bytes, at_ms: int) -> None:
    genesis, record = decode(ProvisionalGenesis, signed), decode(Genesis, signed)
    await lock_store(db, genesis.store_id)
    if await hold_epoch(db, StreamKey(genesis.store_id, epoch_of(record, signed))) is not None:
        return
    held = await hold_epoch(db, StreamKey(genesis.store_id, genesis.parent))
    await add_branch(db, genesis, signed, signature, held)
    await claim_parent(db, record, at_ms)


async def _moved(db: AsyncConnection, key: StreamKey, event: EpochEvent) -> None:
    await lock_store(db, key.store_id)
    if await hold_epoch(db, key) is not None:
        await move_epoch(db, key, event)


async def _seal_at(db: AsyncConnection, key: StreamKey, watermark: int) -> None:
    """Where it was sealed then: less of it may be here now."""
    place = (key.store_id, key.epoch.number, key.epoch.fingerprint)
    await (await driver_of(db)).execute(_SEALED_THROUGH, *place, watermark)


async def _revoked(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, device_id: DeviceId | UUID
) -> None:
    revoked = update(_DEVICES).where(_DEVICES.c.device_id == device_id).values(revoked=True)
    await db.execute(revoked)
    named = (_NAMES.c.company_id == company_id, _NAMES.c.store_id == store_id)
    await db.execute(delete(_NAMES).where(*named))
