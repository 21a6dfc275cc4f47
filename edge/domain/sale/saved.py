"""What a quote says beside its amounts: what was saved and by what, what almost applied, and what
became of the coupons that were shown."""

from collections.abc import Iterable, Sequence

import msgspec

from edge.domain.sale.priced_basket import PricedBasket, PricedLine
from edge.domain.sale.situation import Situation
from sync.protocol.facts import PriceModifier
from sync.protocol.facts.sale import PRICE_OVERRIDE
from sync.protocol.identity import PromotionId
from sync.protocol.promotions import almost as nearly
from sync.protocol.promotions.once import read_once, shown_key


class QuotedPromotion(msgspec.Struct, frozen=True):
    """A promotion that applied, and what it took off."""

    promotion_id: PromotionId
    name: str
    saved_minor: int


class QuotedAlmost(msgspec.Struct, frozen=True):
    """A promotion that lacks ``pieces`` more, or ``minor`` more of what it is about; the other is
    0."""

    promotion_id: PromotionId
    name: str
    pieces: int
    minor: int


class QuotedCoupon(msgspec.Struct, frozen=True):
    """``known``: a promotion in force takes this code; it saved ``saved_minor``, 0 where what it is
    about is not in the basket. ``to_ask_for``: it is good once, and this shop must ask head office
    for it before it may be used."""

    code: str
    known: bool
    saved_minor: int
    to_ask_for: bool = False


class Saved(msgspec.Struct, frozen=True):
    """``saved_minor``: by promotions, discounts and vouchers together; a price by hand is none.
    ``vouchers``: what each took off, in the order of the request."""

    saved_minor: int
    promotions: tuple[QuotedPromotion, ...]
    almost: tuple[QuotedAlmost, ...]
    coupons: tuple[QuotedCoupon, ...]
    vouchers: tuple[int, ...] = ()


NOTHING_SAVED = Saved(0, (), (), ())


def saved(coupons: Sequence[str], basket: PricedBasket, known: Situation) -> Saved:
    """Of a basket in which ``coupons`` were shown."""
    if basket.lowered is None and not coupons:
        return NOTHING_SAVED
    of_lines = [each for line in basket.sold for each in line.modifiers]
    modifiers = [each for each in of_lines if each.kind != PRICE_OVERRIDE]
    return Saved(
        _minor(modifiers),
        _promotions(basket.sold),
        _almost(basket, known),
        tuple(_coupon(code, modifiers, known) for code in coupons),
        () if basket.lowered is None else basket.lowered.reduced.vouchers,
    )


def _minor(modifiers: Iterable[PriceModifier]) -> int:
    return -sum([each.amount_minor for each in modifiers])


def _promotions(lines: Sequence[PricedLine]) -> tuple[QuotedPromotion, ...]:
    """In the order in which the basket's lines name them."""
    off: dict[PromotionId, int] = {}
    reasons: dict[PromotionId, str] = {}
    for line in lines:
        for each in line.modifiers:
            promotion_id = each.promotion_id
            if promotion_id is None:
                continue
            if promotion_id not in off:
                off[promotion_id], reasons[promotion_id] = 0, each.reason
            off[promotion_id] -= each.amount_minor
    return tuple([QuotedPromotion(one, reasons[one], minor) for one, minor in off.items()])


def _almost(basket: PricedBasket, known: Situation) -> tuple[QuotedAlmost, ...]:
    if basket.lowered is None:
        return ()
    lines, reduced = basket.lowered
    found = nearly.almost(lines, known.promotions, reduced)
    return tuple(QuotedAlmost(*each) for each in found)


def _coupon(code: str, modifiers: Sequence[PriceModifier], known: Situation) -> QuotedCoupon:
    number = read_once(code)
    of_code = [each for each in modifiers if each.coupon == (number or code)]
    to_ask_for = number is not None and number not in known.coupon_rights
    return QuotedCoupon(code, shown_key(code) in known.coupons, _minor(of_code), to_ask_for)
