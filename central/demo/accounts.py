"""Counts both sides of a store: its box over the technician's socket, head office in PostgreSQL.

Waits first until head office holds and has applied everything that the box wrote.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import snapshot, unit_of_work
from central.db.tables import StreamRow, table
from central.demo.compare import Account, Comparison, compare
from central.demo.errors import DemoCannotRun
from central.demo.stage import Stage, StoreBox
from central.demo.stillness import Stillness
from central.demo.technician import ask
from central.domain.epoch import EpochState
from central.reports.totals import RECEIPTS_MAX, store_receipts, store_totals
from sync.protocol.figures import Totals
from sync.protocol.identity import SaleId, StoreId
from sync.protocol.manifest import Receipt, receipt_differences

DRAIN_STILL_S = 60
LOOK_EVERY_S = 0.1
COUNTS_MAX = 20
_STREAMS = table(StreamRow)


@dataclass(frozen=True)
class Counted:
    """A store with its box."""

    store_id: StoreId
    box: StoreBox
    currency: str


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
            held = await _stream(db, store.store_id)
        now = (len(waiting), held.watermark, held.applied_through)
        if held.applied_through >= told["last_seq"] == held.watermark:
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
    ours = await _account_of_box(stage, store)
    async with snapshot(stage.engine) as db:
        held = await _stream(db, store.store_id)
        counted = await store_totals(db, store.store_id, None)
    theirs = Account(counted, held.watermark, held.head_hash)
    if not ours.last_seq == held.watermark == held.applied_through:
        return None
    found = compare(store.box.code, store.currency, ours, theirs)
    if found.equal:
        return found
    parted = receipt_differences(
        await _receipts_of_box(stage, store), await _receipts_of_central(stage, store)
    )
    if (await _account_of_box(stage, store)).last_seq != ours.last_seq:
        return None
    return compare(store.box.code, store.currency, ours, theirs, parted)


async def _account_of_box(stage: Stage, store: Counted) -> Account:
    told = await ask(stage, store.box, "GET", "/totals")
    totals = msgspec.convert(told["totals"], Totals)
    return Account(totals, told["last_seq"], bytes.fromhex(told["head_hash"]))


async def _stream(db: AsyncConnection, store_id: StoreId) -> Any:
    rows = await db.execute(
        select(_STREAMS.c.watermark, _STREAMS.c.head_hash, _STREAMS.c.applied_through).where(
            _STREAMS.c.store_id == store_id, _STREAMS.c.state == EpochState.CURRENT
        )
    )
    return rows.one()


async def _receipts_of_box(stage: Stage, store: Counted) -> list[Receipt]:
    """Page by page; ends because each page moves ``after`` on."""
    found: list[Receipt] = []
    path = "/totals/receipts"
    while True:
        page = await ask(stage, store.box, "GET", path)
        found += msgspec.convert(page["receipts"], tuple[Receipt, ...])
        if page["after"] is None:
            return found
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
