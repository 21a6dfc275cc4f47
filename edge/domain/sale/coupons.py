"""Coupons that are good once: which of those that were shown may be used here, and what the receipt
takes for it (``sync/protocol/promotions/once.py``)."""

from collections.abc import Collection, Iterable, Sequence

from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.refusals.coupons import CouponNotHere
from edge.domain.sale.situation import CouponRights, Situation
from sync.protocol.cards import last_of
from sync.protocol.facts import Line, RightTaken
from sync.protocol.promotions.once import read_once


def numbers_of(coupons: Iterable[str]) -> set[str]:
    """Those of them that are good once."""
    return {number for number in map(read_once, coupons) if number is not None}


def may_use(coupon: str, here: Collection[str]) -> bool:
    """Whether a coupon may lower a price; ``here``: the numbers that may be used."""
    return coupon in here or read_once(coupon) is None


def refuse_not_here(asked: SaleRequest, known: Situation) -> None:
    """Raises CouponNotHere."""
    for number in sorted(numbers_of(asked.coupons) - known.coupon_rights.keys()):
        raise CouponNotHere(last_of(number))


def take_coupons(lines: Sequence[Line], rights: CouponRights) -> tuple[RightTaken, ...]:
    """Of the coupons for which something came off; the others stay good."""
    if not rights:
        return ()
    used = {modifier.coupon for line in lines for modifier in line.modifiers}
    return tuple(right for number, right in rights.items() if number in used and right is not None)
