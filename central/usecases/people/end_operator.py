"""Lists a company's operators as they were published last, and lets one work no more."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_published import published_rows
from sync.protocol.errors import NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet, Operator


async def list_operators(db: AsyncConnection, company_id: CompanyId) -> tuple[Operator, ...]:
    """By id, also those who work no more."""
    return tuple((await published_rows(db, company_id, DataSet.OPERATORS)).values())


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
    if await published_rows(db, company_id, DataSet.CREDENTIALS, keys=[operator_id]):
        gone = PublishedRow(operator_id, None)
        await publish(db, company_id, DataSet.CREDENTIALS, SHARED, [gone])
    return found
