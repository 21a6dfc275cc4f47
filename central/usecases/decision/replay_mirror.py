"""Takes entries of the mirror that the database lacks: the same decisions with the same numbers and
hashes, and what was published with them.

All of it in one unit of work under the lock of decisions, before anything is served. Keys come
first, so that what was sealed under them can be read, and a decision that erases one is replayed
after it.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import Column
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import COLUMNS, LastDecision, lock_decisions, set_last_decision
from central.db.engine import driver_of
from central.db.key_file import public_half
from central.db.mirror_files import MirrorBroken
from central.db.mirrored import OWN, Mirror
from central.db.tables import metadata
from central.domain.decisions import decision_hash, decode_decision
from central.domain.derived_keys import NotSealedHere
from central.domain.mirror import Link, MirroredDecision, MirroredRow
from central.usecases.company.own_key import known_keys
from central.usecases.decision.apply_decisions import apply_decisions
from central.usecases.decision.redo import redo
from central.usecases.feed.publish_again import publish_again, reclaim_codes
from central.usecases.feed.publish_reference import publish_customers
from sync.protocol.identity import CompanyId

log = structlog.get_logger()

KEYS_AT_ONCE = 10_000
_HASHES = "SELECT decision_no, hash FROM decision WHERE decision_no = ANY($1::bigint[])"
_KEEP_KEYS = """
INSERT INTO personal_key (company_id, customer_id, key)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) ON CONFLICT DO NOTHING
"""
_MOVE = "UPDATE central_state SET mirror_no = $1, mirror_hash = $2"


async def replay_mirror(db: AsyncConnection, mirror: Mirror, missing: Sequence[Link]) -> None:
    """Raises MirrorBroken: nothing must be kept then."""
    connection = await driver_of(db)
    last = await lock_decisions(db)
    await _keys(connection, mirror)
    offices = {public_half(mirror.key), *await known_keys(db)}
    companies: set[UUID] = set()
    for link in missing:
        entry = await asyncio.to_thread(mirror.files.read, link)
        if entry.office not in offices:
            raise MirrorBroken(f"entry {link.number} of the mirror is another head office's")
        for name, written in entry.own:
            await _put_own(connection, name, written)
        last = await _decide(db, connection, entry.decisions, last)
        for row_of, rows in groupby(entry.published, key=_feed_of):
            await publish_again(db, *row_of, list(rows))
        companies |= {row.company_id for row in entry.published}
    for company_id in companies:
        await reclaim_codes(db, CompanyId(company_id))
    await connection.execute(_MOVE, missing[-1].number, missing[-1].hash)


def _feed_of(row: MirroredRow) -> tuple[CompanyId, str, str]:
    return row.company_id, row.data_set, row.scope


async def _keys(connection: Any, mirror: Mirror) -> None:
    found = []
    for sealed in mirror.files.kept_keys():
        try:
            found.append((sealed.company_id, sealed.customer_id, mirror.opened(sealed)))
        except NotSealedHere:  # head office's key was replaced since: the fields stay sealed
            log.error("a mirrored key cannot be opened", customer=str(sealed.customer_id))
    for at in range(0, len(found), KEYS_AT_ONCE):
        columns = zip(*found[at : at + KEYS_AT_ONCE], strict=True)
        await connection.execute(_KEEP_KEYS, *map(list, columns))


async def _put_own(connection: Any, name: str, written: str) -> None:
    """A row as it was, in the place of the one of its key. It says the columns that its table had
    then: of one that came since, what is there stays and a row that is new has its default; of one
    that went, nothing is said."""
    if name not in OWN:
        raise MirrorBroken(f"the mirror names the table {name}")
    columns = metadata.tables[name].columns
    told = json.loads(written)
    since = {
        column.name: _default(column)
        for column in columns
        if column.name not in told and _default(column) is not None
    }
    said = ", ".join(f'"{one.name}"' for one in columns if one.name in told or one.name in since)
    keys = ", ".join(f'"{column.name}"' for column in columns if column.primary_key)
    news = ", ".join(f'"{one.name}" = excluded."{one.name}"' for one in columns if one.name in told)
    try:
        await connection.execute(
            f'INSERT INTO "{name}" ({said})'  # noqa: S608  our names
            f' SELECT {said} FROM jsonb_populate_record(NULL::"{name}", $2::jsonb || $1::jsonb)'
            f" ON CONFLICT ({keys}) DO UPDATE SET {news}",
            *(written, json.dumps(since)),
        )
    except asyncpg.NotNullViolationError as error:
        raise MirrorBroken(f"a row of {name} in it says no {error.column_name}") from error


def _default(column: Column[Any]) -> Any:
    """What a row has where nothing is said; None: nothing, or the database says it."""
    return None if column.default is None else getattr(column.default, "arg", None)


async def _decide(
    db: AsyncConnection,
    connection: Any,
    decisions: Sequence[MirroredDecision],
    last: LastDecision,
) -> LastDecision:
    """Those that the database has already (a mirror begins with all of them) must be the same."""
    await _require_same(connection, [one for one in decisions if one.number <= last.number])
    new = [one for one in decisions if one.number > last.number]
    for one in new:
        hashed = decision_hash(*one[:5], last.hash)
        if one.number != last.number + 1 or hashed != one.hash:
            raise MirrorBroken(f"decision {one.number} of the mirror does not follow the last one")
        last = LastDecision(one.number, one.hash)
    if not new:
        return last
    await connection.copy_records_to_table("decision", records=new, columns=COLUMNS)
    await set_last_decision(db, last)
    for company_id, group in groupby(new, key=lambda one: one.company_id):
        await _take_effect(db, company_id, list(group))
    return last


async def _take_effect(
    db: AsyncConnection, company_id: CompanyId, group: Sequence[MirroredDecision]
) -> None:
    decoded = [(decode_decision(one.kind, one.body), one.decided_at_ms) for one in group]
    for decision, at_ms in decoded:
        await redo(db, company_id, decision, at_ms)
    customers = await apply_decisions(db, company_id, [decision for decision, _ in decoded])
    await publish_customers(db, company_id, customers)


async def _require_same(connection: Any, decisions: Iterable[MirroredDecision]) -> None:
    told = {one.number: one.hash for one in decisions}
    found = await connection.fetch(_HASHES, list(told))
    if {row["decision_no"]: row["hash"] for row in found} != told:
        raise MirrorBroken("the mirror's decisions are not the database's: it is another one's")
