"""Coupons that are good once, as head office decides on them."""

from uuid import UUID

import msgspec

from sync.protocol.identity import PromotionId


class CouponsMade(msgspec.Struct, frozen=True, array_like=True):
    """Coupons that are good once were made for a promotion, a batch of them: the account of each
    (``cards.account_of``), whose balance is 1. Nobody keeps their numbers."""

    batch: int
    promotion_id: PromotionId
    account_ids: tuple[UUID, ...]
    decided_by: str
