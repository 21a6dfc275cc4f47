"""Makes every projection anew from the two logs: the stores' journals and central's decisions.

First one unit of work: projections emptied, decisions folded, the streams' cursors put to zero.
Then stage 2 does what it always does, set by set. If that is cut short, head office is merely
behind: its background, or this command again, goes on. Customers are not published again.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive import StreamKey
from central.archive_postgres import PostgresArchive, own
from central.db.engine import raw, unit_of_work
from central.decisions import AnyDecision, decode_decision
from central.projections.fold_decisions import fold_decisions
from central.projections.rows import TABLES
from central.projections.write import write_changes
from central.usecases.apply_events import apply_events
from sync.protocol.identity import CompanyId

DECISIONS_AT_ONCE = 5_000
STORES_AT_ONCE = 3
SETS_MAX = 10_000_000

# Conflicts with the row lock that every unit of stage 2 begins with: they end first, none begins.
_KEEP_OTHERS_OUT = "LOCK TABLE store IN EXCLUSIVE MODE"
_EMPTY = f"TRUNCATE {', '.join(TABLES)}"
_FROM_THE_START = "UPDATE stream SET applied_through = 0"
_DECISIONS = """
SELECT decision_no, company_id, kind, body FROM decision
WHERE decision_no > $1 ORDER BY decision_no LIMIT $2
"""


class Rebuilt(NamedTuple):
    """What the projections were made from."""

    decisions: int
    events: int
    set_aside: int


async def rebuild_projections(engine: AsyncEngine) -> Rebuilt:
    """Empty and refill every projection."""
    async with unit_of_work(engine) as db:
        connection = await raw(db)
        await connection.execute(_KEEP_OTHERS_OUT)
        await connection.execute(_EMPTY)
        await connection.execute(_FROM_THE_START)
        decisions = await _fold_decisions(connection)
    archive = PostgresArchive(engine)
    turns = asyncio.Semaphore(STORES_AT_ONCE)
    stores = groupby(await archive.behind(), key=lambda key: key.store_id)
    events = await asyncio.gather(
        *(_apply_store(archive, tuple(keys), turns) for _, keys in stores)
    )
    async with unit_of_work(engine) as db:
        set_aside = await (await raw(db)).fetchval("SELECT count(*) FROM quarantine")
    return Rebuilt(decisions, sum(events), set_aside)


async def _fold_decisions(connection: Any) -> int:
    """Decisions in their order; how many they are."""
    last = count = 0
    while True:
        rows = await connection.fetch(_DECISIONS, last, DECISIONS_AT_ONCE)
        if not rows:
            return count
        for company_id, group in groupby(rows, key=lambda row: row["company_id"]):
            changes = fold_decisions(CompanyId(own(company_id)), _decoded(group))
            await write_changes(connection, changes)
        last = rows[-1]["decision_no"]
        count += len(rows)


def _decoded(rows: Iterable[Any]) -> list[AnyDecision]:
    return [decode_decision(row["kind"], row["body"]) for row in rows]


async def _apply_store(
    archive: PostgresArchive, keys: Sequence[StreamKey], turns: asyncio.Semaphore
) -> int:
    """A store's epochs in their order, to the end; how many events they had."""
    events = 0
    async with turns:
        for key in keys:
            for _ in range(SETS_MAX):
                applied = await apply_events(archive, key.store_id, key.epoch)
                events += applied.events
                if not applied.more:
                    break
    return events
