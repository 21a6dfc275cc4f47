"""Redeems a one-time code: a box becomes the store's current one, in a new epoch.

Reading the old epoch's watermark, sealing it and issuing the new one happen under the stream row's
lock (protocol.md, Epochs): no batch slips in between. The same code with the same public key gives
the same answer again, since the first one may have been lost, until a newer code is used or the box
is revoked; two boxes that race are put in order by the code row's lock, and the second is refused.

A wrong code takes nothing from a right one: how fast they come is the door's (``tries.py``).
"""

from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.applying import WRITE_TURN
from central.archive.port import StreamKey
from central.db.credentials import EnrolCode
from central.db.engine import driver_of, unit_of_work
from central.db.tables import Device, StreamRow, table
from central.domain.decisions import EpochIssued
from central.domain.enrol_code import EnrolCodeParts, EnrolCodeRefused, is_same, read_code
from central.domain.epoch import EpochEvent
from central.usecases.box.epochs import add_epoch, lock_store, move_epoch
from central.usecases.box.give_first_grants import give_due_grants, owe_first_grants
from central.usecases.decision.decide import decide
from central.usecases.feed.read_feed import read_incarnation
from sync.engine.signing import GENESIS_SIGNED, sign_bytes
from sync.protocol.change import Genesis, epoch_of
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import EnrolmentAnswer
from sync.protocol.identity import DeviceId, StoreId

PUBLIC_KEY_BYTES = 32
_CODES = table(EnrolCode)
_STREAMS = table(StreamRow)
_DEVICES = table(Device)


@dataclass(frozen=True)
class _Refused:
    """Why no box was enrolled: what a person may be told."""

    detail: str


async def enrol(
    engine: AsyncEngine, key: Ed25519PrivateKey, code: str, public_key: bytes, now_ms: int
) -> EnrolmentAnswer:
    """The box with ``public_key`` (32 bytes) becomes the store's. Raises EnrolCodeRefused."""
    parts = read_code(code)
    if parts is None:
        raise EnrolCodeRefused("This is no enrolment code: it has twenty letters in five groups.")
    async with unit_of_work(engine) as db:
        outcome = await _redeem(db, key, parts, public_key, now_ms)
    if isinstance(outcome, _Refused):
        raise EnrolCodeRefused(outcome.detail)
    await give_due_grants(engine, now_ms)  # all of them in a small chain; the background goes on
    return outcome


async def _redeem(
    db: AsyncConnection,
    key: Ed25519PrivateKey,
    parts: EnrolCodeParts,
    public_key: bytes,
    now_ms: int,
) -> EnrolmentAnswer | _Refused:
    rows = await db.execute(
        select(_CODES)
        .where(_CODES.c.selector == parts.selector)
        .order_by(_CODES.c.code_hash)
        .with_for_update()
    )
    candidates = rows.all()
    found = next((row for row in candidates if is_same(row.code_hash, parts.secret_hash)), None)
    if found is None:
        return _Refused("The code is not known.")
    if found.ended_at_ms is not None:
        return _Refused(
            "The code has ended: a newer one was made or used for this store, its box was revoked,"
            " or somebody at head office ended it."
        )
    if found.redeemed_by is not None:
        if not is_same(found.redeemed_by, public_key):
            return _Refused("The code was used already, by another box or for another folder.")
        return await _answer_again(db, key, found.device_id)
    if found.expires_at_ms <= now_ms:
        return _Refused("The code has expired.")
    answer = await _issue_epoch(db, key, found.store_id, public_key, now_ms)
    await db.execute(
        update(_CODES)
        .where(_CODES.c.code_hash == found.code_hash)
        .values(redeemed_by=public_key, device_id=answer.device_id)
    )
    await db.execute(
        update(_CODES)
        .where(_CODES.c.store_id == found.store_id, _CODES.c.code_hash != found.code_hash)
        .where(_CODES.c.ended_at_ms.is_(None))
        .values(ended_at_ms=now_ms)
    )
    return answer


async def _issue_epoch(
    db: AsyncConnection, key: Ed25519PrivateKey, store_id: UUID, public_key: bytes, now_ms: int
) -> EnrolmentAnswer:
    store = await lock_store(db, StoreId(UUID(bytes=store_id.bytes)))
    last = store.last_epoch
    parent = None
    if last is not None:
        parent = await move_epoch(db, StreamKey(store.store_id, last), EpochEvent.REPLACED)
    device_id = DeviceId(uuid4())
    genesis = Genesis(
        store_id=store.store_id,
        company_id=store.company_id,
        store_code=store.code,
        device_id=device_id,
        device_key=public_key,
        epoch_number=last.number + 1 if last else 1,
        parent=last,
        parent_watermark=parent.watermark if parent else 0,
        parent_hash=parent.head_hash if parent else None,
        incarnation=await read_incarnation(db),
        issued_at_ms=now_ms,
    )
    signed = encode(genesis)
    signature = sign_bytes(key, GENESIS_SIGNED, signed)
    await insert_epoch(db, genesis, signed, signature)
    issued = EpochIssued(genesis.store_id, device_id, signed, signature)
    await decide(db, genesis.company_id, (issued,), now_ms)
    if parent is None:
        epoch = epoch_of(genesis, signed)
        await owe_first_grants(db, genesis.company_id, genesis.store_id, epoch)
    return _answer(key, genesis, signed, signature)


async def insert_epoch(
    db: AsyncConnection,
    genesis: Genesis,
    signed: bytes,
    signature: bytes,
    event: EpochEvent = EpochEvent.BEGUN,
) -> None:
    """A locked store's new box and its epoch."""
    await db.execute(
        insert(_DEVICES).values(
            device_id=genesis.device_id,
            store_id=genesis.store_id,
            public_key=genesis.device_key,
            revoked=False,
        )
    )
    await add_epoch(db, genesis, signed, signature, event, provisional=False)
    await (await driver_of(db)).execute(WRITE_TURN, genesis.store_id)


async def _answer_again(
    db: AsyncConnection, key: Ed25519PrivateKey, device_id: UUID
) -> EnrolmentAnswer:
    rows = await db.execute(
        select(_STREAMS.c.genesis, _STREAMS.c.genesis_signature).where(
            _STREAMS.c.device_id == device_id, ~_STREAMS.c.provisional
        )
    )
    row = rows.one()
    return _answer(key, decode(Genesis, row.genesis), row.genesis, row.genesis_signature)


def _answer(
    key: Ed25519PrivateKey, genesis: Genesis, signed: bytes, signature: bytes
) -> EnrolmentAnswer:
    return EnrolmentAnswer(
        genesis=signed,
        signature=signature,
        central_key=key.public_key().public_bytes_raw(),
        incarnation=genesis.incarnation,
        company_id=genesis.company_id,
        store_id=genesis.store_id,
        store_code=genesis.store_code,
        device_id=genesis.device_id,
    )
