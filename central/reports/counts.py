"""How much stands in head office's database: figures for support, nothing of what they count."""

from collections import Counter
from collections.abc import Collection
from typing import Any, get_args

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.epoch import EpochState
from sync.program.bundle import known
from sync.protocol.facts import AlarmKind, AnyFact
from sync.protocol.reference import DataSet

KINDS = frozenset(fact.KIND.kind for fact in get_args(AnyFact))
STATES = ("error", "waiting", "parked")
STREAMS_MAX = 10_000

_STEP = text("SELECT version_num FROM alembic_version")
_TABLES = text(
    "SELECT relname, greatest(0, reltuples)::bigint, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY 1"
)
_STREAMS = text(
    "SELECT store_id::text, epoch_number, watermark,"
    " CASE WHEN length(head_hash) = 32 THEN encode(head_hash, 'hex') END, sender_seq,"
    " applied_through, state, provisional, last_contact_ms, alarm IS NOT NULL"
    " FROM stream ORDER BY 1, 2, encode(epoch_fingerprint, 'hex') LIMIT :most"
)
_STREAM_NAMES = (
    *("store_id", "epoch", "watermark", "head_hash", "sender_seq"),
    *("applied_through", "state", "provisional", "last_contact_ms", "alarmed"),
)
_KINDS = text("SELECT kind, count(*) FROM raw_event GROUP BY 1")
_ASIDE = text("SELECT state, count(*) FROM quarantine GROUP BY 1")
_ALARMS = text("SELECT kind, count(*) FROM alarm GROUP BY 1")
_FEEDS = text("SELECT data_set, head FROM feed ORDER BY company_id, data_set, scope")


async def schema_step(db: AsyncConnection) -> str:
    """The step of the schema, in digits."""
    found = str(await db.scalar(_STEP))
    return known(found, (found,) if found.isdigit() else ())


async def table_counts(db: AsyncConnection) -> dict[str, dict[str, int]]:
    """Of every table: about how many rows, and bytes with its indexes."""
    return {row[0]: {"rows": row[1], "bytes": row[2]} for row in await db.execute(_TABLES)}


async def stream_figures(db: AsyncConnection) -> list[dict[str, Any]]:
    """Where each epoch of each store stands."""
    rows = await db.execute(_STREAMS, {"most": STREAMS_MAX})
    found = (dict(zip(_STREAM_NAMES, row, strict=True)) for row in rows)
    return [{**one, "state": known(one["state"], tuple(EpochState))} for one in found]


async def kind_counts(db: AsyncConnection) -> dict[str, int]:
    """Events by kind."""
    return await _counted(db, _KINDS, KINDS)


async def aside_counts(db: AsyncConnection) -> dict[str, int]:
    """Events that are set aside, by why."""
    return await _counted(db, _ASIDE, STATES)


async def alarm_counts(db: AsyncConnection) -> dict[str, int]:
    """What head office noticed, by kind."""
    return await _counted(db, _ALARMS, tuple(AlarmKind))


async def feed_figures(db: AsyncConnection) -> list[tuple[str, int]]:
    """Each feed's data set and head."""
    return [(known(row[0], tuple(DataSet)), row[1]) for row in await db.execute(_FEEDS)]


async def _counted(db: AsyncConnection, statement: Any, words: Collection[str]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for word, many in await db.execute(statement):
        counted[known(word, words)] += many
    return dict(counted)
