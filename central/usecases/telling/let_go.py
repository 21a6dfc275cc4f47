"""Of which goods between stores nobody is told any more: of those with which all is done since so
long that nobody asks (``sync/protocol/between_stores.let_go``). Head office goes on counting them;
what stores know stays as small as a year of it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.engine import driver_of, unit_of_work
from central.reports.told_transfers import transfers_told
from central.reports.wishes import wish_rows
from sync.protocol.between_stores import let_go, told_since_ms
from sync.protocol.identity import CompanyId

_GROUP = """
SELECT coalesce(t.intent_id, t.event_id) AS subject_id, t.wish_id
FROM store AS o JOIN stock_transfer AS t USING (store_id)
WHERE o.company_id = $1 AND (coalesce(t.intent_id, t.event_id) = ANY($2) OR t.wish_id = ANY($2))
"""
_OLD = """
INSERT INTO telling_due (company_id, data_set, subject_id)
SELECT DISTINCT f.company_id, f.data_set, split_part(f.key, '@', 1)::uuid
FROM feed_latest AS f JOIN (
    SELECT company_id, data_set, scope, max(pub_seq) AS pub_seq FROM feed_log
    WHERE data_set = 'transfers' AND at_ms < $1 GROUP BY 1, 2, 3
) AS old USING (company_id, data_set, scope)
WHERE f.body IS NOT NULL AND f.pub_seq <= old.pub_seq
ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""


async def mark_old(engine: AsyncEngine, now_ms: int) -> None:
    """What was published so long ago is looked at again, and told no more if it is done with."""
    async with unit_of_work(engine) as db:
        await (await driver_of(db)).execute(_OLD, told_since_ms(now_ms))


async def let_go_of(
    db: AsyncConnection, company_id: CompanyId, subjects: Sequence[UUID], now_ms: int
) -> frozenset[UUID]:
    """Which of them. A wish is looked at with all that was sent for it, and so is each of these."""
    connection = await driver_of(db)
    group = set(subjects)
    for _ in range(2):  # from a transfer to its wish, and from that to all that was sent for it
        for row in await connection.fetch(_GROUP, company_id, list(group)):
            group |= {plain_uuid(one) for one in row if one is not None}
    told = await transfers_told(connection, company_id, sorted(group))
    rows = {(row.subject_id, row.event_id, row.part): row for _, row in told}
    if rows and min(row.at_ms for row in rows.values()) >= told_since_ms(now_ms):
        return frozenset()
    wishes = [row for row in await wish_rows(db, company_id) if row.subject_id in group]
    return let_go((*rows.values(), *wishes), now_ms) & set(subjects)
