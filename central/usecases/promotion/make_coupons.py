"""Makes coupons that are good once: a batch of numbers for a promotion, which asks for one of them
from then on. Whoever makes them is given the numbers, and nobody keeps them."""

import secrets
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.decisions import lock_decisions
from central.db.engine import driver_of
from central.domain.coupons import CouponsMade
from central.usecases.decision.decide import decide
from central.usecases.feed.put_row import put_row
from central.usecases.feed.read_published import lock_published
from central.usecases.promotion.set import promotion_of_company
from sync.protocol.cards import account_of
from sync.protocol.errors import InvalidField
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.conditions import NAMED_MAX
from sync.protocol.promotions.once import BATCH_MAX, RANDOM, once_number, picture_of
from sync.protocol.reference import DataSet, PublishedPromotion

PIECES_MAX = 10_000
"""Of one batch."""
_LAST = "SELECT coalesce(max(batch), 0) FROM coupon WHERE company_id = $1"


class CouponBatch(NamedTuple):
    """``numbers`` in the order of their digits; ``promotion`` as it is published from now on."""

    batch: int
    numbers: tuple[str, ...]
    promotion: PublishedPromotion


async def make_coupons(
    db: AsyncConnection,
    company_id: CompanyId,
    promotion_id: str,
    pieces: int,
    who: str,
    now_ms: int,
) -> CouponBatch:
    """Raises NotFound, InvalidField."""
    if not 1 <= pieces <= PIECES_MAX:
        raise InvalidField(
            f"pieces: they must be from 1 to {PIECES_MAX:,} in a batch.",
            field="pieces",
            remedy="Make more of them by further batches.",
        )
    await lock_decisions(db)
    await lock_published(db, company_id)
    before = await promotion_of_company(db, company_id, promotion_id)
    batch = await (await driver_of(db)).fetchval(_LAST, company_id) + 1
    coupons = before.condition.coupons
    if batch > BATCH_MAX or len(coupons) >= NAMED_MAX:
        raise InvalidField(
            f"promotion_id: {promotion_id} asks for {len(coupons)} coupons, and batch {batch:,}"
            f" would be next; {NAMED_MAX} and {BATCH_MAX:,} are the most.",
            field="promotion_id",
            remedy="Make them for another promotion.",
        )
    drawn = _draw(pieces)
    numbers = tuple(once_number(batch, one) for one in drawn)
    accounts = tuple(account_of(company_id, number) for number in numbers)
    await decide(db, company_id, [CouponsMade(batch, before.promotion_id, accounts, who)], now_ms)
    condition = replace(before.condition, coupons=(*coupons, picture_of(batch)))
    wanted = replace(before, condition=condition)
    await put_row(db, company_id, DataSet.PROMOTIONS, wanted)
    return CouponBatch(batch, numbers, wanted)


def _draw(pieces: int) -> list[int]:
    """Different ones, lesser first."""
    drawn: set[int] = set()
    while len(drawn) < pieces:
        drawn.add(secrets.randbelow(RANDOM))
    return sorted(drawn)
