"""Counts both sides of a store: its box over the technician's socket, head office in PostgreSQL.

Waits first until head office holds and has applied everything that the box wrote.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of, snapshot, unit_of_work
from central.demo.compare import Account, Comparison, compare
from central.demo.errors import DemoCannotRun
from central.demo.stage import Stage, StoreBox
from central.demo.stillness import Stillness
from central.demo.technician import ask
from central.domain.fields import epoch_name
from central.reports.totals import RECEIPTS_MAX, store_receipts, store_totals
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import SaleId, StoreId
from sync.protocol.manifest import Receipt, receipt_differences

DRAIN_STILL_S = 60
LOOK_EVERY_S = 0.1
COUNTS_MAX = 20
_HELD = """
SELECT watermark, head_hash, applied_through, (
    SELECT sum(watermark - applied_through)::bigint FROM stream WHERE store_id = $1)
FROM stream WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
"""


class Witness(NamedTuple):
    """What a box had counted in its own database before that was gone."""

    totals: Totals
    receipts: tuple[Receipt, ...]


@dataclass
class Counted:
    """A store with its box. ``burnt``: what those before it had counted; None: there was none."""

    store_id: StoreId
    box: StoreBox
    currency: str
    burnt: Witness | None = None


class Held(NamedTuple):
    """What head office has of the epoch that a box writes in, and through which of its events that
    is counted. ``unapplied``: events of all the store's epochs that are not."""

    watermark: int
    head_hash: bytes
    applied_through: int
    unapplied: int


async def await_drained(stage: Stage, stores: list[Counted]) -> None:
    """Until head office has applied every event of every store, for as long as that goes on: how
    long it takes depends on the machine. Raises DemoCannotRun where it stands still."""
    loop = asyncio.get_running_loop()
    waiting = list(stores)
    stillness = Stillness(DRAIN_STILL_S, None, loop.time())
    while waiting:
        store = waiting[-1]
        told = await ask(stage, store.box, "GET", "/status")
        async with unit_of_work(stage.engine) as db:
            held = await _stream(db, store.store_id, told["epoch"])
        now = (len(waiting), told["waiting"], *held)
        if held.watermark == told["last_seq"] and not told["waiting"] and not held.unapplied:
            waiting.pop()
        elif stillness.too_long(now, loop.time()):
            raise DemoCannotRun(
                f"Head office has {held.watermark:,} of {told['last_seq']:,} events of"
                f" {store.box.code}, {held.applied_through:,} of them counted, and nothing has"
                f" moved for {DRAIN_STILL_S} s ({told['summary']}). Run the demo again; if it stays"
                " so, the logs say why."
            )
        await asyncio.sleep(LOOK_EVERY_S)


async def count_both(stage: Stage, store: Counted) -> Comparison:
    """The store's own count, head office's, and where they part down to the receipt.

    Somebody may still sell there: both counts are of the same instant of the journal, and one that
    a sale overtook is made again. Raises DemoCannotRun where sales overtake every one."""
    for _ in range(COUNTS_MAX):
        found = await _count_at_one_head(stage, store)
        if found is not None:
            return found
        await await_drained(stage, [store])
    raise DemoCannotRun(f"{store.box.code} sells too fast to be counted.")


async def _count_at_one_head(stage: Stage, store: Counted) -> Comparison | None:
    """None where the two did not stand at the same sequence."""
    told, ours = await account_of_box(stage, store)
    async with snapshot(stage.engine) as db:
        held, theirs = await account_of_central(db, store, told["epoch"])
    if ours.last_seq != held.watermark or held.unapplied:
        return None
    found = compare(store.box.code, store.currency, ours, theirs)
    if found.equal:
        return found
    parted = receipt_differences(
        await _receipts_of_box(stage, store), await _receipts_of_central(stage, store)
    )
    if (await account_of_box(stage, store))[1].last_seq != ours.last_seq:
        return None
    return compare(store.box.code, store.currency, ours, theirs, parted)


async def write_down(stage: Stage, store: Counted) -> Witness:
    """What the store counts now, before its box is gone."""
    _, account = await account_of_box(stage, store)
    return Witness(account.totals, tuple(await _receipts_of_box(stage, store)))


async def account_of_box(stage: Stage, store: Counted) -> tuple[dict[str, Any], Account]:
    """As it says itself, and with what boxes before it had counted: of that, a receipt that came
    home stands in both."""
    told = await ask(stage, store.box, "GET", "/totals")
    totals = msgspec.convert(told["totals"], Totals)
    if store.burnt is not None:
        tally = Tally()
        tally.add_totals(store.burnt.totals)
        tally.add_totals(totals)
        tally.take_totals(msgspec.convert(told["recovered"], Totals))
        totals = tally.totals()
    return told, Account(totals, told["last_seq"], bytes.fromhex(told["head_hash"]))


async def account_of_central(
    db: AsyncConnection, store: Counted, epoch: str
) -> tuple[Held, Account]:
    """What it holds of the epoch that the box writes in, and everything that it counts."""
    held = await _stream(db, store.store_id, epoch)
    counted = await store_totals(db, store.store_id, None)
    return held, Account(counted, held.watermark, held.head_hash)


async def _stream(db: AsyncConnection, store_id: StoreId, epoch: str) -> Held:
    named = epoch_name(epoch)
    rows = await (await driver_of(db)).fetch(_HELD, store_id, named.number, named.fingerprint)
    return Held(*rows[0]) if rows else Held(0, b"", 0, 1)


async def _receipts_of_box(stage: Stage, store: Counted) -> list[Receipt]:
    """Page by page; ends because each page moves ``after`` on."""
    burnt = () if store.burnt is None else store.burnt.receipts
    found = {receipt.sale_id: receipt for receipt in burnt}
    path = "/totals/receipts"
    while True:
        page = await ask(stage, store.box, "GET", path)
        receipts = msgspec.convert(page["receipts"], tuple[Receipt, ...])
        found |= {receipt.sale_id: receipt for receipt in receipts}
        if page["after"] is None:
            return list(found.values())
        path = f"/totals/receipts?after={page['after']}"


async def _receipts_of_central(stage: Stage, store: Counted) -> list[Receipt]:
    found: list[Receipt] = []
    whole: date | None = None
    after: SaleId | None = None
    async with unit_of_work(stage.engine) as db:
        while True:
            page = await store_receipts(db, store.store_id, whole, RECEIPTS_MAX, after)
            found += page
            if len(page) < RECEIPTS_MAX:
                return found
            after = SaleId(page[-1].sale_id)
