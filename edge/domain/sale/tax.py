"""Tax of the sale lines: once per class and rate over the receipt's sum, cut to the lines.

IRAS accepts tax on the receipt's sum; the sum per rate is rounded once, and its lines' shares add
up to it (money.py). Return lines do not come here: they mirror their original's share.
"""

from collections.abc import Mapping, Sequence

from edge.domain.sale.refusals.prices import TaxRateMissing
from edge.domain.sale.situation import RateInForce
from sync.protocol.facts import TaxClass
from sync.protocol.money import added_tax, included_tax, split

NO_TAX = RateInForce(0, 0)
UNTAXED = frozenset({TaxClass.ZERO, TaxClass.EXEMPT, TaxClass.OUT_OF_SCOPE})
"""Classes that carry no tax by their meaning: a rate need not be published for them."""


def rate_of(tax_class: TaxClass, rates: Mapping[TaxClass, RateInForce], path: str) -> RateInForce:
    """The rate in force; none for what is out of scope, whatever is published for that class.
    Raises TaxRateMissing."""
    rate = NO_TAX if tax_class is TaxClass.OUT_OF_SCOPE else rates.get(tax_class)
    if rate is not None:
        return rate
    if tax_class in UNTAXED:
        return NO_TAX
    raise TaxRateMissing(tax_class, field=path)


def cut_tax(
    amounts: Sequence[int], rates: Sequence[tuple[TaxClass, int]], *, included: bool
) -> tuple[int, ...]:
    """Each line's tax. ``amounts`` (>= 0) and ``rates`` (class and basis points) are the lines'."""
    rule = included_tax if included else added_tax
    taxes = [0] * len(amounts)
    groups: dict[tuple[TaxClass, int], list[int]] = {}
    for index, rate in enumerate(rates):
        groups.setdefault(rate, []).append(index)
    for (_, rate_bp), members in groups.items():
        if rate_bp == 0:
            continue
        weights = [amounts[index] for index in members]
        for index, tax in zip(members, split(rule(sum(weights), rate_bp), weights), strict=True):
            taxes[index] = tax
    return tuple(taxes)


def cut_by_mode(
    amounts: Sequence[int], rates: Sequence[tuple[TaxClass, int]], modes: Sequence[bool]
) -> tuple[int, ...]:
    """Each line's tax; ``modes``: whether its amount includes it. Lines of one price book may, and
    those at the store's own prices not."""
    if len(set(modes)) <= 1:
        return cut_tax(amounts, rates, included=all(modes))
    taxes = [0] * len(amounts)
    for included in (True, False):
        members = [index for index, mode in enumerate(modes) if mode is included]
        of_mode = [amounts[index] for index in members], [rates[index] for index in members]
        for index, tax in zip(members, cut_tax(*of_mode, included=included), strict=True):
            taxes[index] = tax
    return tuple(taxes)
