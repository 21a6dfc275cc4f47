"""A store's goodwill: what it may let customers spend beyond their rights, as a person says it and
as its epochs get it (``central/domain/goodwill.py``).

What a person says is a decision, and so is what an epoch gets of it. Which stores are looked at
again: where somebody said something, where a box was enrolled, where an epoch ended, and where the
period is over that the present epoch was told of.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import GoodwillGiven, GoodwillSet
from central.domain.goodwill import Budget, OtherEpoch, budget_on, cut_budget
from central.domain.typed import local_date
from central.reports.goodwill import EpochGoodwill, read_goodwill
from central.reports.incarnation import may_grant_now
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, became
from central.usecases.feed.read_published import published_rows
from central.usecases.grant.owe_goodwill import owe_goodwill
from sync.protocol.change import Epoch
from sync.protocol.codec import encode
from sync.protocol.escrow import RightKind
from sync.protocol.feeds import ROWS, scope_of
from sync.protocol.identity import CompanyId, StoreId
from sync.protocol.periods import Period
from sync.protocol.reference import DataSet, Goodwill

STORES_MAX = 100_000
_ZONE = "SELECT zone FROM store WHERE store_id = $1"
_DUE = "SELECT company_id, store_id FROM goodwill_due ORDER BY 1, 2 LIMIT 1"
_DONE = "DELETE FROM goodwill_due WHERE company_id = $1 AND store_id = $2"
_SPEAKING = """
SELECT s.epoch_number, s.epoch_fingerprint FROM stream AS s
JOIN device AS d ON d.store_id = s.store_id AND d.device_id = s.device_id
WHERE s.store_id = $1 AND s.state = 'current' AND NOT s.provisional AND NOT d.revoked
"""
_TOLD = """
SELECT o.company_id, o.store_id, o.zone, b.kind, b.from_date, b.amount, b.period, g.until
FROM goodwill_budget AS b
JOIN store AS o ON o.store_id = b.store_id
JOIN stream AS s ON s.store_id = b.store_id AND s.state = 'current' AND NOT s.provisional
JOIN device AS d ON d.store_id = s.store_id AND d.device_id = s.device_id AND NOT d.revoked
LEFT JOIN (SELECT store_id, epoch_number, epoch_fingerprint, kind, max(until) AS until
    FROM goodwill_given GROUP BY 1, 2, 3, 4) AS g
    ON g.store_id = s.store_id AND g.epoch_number = s.epoch_number
    AND g.epoch_fingerprint = s.epoch_fingerprint AND g.kind = b.kind
"""
_BUDGETS = "SELECT kind, from_date, amount, period FROM goodwill_budget WHERE store_id = $1"


class Wanted(NamedTuple):
    """What a person says of a store."""

    kind: RightKind
    amount: int
    period: Period
    from_date: date


async def today_at(db: AsyncConnection, store_id: StoreId, now_ms: int) -> date:
    """The date in the store's zone."""
    return local_date(now_ms, await (await driver_of(db)).fetchval(_ZONE, store_id))


async def set_goodwill(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    wanted: Wanted,
    why: tuple[str, str],
    now_ms: int,
) -> Put:
    """``why``: a reason, and who says so. What was to begin later under the same date is replaced;
    the store's present epoch is given it in the same unit of work, where anything may be given."""
    await lock_decisions(db)
    budgets = (await _budgets(db, store_id)).get(wanted.kind, [])
    said = Budget(wanted.from_date, wanted.amount, wanted.period)
    put = became(next((one for one in budgets if one.from_date == said.from_date), None), said)
    if put is not Put.SAME:
        what = (wanted.kind.value, wanted.amount, wanted.period, wanted.from_date)
        await decide(db, company_id, [GoodwillSet(store_id, *what, *why)], now_ms)
        await owe_goodwill(db, company_id, store_id)
        if await may_grant_now(db, company_id):
            await _give(db, company_id, store_id, now_ms)
    return put


