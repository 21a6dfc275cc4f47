"""Gives points of customers to stores' epochs: decided, counted and published as one thing."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.decisions import GrantIssued
from central.usecases.decision.decide import decide
from central.usecases.feed.publish import PublishedRow, publish
from sync.protocol.change import Epoch
from sync.protocol.codec import encode
from sync.protocol.feeds import scope_of
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.reference import DataSet, Grant


class Part(NamedTuple):
    """So many of a customer's points for one epoch of a store."""

    store_id: StoreId
    epoch: Epoch
    customer_id: CustomerId
    points: int


async def give_points(
    db: AsyncConnection, company_id: CompanyId, parts: Sequence[Part], now_ms: int
) -> None:
    """Each part is a grant of its own. The accounts are held, and have as much."""
    given = [(one, Grant(uuid4(), one.customer_id, one.points, one.epoch.number)) for one in parts]
    issued = [
        GrantIssued(one.store_id, one.epoch.number, grant, one.epoch.fingerprint)
        for one, grant in given
    ]
    await decide(db, company_id, issued, now_ms)
    for store_id in sorted({one.store_id for one in parts}):
        rows = [
            PublishedRow(str(grant.grant_id), encode(grant))
            for one, grant in given
            if one.store_id == store_id
        ]
        scope = scope_of(DataSet.GRANTS, store_id, "")
        await publish(db, company_id, DataSet.GRANTS, scope, rows)
