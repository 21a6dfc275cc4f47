"""Gives what came free of accounts ahead to the stores where their owners shop, so that it can be
spent there offline (sync/protocol/escrow.py): in portions, each a unit of work of its own that
holds its accounts and no others.

Which accounts are looked at: those of which something was spent or came back, as stage 2 counts it;
those of an epoch that ended, once nothing of it is set aside; and what was granted to a request
that its store gave up, which comes back here. Only points go ahead: what else there is, is asked
for.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.rows import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import GrantReturned
from central.projections.line_up import SAME_ID
from central.reports.born_later import NOT_HERE
from central.reports.incarnation import may_grant_now
from central.reports.rights import Account, earned_by_store, lock_accounts
from central.reports.share_rule import share_rule
from central.usecases.decision.decide import decide
from central.usecases.grant.give import Part, give_points
from central.usecases.grant.owe_goodwill import owe_goodwill
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind, ShareRule, outstanding, shares
from sync.protocol.identity import CompanyId, CustomerId, StoreId

ACCOUNTS_AT_ONCE = 500
PORTIONS_MAX = 10_000

_DUE = """
SELECT company_id, kind, account_id FROM share_due
WHERE (company_id, kind) = (SELECT company_id, kind FROM share_due ORDER BY 1, 2 LIMIT 1)
ORDER BY account_id LIMIT $1
"""
_DONE = "DELETE FROM share_due WHERE company_id = $1 AND kind = $2 AND account_id = ANY($3)"
_SPEAKING = """
SELECT s.store_id, s.epoch_number, s.epoch_fingerprint FROM stream AS s
JOIN device AS d ON d.device_id = s.device_id
WHERE s.company_id = $1 AND s.state = 'current' AND NOT s.provisional AND NOT d.revoked
"""
_ENDED = f"""
SELECT s.company_id, s.store_id, s.epoch_number, s.epoch_fingerprint, s.state FROM stream AS s
LEFT JOIN freed_epoch AS f ON f.store_id = s.store_id AND f.epoch_number = s.epoch_number
    AND f.epoch_fingerprint = s.epoch_fingerprint AND f.state = s.state
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = s.store_id AND q.epoch_number = s.epoch_number
    AND q.epoch_fingerprint = s.epoch_fingerprint
LEFT JOIN ({NOT_HERE}) AS n ON n.store_id = s.store_id AND n.epoch_number = s.epoch_number
    AND n.epoch_fingerprint = s.epoch_fingerprint
WHERE f.store_id IS NULL
    AND (s.state = 'written_off' AND n.store_id IS NULL
        OR s.state = 'closed' AND q.store_id IS NULL)
ORDER BY s.store_id, s.epoch_number, s.epoch_fingerprint LIMIT 1
"""  # noqa: S608 - a constant
_FREE = """
INSERT INTO share_due (company_id, kind, account_id)
SELECT $1, kind, account_id FROM right_held
WHERE store_id = $2 AND epoch_number = $3 AND epoch_fingerprint = $4
    AND earned + granted > used + released
ON CONFLICT DO NOTHING
"""
_FREED = "INSERT INTO freed_epoch VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
_GIVEN_UP = """
SELECT s.company_id, a.store_id, a.request_id, a.kind, a.account_id, a.epoch_number,
    a.epoch_fingerprint, a.granted
FROM request_given_up AS g
JOIN grant_answer AS a ON a.store_id = g.store_id AND a.request_id = g.request_id
JOIN store AS s ON s.store_id = g.store_id
LEFT JOIN right_released AS r ON r.store_id = a.store_id AND r.event_id = a.request_id
    AND r.root = a.request_id AND r.line_no = 0
WHERE a.granted > 0 AND r.store_id IS NULL AND g.epoch_number = a.epoch_number
    AND g.epoch_fingerprint = a.epoch_fingerprint
ORDER BY a.store_id, a.request_id LIMIT 1
"""


async def give_due_shares(engine: AsyncEngine, now_ms: int) -> bool:
    """The next portion; False: nothing is due, or nothing may be granted yet."""
    if await _take_back_given_up(engine, now_ms) or await _free_ended(engine):
        return True
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        due = await connection.fetch(_DUE, ACCOUNTS_AT_ONCE)
        if not due:
            return False
        company_id, kind = CompanyId(plain_uuid(due[0]["company_id"])), due[0]["kind"]
        if not await may_grant_now(db, company_id):
            return False
        await lock_decisions(db)
        account_ids = [plain_uuid(row["account_id"]) for row in due]
        accounts = await lock_accounts(db, company_id, kind, account_ids)
        if kind == RightKind.POINTS:
            rule = await share_rule(db, company_id)
            speaking = _epochs(await connection.fetch(_SPEAKING, company_id))
            parts = [part for one in accounts for part in _parts(one, speaking, rule)]
            await give_points(db, company_id, parts, now_ms)
        await connection.execute(_DONE, company_id, kind, account_ids)
    return True


async def drain_due_shares(engine: AsyncEngine, now_ms: int) -> None:
    """Portion by portion."""
    for _ in range(PORTIONS_MAX):
        if not await give_due_shares(engine, now_ms):
            return


def _epochs(rows: Sequence[Any]) -> dict[StoreId, Epoch]:
    return {StoreId(plain_uuid(row[0])): Epoch(row[1], row[2]) for row in rows}


def _parts(account: Account, speaking: dict[StoreId, Epoch], rule: ShareRule) -> list[Part]:
    """For the stores where the owner earned most, and whose box can be given something."""
    earned = earned_by_store(account.rights)
    shops = sorted(
        (store_id for store_id, amount in earned.items() if amount > 0 and store_id in speaking),
        key=lambda store_id: (-earned[store_id], store_id),
    )[: len(rule.percents)]
    held = [
        sum(outstanding(one.held) for one in account.rights if one.store_id == store_id)
        for store_id in shops
    ]
    given = shares(account.balance, account.free, held, rule)
    customer_id = CustomerId(account.account_id)
    return [
        Part(store_id, speaking[store_id], customer_id, points)
        for store_id, points in zip(shops, given, strict=True)
        if points
    ]


async def _take_back_given_up(engine: AsyncEngine, now_ms: int) -> bool:
    """What was granted to a request that its store gave up; nothing of it was spent, for its box
    never held it."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        found = await (await driver_of(db)).fetchrow(_GIVEN_UP)
        if found is None:
            return False
        company_id, kind = CompanyId(plain_uuid(found["company_id"])), found["kind"]
        account_id = plain_uuid(found["account_id"])
        await lock_accounts(db, company_id, kind, [account_id])
        returned = GrantReturned(
            StoreId(plain_uuid(found["store_id"])),
            Epoch(found["epoch_number"], found["epoch_fingerprint"]),
            UUID(bytes=found["request_id"].bytes),
            kind,
            account_id,
            found["granted"],
        )
        await decide(db, company_id, [returned], now_ms)
    return True


async def _free_ended(engine: AsyncEngine) -> bool:
    """The accounts of an epoch that ended are looked at, and its store's goodwill."""
    async with unit_of_work(engine) as db:
        connection: Any = await driver_of(db)
        ended = await connection.fetchrow(_ENDED)
        if ended is None:
            return False
        company_id, store_id, *place, state = ended
        await connection.execute(_FREE, company_id, store_id, *place)
        await connection.execute(_FREED, store_id, *place, state)
        await owe_goodwill(db, CompanyId(plain_uuid(company_id)), StoreId(plain_uuid(store_id)))
    return True
