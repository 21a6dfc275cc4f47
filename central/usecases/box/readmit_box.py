"""Takes a box in again that shows what head office once signed (protocol.md, Central restored).

Head office was put back to its past. Either it does not know the box's epoch any more, because it
was issued since: then the record's own signature lets the box in, and this is found out here. Or it
knows the epoch, and less of it than the box was told. Where decisions may be missing, what the box
was given to spend is given again (``give_again``); and the store's settings come with its box where
nobody knows the store.
"""

from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import Claim, StreamKey
from central.archive.postgres import PostgresUnit
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.db.tables import Company, Device, Store, StreamRow, table
from central.domain.box import DeviceRevoked
from central.domain.decisions import EpochReadmitted
from central.domain.epoch import EpochEvent
from central.domain.incarnation import Since
from central.reports.incarnation import is_mirrored, read_since
from central.usecases.box.enrol import insert_epoch
from central.usecases.box.epochs import hold_epoch, lock_store, move_epoch
from central.usecases.box.give_again import give_again
from central.usecases.box.give_first_grants import owe_first_grants
from central.usecases.decision.begin_incarnation import Found, begin_incarnation
from central.usecases.decision.decide import decide
from central.usecases.feed.price_zones import declare_zone
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_feed import read_incarnation
from central.usecases.journal.ingest_batch import Acknowledged
from central.usecases.people.note_act import note_act
from central.usecases.store.tell_of_shop import tell_of_shop
from sync.engine.signing import BadSignature
from sync.protocol.change import Epoch, Genesis, Head, epoch_of
from sync.protocol.codec import decode, encode
from sync.protocol.enrolment import Readmission
from sync.protocol.errors import Undecodable
from sync.protocol.identity import DeviceId, StoreId
from sync.protocol.reference import DataSet, StoreSettings

_STORES = table(Store)
_COMPANIES = table(Company)
_DEVICES = table(Device)
_STREAMS = table(StreamRow)


class Shown(NamedTuple):
    """What a box showed, and the record that it signed itself as and head office once did."""

    asked: Readmission
    genesis: Genesis

    @property
    def epoch(self) -> Epoch:
        """The one that head office issued to it."""
        return epoch_of(self.genesis, self.asked.genesis)

    @property
    def of(self) -> tuple[StoreId, DeviceId]:
        """Whose it is."""
        return self.genesis.store_id, self.genesis.device_id

    @property
    def key(self) -> StreamKey:
        """Where its journal stands."""
        return StreamKey(self.genesis.store_id, self.epoch)


