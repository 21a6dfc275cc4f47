"""Finds out whether head office was put back to its past, and makes that good, without a person.

At the start, and now and then while head office runs (a database can be put back under it): the
mirror is held against the database, and the database's server and timeline against those that it
had. Whatever is missing is taken from the mirror, then a new incarnation begins. Without a mirror,
decisions may be missing for good, and nothing is granted until the stores have told what they hold
(``central/domain/incarnation.py``).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.decisions import lock_decisions
from central.db.engine import driver_of, snapshot, unit_of_work
from central.db.key_file import public_half
from central.db.mirror_files import MirrorBroken
from central.db.mirrored import MADE_OF_FACTS, OPTION, OWN, Mirror, begin_noting
from central.domain.decisions import IncarnationBegun
from central.domain.mirror import (
    NONE_YET,
    Entry,
    Link,
    MirroredDecision,
    MirroredRow,
    NotMirrored,
    Verdict,
    compare,
)
from central.usecases.decision.begin_incarnation import Found, begin_incarnation
from central.usecases.decision.replay_mirror import replay_mirror

AT_ONCE = 20_000
"""Decisions, or published rows, of one entry of a mirror that begins."""
MOVED = "the database is on another server, or on another of its timelines, than it was"

_STATE = "SELECT mirror_no, mirror_hash, server FROM central_state WHERE one = 1"
# The timeline that is written to: that of the last checkpoint is the old one for a while yet.
_SERVER = """
SELECT CASE WHEN NOT pg_is_in_recovery() THEN
    (SELECT system_identifier FROM pg_control_system()) || ':'
    || ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
END
"""
_NOTE_SERVER = "UPDATE central_state SET server = $1"
_BEGUN = "UPDATE central_state SET mirror_no = 0, mirror_hash = NULL"
_DECISIONS = """
SELECT decision_no, company_id, kind, body, decided_at_ms, hash FROM decision ORDER BY decision_no
"""
_PUBLISHED = """
SELECT company_id, data_set, scope, key, body FROM (
    SELECT company_id, data_set, scope, key, body, pub_seq, 0::bigint AS waiting_no
    FROM feed_latest WHERE body IS NOT NULL
    UNION ALL
    SELECT company_id, data_set, scope, key, body, 0, waiting_no FROM publication
) AS published WHERE data_set <> $1 ORDER BY waiting_no, company_id, data_set, scope, pub_seq
"""

log = structlog.get_logger()


class State(NamedTuple):
    """``at``: the mirror's last entry by the database; ``mirrored``: there is a mirror;
    ``server``: where the database was last, and where it is, as far as it says."""

    at: Link
    mirrored: bool
    server_before: str | None
    server: str | None

    @property
    def moved(self) -> bool:
        """It is somewhere else."""
        return None not in (self.server_before, self.server) and self.server_before != self.server


async def look_back(engine: AsyncEngine, now_ms: int) -> IncarnationBegun | None:
    """What began; None: nothing was found. A mirror that cannot be read is written down, and
    nothing can be decided meanwhile."""
    mirror: Mirror | None = engine.get_execution_options().get(OPTION)
    async with snapshot(engine) as db:
        state = await _state(db)
    try:
        if not await _is_worth_looking(state, mirror):
            return None
        return await _look(engine, mirror, now_ms)
    except (MirrorBroken, NotMirrored) as error:
        log.error("the mirror is of no use: nothing can be decided", why=str(error))
        return None


async def _is_worth_looking(state: State, mirror: Mirror | None) -> bool:
    """Nothing is locked where all is as it was."""
    if mirror is None:
        return not state.mirrored and (state.moved or state.server_before is None)
    if state.server_before is None or state.moved or not state.mirrored:
        return True
    return await asyncio.to_thread(mirror.files.verdict, state.at) is not Verdict.SAME


async def _look(engine: AsyncEngine, mirror: Mirror | None, now_ms: int) -> IncarnationBegun | None:
    written: list[Link] = []
    begun = None
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        state = await _state(db)
        await (await driver_of(db)).execute(_NOTE_SERVER, state.server or state.server_before)
        said = [MOVED] if state.moved else []
        replayed = 0
        if mirror is not None:
            replayed = await _take_missing(db, mirror, state)
            begin_noting(db, mirror)
            if not state.mirrored and not replayed:
                written = await _begin_mirror(db, mirror)
        if replayed:
            said.append("the mirror goes on where the database ends")
        if said:
            lost = mirror is None or (not state.mirrored and not replayed)
            begun = await begin_incarnation(db, Found(tuple(said), replayed, lost), now_ms)
    if mirror is not None:
        for link in written:
            await mirror.confirm(link)
    return begun


async def _state(db: AsyncConnection) -> State:
    connection = await driver_of(db)
    row = await connection.fetchrow(_STATE)
    number = row["mirror_no"]
    at = Link(number, b"", row["mirror_hash"], True) if number else NONE_YET
    return State(at, number is not None, row["server"], await _server(connection))


async def _server(connection: Any) -> str | None:
    """None: it does not tell this user, or is not recovered yet."""
    try:
        async with connection.transaction():
            found: str | None = await connection.fetchval(_SERVER)
    except asyncpg.InsufficientPrivilegeError:
        return None
    return found


async def _take_missing(db: AsyncConnection, mirror: Mirror, state: State) -> int:
    """How many entries were. Raises MirrorBroken where the mirror is not this database's."""
    links = await asyncio.to_thread(mirror.files.links)
    compared = compare(state.at, links, moved=state.moved)
    if compared.verdict is Verdict.LACKING:
        raise MirrorBroken("it lacks what the database has put there: is its disk mounted")
    if compared.verdict is Verdict.FOREIGN:
        raise MirrorBroken("it is another database's")
    if compared.missing:
        await replay_mirror(db, mirror, compared.missing)
    return len(compared.missing)


async def _begin_mirror(db: AsyncConnection, mirror: Mirror) -> list[Link]:
    """A mirror begins with everything that there is; its entries are confirmed by the caller."""
    connection = await driver_of(db)
    await connection.execute(_BEGUN)
    office, links = public_half(mirror.key), []
    own = [
        (name, row["written"])
        for name in OWN
        for row in await connection.fetch(f'SELECT to_jsonb(t)::text AS written FROM "{name}" AS t')  # noqa: S608  our names
    ]
    links.append(await mirror.write(connection, Entry(office, own=tuple(own))))
    async for rows in _pages(connection, _DECISIONS):
        decisions = tuple(MirroredDecision(*row) for row in rows)
        links.append(await mirror.write(connection, Entry(office, decisions)))
    async for rows in _pages(connection, _PUBLISHED, MADE_OF_FACTS):
        together = uuid4()
        published = tuple(MirroredRow(together, *row) for row in rows)
        links.append(await mirror.write(connection, Entry(office, published=published)))
    return links


async def _pages(connection: Any, statement: str, *values: Any) -> AsyncIterator[list[Any]]:
    cursor = await connection.cursor(statement, *values)
    while rows := await cursor.fetch(AT_ONCE):
        yield rows
