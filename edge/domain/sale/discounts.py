"""Discounts by hand: what the request asks for, and how far it goes beyond an operator's limit.

A line's is taken off what the deals left of it, the basket's off what everything before left of its
lines (``sync/protocol/promotions/reduce.py``). What comes back and what is out of tax's scope
(deposits, stored value) bear none. A share that comes to less than half of a minor unit takes off
nothing; an amount takes off that amount, or is refused.

A role's limit is held against the receipt: as an amount, against all that was taken off it by hand;
as a rate, against the largest share that any line gives by hand, its own and the basket's together.
A rate counts as it was stated, an amount as the share that it is, rounded up.
"""

from collections.abc import Iterator, Sequence

from edge.domain.sale.basket import DiscountRequest, LineRequest, SaleRequest
from edge.domain.sale.pricing import Priced
from edge.domain.sale.refusals.discounts import (
    DiscountOnReturn,
    DiscountOutOfScope,
    DiscountTooLarge,
)
from sync.protocol.facts import Line, PriceModifier, TaxClass
from sync.protocol.identity import OperatorId
from sync.protocol.money import BASIS_POINTS
from sync.protocol.promotions.by_hand import BY_HAND, OFF_BASKET, OFF_LINE, ByHand, Discount

Modifiers = Sequence[PriceModifier]


def by_hand(request: SaleRequest, lines: Sequence[LineRequest], priced: Sequence[Priced]) -> ByHand:
    """``lines``: the sale lines of ``request``, ``priced`` each. Raises DiscountOnReturn,
    DiscountOutOfScope."""
    by = request.operator_id
    for line in request.lines:
        if line.discount is not None and line.is_return:
            raise DiscountOnReturn(field=_path(line))
    off, bears_none = {}, set()
    for index, (line, each) in enumerate(zip(lines, priced, strict=True)):
        if each.item.tax_class is TaxClass.OUT_OF_SCOPE:
            bears_none.add(index)
            if line.discount is not None:
                raise DiscountOutOfScope(each.item.name, field=_path(line))
        if line.discount is not None:
            off[index] = _discount(line.discount, by)
    of_basket = None if request.discount is None else _discount(request.discount, by)
    return ByHand(off, of_basket, bears_none)


def refuse_too_much(
    asked: ByHand, lines: Sequence[LineRequest], modifiers: Sequence[Modifiers], decimals: int
) -> None:
    """An amount comes off whole. Raises DiscountTooLarge."""
    for index, discount in asked.lines.items():
        taken = _taken(modifiers[index], OFF_LINE)
        if taken < discount.amount_minor:
            field = _path(lines[index])
            raise DiscountTooLarge(discount.amount_minor, taken, decimals, field=field)
    if asked.basket is not None:
        taken = sum(_taken(of_line, OFF_BASKET) for of_line in modifiers)
        if taken < asked.basket.amount_minor:
            raise DiscountTooLarge(asked.basket.amount_minor, taken, decimals, field="discount")


def taken_minor(lines: Sequence[Line]) -> int:
    """All that was taken off them by hand."""
    return -sum(each.amount_minor for each in _by_hand_of(lines))


def largest_rate_bp(request: SaleRequest, lines: Sequence[Line]) -> int:
    """The largest share that any of ``request``'s lines gives by hand."""
    sold = [line for line in lines if not line.is_return]
    of_lines = [_rate(request.lines[line.line_no - 1].discount, [line], OFF_LINE) for line in sold]
    borne = [line for line in sold if line.tax_class is not TaxClass.OUT_OF_SCOPE]
    line, basket = max(of_lines, default=0), _rate(request.discount, borne, OFF_BASKET)
    return line + basket - line * basket // BASIS_POINTS


def _rate(asked: DiscountRequest | None, lines: Sequence[Line], kind: str) -> int:
    if asked is None:
        return 0
    if asked.amount_minor is None:
        return asked.rate_bp or 0
    before = sum(_before(line, kind) for line in lines)
    return -(-asked.amount_minor * BASIS_POINTS // before) if before else 0


def _before(line: Line, kind: str) -> int:
    """What was left of a line before its discount of this kind, or is."""
    left = line.extended_minor
    for modifier in line.modifiers:
        if modifier.kind == kind:
            break
        left += modifier.amount_minor
    return left


def _by_hand_of(lines: Sequence[Line]) -> Iterator[PriceModifier]:
    for line in lines:
        yield from (each for each in line.modifiers if each.kind in BY_HAND)


def _taken(modifiers: Modifiers, kind: str) -> int:
    return -sum(each.amount_minor for each in modifiers if each.kind == kind)


def _discount(asked: DiscountRequest, by: OperatorId) -> Discount:
    return Discount(asked.rate_bp or 0, asked.amount_minor or 0, asked.reason, by)


def _path(line: LineRequest) -> str:
    return f"lines[{line.line_no - 1}].discount"
