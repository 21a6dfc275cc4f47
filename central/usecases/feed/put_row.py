"""Publishes one row as it shall be, if it is not so already."""

from enum import Enum, auto

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import lock_published, published_rows
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet


class Put(Enum):
    """What became of a row. SAME: it was so before, and nothing was published."""

    NEW = auto()
    CHANGED = auto()
    SAME = auto()


def became(before: object | None, after: object) -> Put:
    """``before`` None: there was none."""
    if before is None:
        return Put.NEW
    return Put.SAME if before == after else Put.CHANGED


async def put_row(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: DataSet,
    wanted: msgspec.Struct,
    scope: str = SHARED,
) -> Put:
    """Raises RowRefused and what else the set's rows are refused for."""
    await lock_published(db, company_id)
    key = ROWS[data_set].key_of(wanted)
    before = (await published_rows(db, company_id, data_set, scope, [key])).get(key)
    put = became(before, wanted)
    if put is not Put.SAME:
        await publish_rows(db, company_id, data_set, [wanted], scope)
    return put
