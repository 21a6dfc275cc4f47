"""Tax lines: one figure per class and rate, sale and return lines apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.facts import RetailTransaction, TaxClass, TaxLine, tax_lines
from sync.protocol.money import included_tax, split
from tests.strategies import sales
from tests.unit.sync.test_facts import line, returned


def test_returns_stand_apart_from_sales_of_the_same_rate() -> None:
    reduced = line(3, tax_class=TaxClass.REDUCED, tax_rate_bp=500, tax_minor=52)
    assert tax_lines((line(1), returned(2), reduced)) == (
        TaxLine(TaxClass.REDUCED, 500, True, 1_038, 52, False),
        TaxLine(TaxClass.STANDARD, 900, True, 1_000, 90, False),
        TaxLine(TaxClass.STANDARD, 900, True, -1_000, -90, True),
    )


def test_a_base_is_net_of_tax_in_either_mode() -> None:
    """A15: two items of 10.90 with 9 % inside, or of 10.00 with 9 % on top, have one base."""
    inside = (line(1), line(2))
    on_top = tuple(line(n, amount=1_000, tax_minor=90, tax_included=False) for n in (1, 2))
    for lines in (inside, on_top):
        (tax,) = tax_lines(lines)
        assert (tax.net_minor, tax.tax_minor) == (2_000, 180)


def test_what_is_out_of_scope_is_in_no_tax_line() -> None:
    """A15: a gift card that is sold enters no tax figure."""
    gift = line(2, tax_class=TaxClass.OUT_OF_SCOPE, tax_rate_bp=0, tax_minor=0)
    assert tax_lines((line(1), gift)) == tax_lines((line(1),))
    assert tax_lines((gift,)) == ()


@given(sales(), st.randoms())
def test_the_order_of_lines_changes_no_tax(receipt: RetailTransaction, random: object) -> None:
    backward = tuple(reversed(receipt.lines))
    assert tax_lines(backward) == receipt.taxes


@given(sales())
def test_tax_lines_add_up_to_the_lines(receipt: RetailTransaction) -> None:
    assert sum(tax.tax_minor for tax in receipt.taxes) == sum(
        one.tax_minor for one in receipt.lines
    )
    assert sum(tax.net_minor for tax in receipt.taxes) == sum(
        one.amount_minor - (one.tax_minor if one.tax_included else 0)
        for one in receipt.lines
        if one.tax_class is not TaxClass.OUT_OF_SCOPE
    )


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.integers(0, 10_000))
def test_a_lines_share_of_tax_is_off_by_less_than_one_from_its_own(
    amounts: list[int], rate: int
) -> None:
    total = included_tax(sum(amounts), rate)
    for amount, share in zip(amounts, split(total, amounts), strict=True):
        assert 0 <= share <= amount
        assert abs(Fraction(amount * rate, 10_000 + rate) - share) < Fraction(3, 2)