async def readmit_box(engine: AsyncEngine, shown: Shown, now_ms: int) -> Acknowledged:
    """What is held of the epoch that was issued to it. Raises DeviceRevoked, BadSignature."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)  # before the store's row: the order of every unit that decides
        await _refuse_revoked(db, shown)
        known = await _is_known(db, shown.key)
        since = await _since(db, shown, known, now_ms)
        if not known:
            await _take_in(db, shown, now_ms)
        if since.lost_since_ms is not None:
            await give_again(db, shown.genesis, shown.epoch, shown.asked, now_ms)
        if not shown.asked.more:
            await db.execute(
                update(_STREAMS)
                .where(_STREAMS.c.device_id == shown.genesis.device_id)
                .values(rights_stated_ms=now_ms)
            )
        held = await hold_epoch(db, shown.key)
    assert held is not None  # noqa: S101  it was known, or was taken in above
    return Acknowledged(held.watermark, held.head_hash)


async def _refuse_revoked(db: AsyncConnection, shown: Shown) -> None:
    revoked = select(_DEVICES.c.revoked).where(_DEVICES.c.device_id == shown.genesis.device_id)
    if await db.scalar(revoked):
        raise DeviceRevoked


async def _is_known(db: AsyncConnection, key: StreamKey) -> bool:
    return await hold_epoch(db, key) is not None


async def _since(db: AsyncConnection, shown: Shown, known: bool, now_ms: int) -> Since:
    """After what this box shows was taken for what it is, once: a new incarnation begins."""
    since = await read_since(db)
    found = None
    if not known and since.lost_since_ms is None:
        said = f"{shown.genesis.store_code} showed epoch {shown.epoch}, which is not known here"
        found = Found((said,), 0, True)
    elif known and shown.asked.incarnation == await read_incarnation(db):
        told = shown.asked.acknowledged
        if await _has_less(db, shown.genesis.store_id, told):
            said = f"{shown.genesis.store_code} was told of event {told.seq} of epoch {told.epoch}"
            found = Found((said,), 0, not await is_mirrored(db))
    if found is None:
        return since
    await begin_incarnation(db, found, now_ms)
    return await read_since(db)


async def _has_less(db: AsyncConnection, store_id: StoreId, told: Head) -> bool:
    held = await hold_epoch(db, StreamKey(store_id, told.epoch))
    return (0 if held is None else held.watermark) < told.seq


async def _take_in(db: AsyncConnection, shown: Shown, now_ms: int) -> None:
    genesis, asked = shown.genesis, shown.asked
    await _know_store(db, shown)
    await take_back_epoch(db, genesis, asked.genesis, asked.signature, now_ms)
    readmitted = EpochReadmitted(
        genesis.store_id, genesis.device_id, asked.genesis, asked.signature
    )
    await decide(db, genesis.company_id, (readmitted,), now_ms)
    who = f"box:{genesis.store_code}"
    about = (genesis.store_code, f"epoch {shown.epoch}", now_ms)
    await note_act(db, genesis.company_id, who, "epoch_readmitted", *about)


async def take_back_epoch(
    db: AsyncConnection, genesis: Genesis, signed: bytes, signature: bytes, at_ms: int
) -> None:
    """An epoch that head office issued and forgot is one of its store's again: the current one,
    unless a later one is."""
    store = await lock_store(db, genesis.store_id)
    key = StreamKey(genesis.store_id, epoch_of(genesis, signed))
    if await hold_epoch(db, key) is not None:
        return
    if store.last_epoch is None or store.last_epoch.number < genesis.epoch_number:
        if store.last_epoch is not None:
            await move_epoch(db, StreamKey(store.store_id, store.last_epoch), EpochEvent.REPLACED)
        await insert_epoch(db, genesis, signed, signature)
        if genesis.parent is None:
            await owe_first_grants(db, genesis.company_id, genesis.store_id, key.epoch)
    else:
        await insert_epoch(db, genesis, signed, signature, EpochEvent.BRANCHED)
        if genesis.epoch_number < store.last_epoch.number:
            await move_epoch(db, key, EpochEvent.SEALED)
    await claim_parent(db, genesis, at_ms)


async def claim_parent(db: AsyncConnection, genesis: Genesis, at_ms: int) -> None:
    """So much of the epoch before was here, or is claimed to be: its days wait for that."""
    if genesis.parent is None or genesis.parent_hash is None:
        return
    held = await hold_epoch(db, StreamKey(genesis.store_id, genesis.parent))
    if held is not None and genesis.parent_watermark <= held.watermark:
        return
    head = Head(genesis.parent, genesis.parent_watermark, genesis.parent_hash)
    unit = PostgresUnit(db, await driver_of(db), None)
    device_id = genesis.device_id if held is None else held.device_id
    await unit.keep_claim(genesis.store_id, Claim(head, device_id, at_ms))


async def _know_store(db: AsyncConnection, shown: Shown) -> None:
    """A store that was opened since comes with its box. Raises BadSignature where its company is
    not known, or its code is another store's."""
    genesis = shown.genesis
    if await db.scalar(select(_STORES.c.code).where(_STORES.c.store_id == genesis.store_id)):
        return
    company = (_COMPANIES.c.company_id == genesis.company_id,)
    taken = (_STORES.c.company_id == genesis.company_id, _STORES.c.code == genesis.store_code)
    settings = _settings(shown.asked.settings)
    if (
        settings is None
        or await db.scalar(select(_COMPANIES.c.name).where(*company)) is None
        or await db.scalar(select(_STORES.c.code).where(*taken)) is not None
    ):
        raise BadSignature(
            f"The store {genesis.store_code} of this box is not known here.",
            remedy="Put a newer copy of head office's database in place, or enrol the box anew.",
        )
    await db.execute(
        insert(_STORES).values(
            store_id=genesis.store_id,
            company_id=genesis.company_id,
            code=genesis.store_code,
            name=settings.store_name,
            price_zone=settings.price_zone,
            zone=settings.zone,
            settings=encode(settings),
        )
    )
    await declare_zone(db, genesis.company_id, settings.price_zone)
    scope = str(genesis.store_id)
    await publish_rows(db, genesis.company_id, DataSet.SETTINGS, [settings], scope)
    await tell_of_shop(db, genesis.company_id, genesis.store_id)


def _settings(raw: bytes) -> StoreSettings | None:
    try:
        return decode(StoreSettings, raw)
    except Undecodable:
        return None
