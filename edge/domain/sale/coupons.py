"""Coupons that are good once: which of those that were shown may be used here, what the receipt
takes for it, and what its void gives again (``sync/protocol/promotions/once.py``)."""

from collections.abc import Collection, Iterable, Sequence

from edge.domain.sale.basket import SaleRequest
from edge.domain.sale.refusals.coupons import CouponNotHere
from edge.domain.sale.refusals.lines import TooManyLines
from edge.domain.sale.situation import CouponRights, Situation
from sync.protocol.cards import last_of
from sync.protocol.facts import LINES_MAX, Line, RightGiven, RightTaken
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


def give_again(known: Situation, lines: int, tenders: int) -> tuple[RightGiven, ...]:
    """Those that the voided receipt used up, each born anew behind the void's tenders: the right
    that was taken stays used, as head office counts it. Raises TooManyLines."""
    if not known.paid.coupons:
        return ()
    places = range(lines + tenders + 1, lines + tenders + 1 + len(known.paid.coupons))
    if places[-1] > LINES_MAX:
        raise TooManyLines(lines)
    return tuple(
        RightGiven(one.kind, one.account_id, place, 1)
        for one, place in zip(known.paid.coupons, places, strict=True)
    )
