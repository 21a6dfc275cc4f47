"""Coupons that are good once, by the batches that they were made in: how many were used, and how
many a shop may still take without asking."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.once import picture_of

_BATCHES = """
SELECT c.batch, c.promotion_id, c.decided_by, count(*),
    coalesce(sum(a.spent - a.earned), 0)::bigint, coalesce(sum(a.granted), 0)::bigint
FROM coupon AS c LEFT JOIN right_account AS a
    ON a.company_id = c.company_id AND a.kind = $2 AND a.account_id = c.account_id
WHERE c.company_id = $1 GROUP BY 1, 2, 3 ORDER BY 1
"""


class BatchOfCoupons(NamedTuple):
    """``made`` of them, ``used`` by receipts that are here and were not voided; ``at_shops``: where
    a shop may take them that has not given them back."""

    batch: int
    promotion_id: str
    decided_by: str
    made: int
    used: int
    at_shops: int

    @property
    def picture(self) -> str:
        """How its numbers begin."""
        return picture_of(self.batch)


async def batches_of_coupons(
    db: AsyncConnection, company_id: CompanyId
) -> tuple[BatchOfCoupons, ...]:
    """The first made first."""
    rows = await (await driver_of(db)).fetch(_BATCHES, company_id, RightKind.COUPON.value)
    return tuple(BatchOfCoupons(*row) for row in rows)
