"""Money: integers only, rounded once, cut so that the parts add up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.money import (
    MINOR_MAX,
    QUANTITY_MILLI_MAX,
    CashRounding,
    added_tax,
    divide_half_up,
    extend,
    format_minor,
    included_tax,
    round_cash,
    share_through,
    split,
)

amounts = st.integers(-MINOR_MAX, MINOR_MAX)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 3), (-5, 2, -3), (4, 2, 2), (1, 3, 0), (2, 3, 1), (-1, 3, 0), (5, -2, -3), (0, 7, 0)],
)
def test_half_goes_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert divide_half_up(numerator, denominator) == expected


@given(st.integers(), st.integers(-(10**6), 10**6).filter(bool))
def test_rounding_is_symmetric_and_off_by_at_most_half(numerator: int, denominator: int) -> None:
    rounded = divide_half_up(numerator, denominator)
    assert divide_half_up(-numerator, denominator) == -rounded
    assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)


def test_a_division_by_zero_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        divide_half_up(1, 0)


@pytest.mark.parametrize(
    ("price", "quantity", "expected"),
    [(399, 755, 301), (399, -755, -301), (100, 1_000, 100), (1, 499, 0), (1, 500, 1)],
)
def test_a_price_times_a_quantity_is_rounded_once(price: int, quantity: int, expected: int) -> None:
    assert extend(price, quantity) == expected


@pytest.mark.parametrize(
    ("amount", "rate", "included", "added"),
    [
        (10_900, 900, 900, 981),
        (100, 900, 8, 9),
        (-100, 900, -8, -9),
        (100, 0, 0, 0),
        (5, 1_750, 1, 1),
    ],
)
def test_tax_in_and_on_an_amount(amount: int, rate: int, included: int, added: int) -> None:
    assert (included_tax(amount, rate), added_tax(amount, rate)) == (included, added)


@given(amounts, st.integers(0, 10_000))
def test_tax_of_a_return_mirrors_tax_of_its_sale(amount: int, rate: int) -> None:
    assert included_tax(-amount, rate) == -included_tax(amount, rate)
    assert added_tax(-amount, rate) == -added_tax(amount, rate)


@given(amounts, st.integers(-QUANTITY_MILLI_MAX, QUANTITY_MILLI_MAX))
def test_a_return_of_a_quantity_mirrors_its_sale(price: int, quantity: int) -> None:
    assert extend(price, -quantity) == -extend(price, quantity)


@given(amounts, weights)
def test_parts_add_up_and_are_off_by_less_than_one(total: int, given_weights: list[int]) -> None:
    parts = split(total, given_weights)
    assert sum(parts) == total
    assert len(parts) == len(given_weights)
    whole = sum(given_weights)
    for part, weight in zip(parts, given_weights, strict=True):
        if whole:
            assert abs(Fraction(total * weight, whole) - part) < 1


@given(amounts, weights)
def test_a_part_without_weight_gets_nothing(total: int, given_weights: list[int]) -> None:
    parts = split(total, [*given_weights, 1])
    for part, weight in zip(parts, given_weights, strict=False):
        assert weight or part == 0


@given(amounts, weights)
def test_parts_of_a_refund_mirror_the_parts_of_the_sale(
    total: int, given_weights: list[int]
) -> None:
    assert split(-total, given_weights) == tuple(-part for part in split(total, given_weights))


@pytest.mark.parametrize(
    ("total", "given_weights", "expected"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (-100, [1, 1, 1], (-34, -33, -33)),
        (2, [1, 1, 1], (1, 1, 0)),
        (7, [0, 0], (7, 0)),
        (0, [], ()),
        (1, [1, 2], (0, 1)),
    ],
)
def test_ties_go_to_the_first(
    total: int, given_weights: list[int], expected: tuple[int, ...]
) -> None:
    assert split(total, given_weights) == expected


@pytest.mark.parametrize(("total", "given_weights"), [(1, []), (1, [-1, 2])])
def test_what_cannot_be_cut_is_refused(total: int, given_weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weight is negative|cannot be cut"):
        split(total, given_weights)


@given(amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=10))
def test_pieces_of_a_return_add_up_and_never_exceed_the_whole(
    whole: int, pieces: list[int]
) -> None:
    of_milli, before, taken = sum(pieces), 0, 0
    for piece in pieces:
        now = share_through(whole, before + piece, of_milli)
        share = now - share_through(whole, before, of_milli)
        assert share == 0 or (share > 0) == (whole > 0)
        before, taken = before + piece, taken + share
        assert abs(taken) <= abs(whole)
    assert taken == whole


@given(amounts, st.integers(0, 100), st.sampled_from(CashRounding))
def test_cash_rounds_to_the_smallest_coin(amount: int, step: int, mode: CashRounding) -> None:
    rounding = round_cash(amount, step, mode)
    assert rounding == -round_cash(-amount, step, mode)
    if step <= 1:
        assert rounding == 0
        return
    assert (amount + rounding) % step == 0
    assert abs(rounding) <= (step // 2 if mode is CashRounding.NEAREST else step - 1)
    if mode is CashRounding.DOWN:
        assert abs(amount + rounding) <= abs(amount)


@pytest.mark.parametrize(
    ("amount", "decimals", "expected"),
    [
        (120_435, 2, "1,204.35"),
        (-5, 2, "-0.05"),
        (0, 2, "0.00"),
        (1_234_567, 0, "1,234,567"),
        (-1_005, 3, "-1.005"),
    ],
)
def test_amounts_for_people(amount: int, decimals: int, expected: str) -> None:
    assert format_minor(amount, decimals) == expected
