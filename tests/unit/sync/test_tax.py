"""Tax lines: one figure per class and rate, sale and return lines apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.money import included_tax, split
from sync.protocol.poslog import RetailTransaction, TaxClass, TaxLine, tax_lines
from tests.strategies import sales
from tests.unit.sync.test_facts import line, returned


def test_returns_stand_apart_from_sales_of_the_same_rate() -> None:
    reduced = line(3, tax_class=TaxClass.REDUCED, tax_rate_bp=500, tax_minor=52)
    assert tax_lines((line(1), returned(2), reduced)) == (
        TaxLine(TaxClass.REDUCED, 500, 1_090, 52, False),
        TaxLine(TaxClass.STANDARD, 900, 1_090, 90, False),
        TaxLine(TaxClass.STANDARD, 900, -1_090, -90, True),
    )


@given(sales(), st.randoms())
def test_the_order_of_lines_changes_no_tax(receipt: RetailTransaction, random: object) -> None:
    backward = tuple(reversed(receipt.lines))
    assert tax_lines(backward) == receipt.taxes


@given(sales())
def test_tax_lines_add_up_to_the_lines(receipt: RetailTransaction) -> None:
    assert sum(tax.tax_minor for tax in receipt.taxes) == sum(
        one.tax_minor for one in receipt.lines
    )
    assert sum(tax.taxable_minor for tax in receipt.taxes) == sum(
        one.amount_minor for one in receipt.lines
    )


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.integers(0, 10_000))
def test_a_lines_share_of_tax_is_off_by_less_than_one_from_its_own(
    amounts: list[int], rate: int
) -> None:
    total = included_tax(sum(amounts), rate)
    for amount, share in zip(amounts, split(total, amounts), strict=True):
        assert 0 <= share <= amount
        assert abs(Fraction(amount * rate, 10_000 + rate) - share) < Fraction(3, 2)
