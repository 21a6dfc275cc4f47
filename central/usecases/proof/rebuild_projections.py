"""Makes every projection anew from the two logs: the stores' journals and central's decisions.

First one unit of work: projections emptied, decisions folded, the streams' cursors put to zero.
Then stage 2 does what it always does, set by set. If that is cut short, head office is merely
behind: its background, or this command again, goes on. Customers are not published again.

What cannot be used is named, and the rest goes on without it: a decision that is missing or cannot
be read, and an event that was lost, behind which its stream waits.
"""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive, plain_uuid
from central.db.engine import driver_of, unit_of_work
from central.db.valued import OF_VALUE
from central.domain.decisions import AnyDecision, decode_decision
from central.projections.fold.decisions import fold_decisions
from central.projections.rows import TABLES
from central.projections.unwritable import Unwritable
from central.projections.write import write_changes
from central.usecases.journal.apply_events import apply_events
from central.usecases.proof.in_processes import Show, in_processes
from central.usecases.proof.verify_decisions import verify_decisions
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId

DECISIONS_AT_ONCE = 5_000
STORES_AT_ONCE = 3
SETS_MAX = 10_000_000

# Conflicts with the row lock that every unit of stage 2 begins with: they end first, none begins.
_KEEP_OTHERS_OUT = "LOCK TABLE apply_turn IN EXCLUSIVE MODE"
_EMPTY = f"TRUNCATE {', '.join((*TABLES, *OF_VALUE))}"
_FROM_THE_START = "UPDATE stream SET applied_through = 0"
_DECISIONS = """
SELECT decision_no, company_id, kind, body FROM decision
WHERE decision_no > $1 ORDER BY decision_no LIMIT $2
"""


class Rebuilt(NamedTuple):
    """What the projections were made from; ``said``: what is missing in them, in words."""

    decisions: int
    events: int
    set_aside: int
    said: tuple[str, ...]


async def rebuild_projections(
    engine: AsyncEngine, processes: int = 1, show: Show | None = None
) -> Rebuilt:
    """Empty and refill every projection. Raises ProcessEnded: what is missing then is merely
    behind."""
    async with unit_of_work(engine) as db:
        connection = await driver_of(db)
        await connection.execute(_KEEP_OTHERS_OUT)
        await connection.execute(_EMPTY)
        await connection.execute(_FROM_THE_START)
        said = [finding.what for finding in (await verify_decisions(connection)).findings]
        decisions = await _fold_decisions(connection, said)
    behind = groupby(await PostgresArchive(engine).behind(), key=lambda key: key.store_id)
    stores = [tuple(keys) for _, keys in behind]
    pieces = await in_processes(engine, apply_stores, stores, processes, show)
    applied = [store for piece in pieces for store in piece]
    async with unit_of_work(engine) as db:
        set_aside = await (await driver_of(db)).fetchval("SELECT count(*) FROM quarantine")
        codes = dict(await (await driver_of(db)).fetch("SELECT store_id, code FROM store"))
    for gap in (gap for store in applied for gap in store.gaps):
        key, seq = gap
        said.append(
            f"{codes.get(key.store_id, key.store_id)}, epoch {key.epoch}: event {seq} is lost, and"
            " nothing after it was applied."
        )
    return Rebuilt(decisions, sum(store.events for store in applied), set_aside, tuple(said))


async def _fold_decisions(connection: Any, said: list[str]) -> int:
    """Decisions in their order; how many they are."""
    last = count = 0
    while True:
        rows = await connection.fetch(_DECISIONS, last, DECISIONS_AT_ONCE)
        if not rows:
            return count
        for found, group in groupby(rows, key=lambda row: row["company_id"]):
            count += await _fold_group(connection, CompanyId(plain_uuid(found)), tuple(group), said)
        last = rows[-1]["decision_no"]


async def _fold_group(
    connection: Any, company_id: CompanyId, rows: Sequence[Any], said: list[str]
) -> int:
    """Of one company, at once; one by one where they cannot be kept together."""
    readable = {row["decision_no"]: _decoded(row) for row in rows}
    decisions = [one for one in readable.values() if one is not None]
    try:
        await write_changes(connection, fold_decisions(company_id, decisions))
    except Unwritable as error:
        if len(rows) == 1:
            said.append(f"Head office: decision {rows[0]['decision_no']} cannot be kept: {error}.")
            return 0
        return sum([await _fold_group(connection, company_id, (row,), said) for row in rows])
    return len(decisions)


def _decoded(row: Any) -> AnyDecision | None:
    """None for one that cannot be read: ``verify_decisions`` has named it."""
    try:
        return decode_decision(row["kind"], row["body"])
    except Undecodable:
        return None


class _Store(NamedTuple):
    """How many events were dealt with, and where one is missing."""

    events: int
    gaps: tuple[tuple[StreamKey, int], ...]


async def apply_stores(engine: AsyncEngine, stores: Sequence[Sequence[StreamKey]]) -> list[_Store]:
    """Some at a time."""
    archive, turns = PostgresArchive(engine), asyncio.Semaphore(STORES_AT_ONCE)
    return await asyncio.gather(*(_apply_store(archive, keys, turns) for keys in stores))


async def _apply_store(
    archive: PostgresArchive, keys: Sequence[StreamKey], turns: asyncio.Semaphore
) -> _Store:
    """A store's epochs in their order, each to its end or its first gap."""
    events = 0
    gaps = []
    async with turns:
        for key in keys:
            for _ in range(SETS_MAX):
                applied = await apply_events(archive, key.store_id, key.epoch)
                events += applied.events
                if applied.missing is not None:
                    gaps.append((key, applied.missing))
                if not applied.more:
                    break
    return _Store(events, tuple(gaps))
