"""Lists a company's operators as they were published last, and lets one work no more.

What waits for its number counts already: it is what the shops take next.
"""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.usecases.feed.publish_reference import publish_rows
from sync.protocol.codec import decode
from sync.protocol.errors import NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, Operator

OPERATORS_MAX = 100_000
_PUBLISHED = """
SELECT DISTINCT ON (key) key, body FROM (
    SELECT key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2 AND scope = $3
    UNION ALL SELECT key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2 AND scope = $3
) AS published ORDER BY key, waiting_no DESC LIMIT $4
"""


async def list_operators(db: AsyncConnection, company_id: CompanyId) -> tuple[Operator, ...]:
    """By id, also those who work no more."""
    rows = await (await driver_of(db)).fetch(
        _PUBLISHED, company_id, DataSet.OPERATORS.value, SHARED, OPERATORS_MAX
    )
    return tuple(decode(Operator, row["body"]) for row in rows if row["body"] is not None)


async def end_operator(db: AsyncConnection, company_id: CompanyId, operator_id: str) -> Operator:
    """The operator may work at no store from its next pull on; as published before. Raises
    NotFound."""
    held = {str(one.operator_id): one for one in await list_operators(db, company_id)}
    found = held.get(operator_id)
    if found is None:
        raise NotFound(
            f"There is no operator {operator_id}.",
            field="operator_id",
            remedy="See who there is with `central operator list`.",
        )
    if found.active:
        ended = msgspec.structs.replace(found, active=False)
        await publish_rows(db, company_id, DataSet.OPERATORS, [ended])
    return found
