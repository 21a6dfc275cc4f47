"""What a company published last of a data set. What waits for its number counts already: it is what
the shops take next."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.codec import decode
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet

ROWS_MAX = 100_000
"""More are never read at once: items and prices have tables of their own (db/catalogue.py)."""
_LOCK = "SELECT 1 FROM company WHERE company_id = $1 FOR NO KEY UPDATE"
_PLACED = """
SELECT DISTINCT ON (key, scope) scope, key, body FROM (
    SELECT scope, key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2 AND ($3::text[] IS NULL OR key = ANY($3))
    UNION ALL SELECT scope, key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2 AND ($3::text[] IS NULL OR key = ANY($3))
) AS published ORDER BY key, scope, waiting_no DESC LIMIT $4
"""
_PUBLISHED = """
SELECT DISTINCT ON (key) key, body FROM (
    SELECT key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND ($4::text[] IS NULL OR key = ANY($4))
    UNION ALL SELECT key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND ($4::text[] IS NULL OR key = ANY($4))
) AS published ORDER BY key, waiting_no DESC LIMIT $5
"""


async def published_rows(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    scope: str = SHARED,
    keys: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The set's structs by key, in the order of keys; ``keys`` None: all. What was taken away is
    not there."""
    named = None if keys is None else sorted(keys)
    found = await (await driver_of(db)).fetch(
        _PUBLISHED, company_id, data_set.value, scope, named, ROWS_MAX
    )
    struct = ROWS[data_set].struct
    return {row["key"]: decode(struct, row["body"]) for row in found if row["body"] is not None}


async def published_anywhere(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    keys: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The same of a set whose rows stand each in one scope or another."""
    named = None if keys is None else sorted(keys)
    found = await (await driver_of(db)).fetch(_PLACED, company_id, data_set.value, named, ROWS_MAX)
    struct = ROWS[data_set].struct
    return {row["key"]: decode(struct, row["body"]) for row in found if row["body"] is not None}


async def lock_published(db: AsyncConnection, company_id: CompanyId) -> None:
    """Until the unit of work ends nobody else who asks for this publishes for the company: what is
    read now and published changed has lost nothing of what another changed."""
    await (await driver_of(db)).execute(_LOCK, company_id)