async def give_due_goodwill(engine: AsyncEngine, now_ms: int) -> bool:
    """Of the next store whose budget is to be cut anew; False: none is, or nothing may be
    given yet (``domain/incarnation.py``)."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        due = await (await driver_of(db)).fetchrow(_DUE)
        if due is None:
            return False
        company_id = CompanyId(plain_uuid(due["company_id"]))
        if not await may_grant_now(db, company_id):
            return False
        await _give(db, company_id, StoreId(plain_uuid(due["store_id"])), now_ms)
    return True


async def drain_due_goodwill(engine: AsyncEngine, now_ms: int) -> None:
    """Store by store."""
    await _owe_ended(engine, now_ms)
    for _ in range(STORES_MAX):
        if not await give_due_goodwill(engine, now_ms):
            return


async def _owe_ended(engine: AsyncEngine, now_ms: int) -> None:
    """Where what the present epoch was told does not reach to today, by the store's calendar."""
    async with unit_of_work(engine) as db:
        said: dict[tuple[Any, ...], list[Budget]] = {}
        for row in await (await driver_of(db)).fetch(_TOLD):
            of = (row["company_id"], row["store_id"], local_date(now_ms, row["zone"]), row["until"])
            budget = Budget(row["from_date"], row["amount"], Period(row["period"]))
            said.setdefault((*of, row["kind"]), []).append(budget)
        for (company_id, store_id, today, until, _), budgets in said.items():
            if (until or date.min) < today and budget_on(budgets, today) is not None:
                named = CompanyId(plain_uuid(company_id)), StoreId(plain_uuid(store_id))
                await owe_goodwill(db, *named)


async def _give(db: AsyncConnection, company_id: CompanyId, store_id: StoreId, now_ms: int) -> None:
    """What the present epoch may have is what stands in its feed, and nothing else."""
    connection = await driver_of(db)
    await connection.execute(_DONE, company_id, store_id)
    speaking = await connection.fetchrow(_SPEAKING, store_id)
    if speaking is None:
        return  # whoever comes next is looked at when it comes
    epoch, today = Epoch(*speaking), await today_at(db, store_id, now_ms)
    held = await read_goodwill(db, company_id, store_id)
    wanted = [
        Goodwill(kind.value, row.amount, row.period, row.from_date, str(epoch), row.until)
        for kind, budgets in (await _budgets(db, store_id)).items()
        for row in cut_budget(budgets, _others(held, kind, epoch), today)
    ]
    key_of, scope = ROWS[DataSet.GOODWILL].key_of, scope_of(DataSet.GOODWILL, store_id, "")
    before = await published_rows(db, company_id, DataSet.GOODWILL, scope)
    after = {key_of(row): row for row in wanted}
    new = [row for key, row in after.items() if before.get(key) != row]
    given = [
        GoodwillGiven(store_id, epoch, row.kind, row.amount, row.period, row.from_date, row.until)
        for row in new
    ]
    await decide(db, company_id, given, now_ms)
    rows = [PublishedRow(key_of(row), encode(row)) for row in new]
    rows += [PublishedRow(key, None) for key in before if key not in after]
    await publish(db, company_id, DataSet.GOODWILL, scope, rows)


def _others(
    held: tuple[EpochGoodwill, ...], kind: RightKind, epoch: Epoch
) -> tuple[OtherEpoch, ...]:
    return tuple(
        OtherEpoch(max((row.amount for row in one.given), default=0), one.used, one.over)
        for one in held
        if one.kind == kind and one.epoch != epoch
    )


async def _budgets(db: AsyncConnection, store_id: StoreId) -> dict[RightKind, list[Budget]]:
    """Of the kinds that this version knows."""
    found: dict[RightKind, list[Budget]] = {}
    for row in await (await driver_of(db)).fetch(_BUDGETS, store_id):
        budget = Budget(row["from_date"], row["amount"], Period(row["period"]))
        found.setdefault(RightKind(row["kind"]), []).append(budget)
    return found
