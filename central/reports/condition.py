"""How head office's database is, and how far its work has come: figures for whoever looks after it,
over all companies, or of one of them (``company_id``)."""

from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.mirror import NONE_YET, Link
from central.reports.in_use import IN_USE
from sync.protocol.identity import CompanyId

STORES_NAMED_MAX = 1_000

_SERVER = text(
    "SELECT current_setting('server_version') AS version,"
    " current_setting('server_version_num')::int AS number,"
    " current_setting('max_connections')::int AS connections_max,"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,"
    " (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,"
    " pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only,"
    " pg_database_size(current_database()) AS bytes"
)
_OF = "(CAST(:company_id AS uuid) IS NULL OR company_id = :company_id)"
_BACKLOG = text(
    f"""
SELECT coalesce(sum(watermark - applied_through), 0)::bigint AS unapplied,
    coalesce(sum(greatest(0, sender_seq - watermark)), 0)::bigint AS behind,
    count(*) FILTER (WHERE alarm IS NOT NULL) AS alarmed, count(*) AS streams
FROM stream WHERE {_OF}
"""  # noqa: S608 - constants
)
_ASIDE = text(
    f"""
SELECT q.state, count(*) FROM quarantine AS q LEFT JOIN store AS s USING (store_id)
WHERE {_OF} GROUP BY q.state ORDER BY q.state
"""  # noqa: S608 - constants
)
_WAITING = text(f"SELECT count(*) FROM publication WHERE {_OF}")  # noqa: S608 - constants
_FEEDS = text(
    f"SELECT count(*), coalesce(sum(head), 0)::bigint FROM feed WHERE {_OF}"  # noqa: S608 - constants
)
_AWAY = text(
    f"""
SELECT s.code, m.last_contact_ms FROM store AS s JOIN ({IN_USE}) AS m USING (store_id)
WHERE NOT s.retired AND coalesce(m.last_contact_ms, 0) < :before_ms
    AND (CAST(:company_id AS uuid) IS NULL OR s.company_id = :company_id)
ORDER BY m.last_contact_ms NULLS FIRST, s.code LIMIT :most
"""  # noqa: S608 - constants
)
_STORES = text("SELECT count(*) FROM store WHERE NOT retired")
_ALARMS = text(
    "SELECT kind, count(*) FROM alarm WHERE raised_at_ms > :since_ms GROUP BY kind ORDER BY kind"
)
_HEALTHS = text(
    f"SELECT health FROM ({IN_USE}) AS m"  # noqa: S608 - constants
    " WHERE health IS NOT NULL LIMIT :most"
)
_MIRRORED = text("SELECT mirror_no, mirror_hash FROM central_state WHERE one = 1")


class Server(NamedTuple):
    """The database's server. ``number``: its version as one figure; ``read_only``: it takes no
    changes (a standby); ``now_ms``: by its clock."""

    version: str
    number: int
    connections_max: int
    connections: int
    now_ms: int
    read_only: bool
    bytes: int


class Backlog(NamedTuple):
    """Over all epochs: ``unapplied`` events are here and not in the figures yet, ``behind`` are at
    boxes that stated them; ``alarmed`` epochs have an alarm."""

    unapplied: int
    behind: int
    alarmed: int
    streams: int


class Feeds(NamedTuple):
    """``waiting`` rows have no number yet; ``published``: numbers given so far, in all feeds."""

    feeds: int
    published: int
    waiting: int


class AwayStore(NamedTuple):
    """``last_contact_ms`` None: its box never called."""

    code: str
    last_contact_ms: int | None


async def server(db: AsyncConnection) -> Server:
    """As of this moment."""
    return Server(*(await db.execute(_SERVER)).one())


async def backlog(db: AsyncConnection, company_id: CompanyId | None = None) -> Backlog:
    """What is on its way."""
    return Backlog(*(await db.execute(_BACKLOG, {"company_id": company_id})).one())


async def set_aside(db: AsyncConnection, company_id: CompanyId | None = None) -> dict[str, int]:
    """Events that count nowhere for now, by why (``Quarantine.state``)."""
    return {row[0]: row[1] for row in await db.execute(_ASIDE, {"company_id": company_id})}


async def feeds(db: AsyncConnection, company_id: CompanyId | None = None) -> Feeds:
    """What was published, and what waits for the sequencer."""
    of = {"company_id": company_id}
    many, published = (await db.execute(_FEEDS, of)).one()
    return Feeds(many, published, await _count(db, _WAITING, of))


async def away_stores(
    db: AsyncConnection, before_ms: int, company_id: CompanyId | None = None
) -> tuple[AwayStore, ...]:
    """Stores whose box did not call since ``before_ms``, the longest away first."""
    asked = {"before_ms": before_ms, "most": STORES_NAMED_MAX, "company_id": company_id}
    rows = await db.execute(_AWAY, asked)
    return tuple(AwayStore(*row) for row in rows)


async def count_stores(db: AsyncConnection) -> int:
    """Those that were not given up."""
    return await _count(db, _STORES)


async def alarm_kinds(db: AsyncConnection, since_ms: int) -> dict[str, int]:
    """What head office itself noticed about stores since then, by kind."""
    return {row[0]: row[1] for row in await db.execute(_ALARMS, {"since_ms": since_ms})}


async def told_healths(db: AsyncConnection) -> tuple[bytes, ...]:
    """What each box said of itself last, as it came (``batch.Health``)."""
    return tuple(await db.scalars(_HEALTHS, {"most": STORES_NAMED_MAX}))


async def _count(db: AsyncConnection, statement: Any, of: dict[str, Any] | None = None) -> int:
    counted: int = await db.scalar(statement, of or {}) or 0
    return counted


async def mirrored_at(db: AsyncConnection) -> Link | None:
    """The last entry of the mirror by the database; None: there is no mirror."""
    row = (await db.execute(_MIRRORED)).one()
    if row.mirror_no is None:
        return None
    return Link(row.mirror_no, b"", row.mirror_hash, True) if row.mirror_no else NONE_YET
