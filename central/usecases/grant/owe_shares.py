"""Notes that what may be given of customers' points is to be looked at again, in the unit of work
that is the cause: their records are one person's from now on, or are not any more."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.projections.write import OWE_SHARES
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId, CustomerId


async def owe_shares(
    db: AsyncConnection, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> None:
    """Whoever looks next gives what is free of them ahead."""
    ids = sorted(customer_ids)
    if ids:
        count = len(ids)
        kinds = [RightKind.POINTS.value] * count
        await (await driver_of(db)).execute(OWE_SHARES, [company_id] * count, kinds, ids)
