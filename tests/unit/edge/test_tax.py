"""Tax once per class and rate over the receipt, cut to its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.sale.refusals.prices import TaxRateMissing
from edge.domain.sale.situation import RateInForce
from edge.domain.sale.tax import NO_TAX, cut_tax, rate_of
from sync.protocol.facts import TaxClass
from sync.protocol.money import added_tax, included_tax
from tests.builders import RATES

STANDARD, ZERO, EXEMPT = TaxClass.STANDARD, TaxClass.ZERO, TaxClass.EXEMPT


@pytest.mark.parametrize(
    ("amounts", "rates", "included", "taxes"),
    [
        # One line: 9 % inside 109.00 is 9.00.
        ([10900], [(STANDARD, 900)], True, (900,)),
        ([10900], [(STANDARD, 900)], False, (981,)),
        # Three lines of 0.05: each alone would be 0; the sum of 0.15 holds 0.01, the first gets it.
        ([5, 5, 5], [(STANDARD, 900)] * 3, True, (1, 0, 0)),
        # Mixed rates never meet.
        ([1090, 1000, 545], [(STANDARD, 900), (ZERO, 0), (STANDARD, 900)], True, (90, 0, 45)),
        ([1175, 1200], [(STANDARD, 1750), (TaxClass.REDUCED, 2000)], True, (175, 200)),
        # One rate in two classes is two groups.
        ([5, 5], [(STANDARD, 900), (TaxClass.REDUCED, 900)], True, (0, 0)),
        ([0, 0], [(STANDARD, 900)] * 2, True, (0, 0)),
        ([], [], True, ()),
    ],
)
def test_tax_of_the_sum_is_cut_to_lines(
    amounts: list[int],
    rates: list[tuple[TaxClass, int]],
    included: bool,
    taxes: tuple[int, ...],
) -> None:
    assert cut_tax(amounts, rates, included=included) == taxes


@given(
    lines=st.lists(
        st.tuples(st.integers(0, 10**9), st.sampled_from([(STANDARD, 900), (ZERO, 0)])),
        max_size=30,
    ),
    included=st.booleans(),
)
def test_the_lines_add_up_to_the_rate_on_the_sum_and_none_is_off_by_a_cent(
    lines: list[tuple[int, tuple[TaxClass, int]]], included: bool
) -> None:
    taxes = cut_tax([a for a, _ in lines], [rate for _, rate in lines], included=included)
    rule = included_tax if included else added_tax
    for group in {rate for _, rate in lines}:
        members = [(a, t) for (a, rate), t in zip(lines, taxes, strict=True) if rate == group]
        assert sum(t for _, t in members) == rule(sum(a for a, _ in members), group[1])
        assert all(abs(t - rule(a, group[1])) <= 1 for a, t in members)


def test_a_class_without_a_published_rate_is_refused_unless_it_means_no_tax() -> None:
    assert rate_of(STANDARD, RATES, "lines[0]") == RateInForce(900, 7)
    for untaxed in (ZERO, EXEMPT, TaxClass.OUT_OF_SCOPE):
        assert rate_of(untaxed, {}, "lines[0]") == NO_TAX
    with pytest.raises(TaxRateMissing) as refused:
        rate_of(TaxClass.REDUCED, RATES, "lines[0]")
    assert refused.value.field == "lines[0]"
