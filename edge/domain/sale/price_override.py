"""A price that the operator sets in place of the one in force, and how far it goes beyond a limit.

The line goes on saying what the item costs; what the price by hand changes of it is the line's
first modifier (``price_override``), above zero where it became dearer. Promotions leave the line
alone; what is taken off by hand comes on top, and counts against the limit for discounts. What
comes back, what is out of tax's scope (deposits, stored value) and a price that is typed anyway
(open price) are not overridden. A price that is in force already overrides nothing.

A role's limit is held against the receipt: as an amount, against all that its prices by hand
changed; as a rate, against the largest share of its price that any line was changed by, rounded up.
"""

from collections.abc import Iterator, Sequence

from edge.domain.sale.basket import LineRequest, PriceOverrideRequest, SaleRequest
from edge.domain.sale.pricing import Priced
from edge.domain.sale.refusals.price_overrides import (
    PriceOverrideOnReturn,
    PriceOverrideOutOfScope,
    PriceSetTwice,
)
from edge.domain.sale.refusals.prices import AmountIsNothing, AmountTooLarge
from sync.protocol.facts import Line, PriceModifier, TaxClass
from sync.protocol.facts.sale import PRICE_OVERRIDE
from sync.protocol.money import BASIS_POINTS, MINOR_MAX, extend


def price_overrides(
    request: SaleRequest, lines: Sequence[LineRequest], priced: Sequence[Priced], decimals: int
) -> dict[int, PriceModifier]:
    """By index, what prices by hand change of the sale ``lines`` of ``request``, ``priced`` each.

    Raises PriceOverrideOnReturn, PriceOverrideOutOfScope, PriceSetTwice, AmountIsNothing,
    AmountTooLarge."""
    wanted = [line for line in request.lines if line.price_override is not None]
    for line in wanted:
        if line.is_return:
            raise PriceOverrideOnReturn(field=_path(line))
    if not wanted:
        return {}
    changed = {}
    for index, (line, each) in enumerate(zip(lines, priced, strict=True)):
        if (asked := line.price_override) is not None:
            extended = _extended(line, asked, each, decimals)
            if off := extended - each.extended_minor:
                by = request.operator_id
                changed[index] = PriceModifier(PRICE_OVERRIDE, off, asked.reason, operator_id=by)
    return changed


def _extended(line: LineRequest, asked: PriceOverrideRequest, priced: Priced, decimals: int) -> int:
    """The price that was set x the quantity; of a pack, x the packs."""
    name = priced.item.name
    if priced.item.tax_class is TaxClass.OUT_OF_SCOPE:
        raise PriceOverrideOutOfScope(name, field=_path(line))
    if line.unit_price_minor is not None:
        raise PriceSetTwice(name, field=_path(line))
    quantity = line.quantity_milli if priced.label.pack else priced.quantity_milli
    extended = extend(asked.unit_price_minor, quantity)
    if extended == 0 and asked.unit_price_minor > 0:
        raise AmountIsNothing(name, priced.quantity_milli, field=_path(line))
    if extended > MINOR_MAX:
        raise AmountTooLarge(extended, decimals, field=_path(line))
    return extended


def changed_minor(lines: Sequence[Line]) -> int:
    """All that prices by hand changed, up or down."""
    return sum(abs(modifier.amount_minor) for _, modifier in _overridden(lines))


def largest_rate_bp(lines: Sequence[Line]) -> int:
    """The largest share of its price that any line was changed by, the whole price at most."""
    return max((_rate(line, modifier) for line, modifier in _overridden(lines)), default=0)


def _rate(line: Line, modifier: PriceModifier) -> int:
    if line.extended_minor == 0:
        return BASIS_POINTS
    return min(BASIS_POINTS, -(-abs(modifier.amount_minor) * BASIS_POINTS // line.extended_minor))


def _overridden(lines: Sequence[Line]) -> Iterator[tuple[Line, PriceModifier]]:
    for line in lines:
        for modifier in line.modifiers:
            if modifier.kind == PRICE_OVERRIDE:
                yield line, modifier


def _path(line: LineRequest) -> str:
    return f"lines[{line.line_no - 1}].price_override"
