"""What a receipt earns in a tier and by rules: worked examples, and what holds for any of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.loyalty import earn
from edge.domain.sale.multipliers import NO_EARNING, Earning, Tier, rules_met, times_of
from sync.protocol.identity import ItemId
from sync.protocol.loyalty import ONCE, TIMES_MAX, PointsRule
from sync.protocol.promotions.shape import LineOnOffer, Pick
from tests.builders import SETTINGS

HALF, ONE_AND_A_HALF, DOUBLE, TRIPLE = 5_000, 15_000, 20_000, 30_000
"""One point for each whole 10.00."""


def line(item: str, minor: int, department: str = "") -> LineOnOffer:
    return LineOnOffer(ItemId(item), "each", 1_000, minor, minor, department)


def tier(multiplier: int) -> Tier:
    return Tier("gold", "Gold", multiplier, date(2027, 11, 30))


def rule(multiplier: int, *items: str, departments: tuple[str, ...] = ()) -> PointsRule:
    name = f"{multiplier} of {items}"
    return PointsRule(name, name, multiplier, Pick(items, departments))


BREAD = Pick((), ("Bread",))


@pytest.mark.parametrize(
    ("amounts", "earning", "by_points", "points"),
    [
        # amounts of BUN (Bread), TEA, GIN in minor units; one rounding, over the whole receipt
        ((2_000, 0, 0), NO_EARNING, 0, (2, 0, 0)),
        ((1_999, 0, 0), Earning(tier(DOUBLE)), 0, (3, 0, 0)),
        ((2_000, 0, 0), Earning(tier(ONE_AND_A_HALF)), 0, (3, 0, 0)),
        ((1_000, 0, 0), Earning(tier(ONE_AND_A_HALF)), 0, (1, 0, 0)),
        ((1_000, 1_000, 0), Earning(tier(ONE_AND_A_HALF)), 0, (2, 1, 0)),
        ((1_000, 1_000, 0), Earning(None, (rule(TRIPLE, "BUN"),)), 0, (3, 1, 0)),
        ((600, 600, 0), Earning(None, (rule(TRIPLE, "BUN"),)), 0, (2, 0, 0)),
        # the tier's and one rule's are multiplied: 1.5 x 3
        ((1_000, 0, 0), Earning(tier(ONE_AND_A_HALF), (rule(TRIPLE, "BUN"),)), 0, (4, 0, 0)),
        # of several rules the largest
        ((1_000, 0, 0), Earning(None, (rule(DOUBLE), rule(TRIPLE, "BUN"))), 0, (3, 0, 0)),
        ((1_000, 1_000, 0), Earning(None, (rule(DOUBLE), rule(TRIPLE, "BUN"))), 0, (3, 2, 0)),
        # but 0 stands before all others: nothing is earned with gin
        ((1_000, 0, 5_000), Earning(None, (rule(DOUBLE), rule(0, "GIN"))), 0, (2, 0, 0)),
        ((0, 0, 5_000), Earning(tier(DOUBLE), (rule(0, "GIN"),)), 0, (0, 0, 0)),
        ((2_000, 0, 0), Earning(None, (rule(HALF, "BUN"),)), 0, (1, 0, 0)),
        ((1_000, 0, 0), Earning(None, (rule(TRIPLE, departments=("Bread",)),)), 0, (3, 0, 0)),
        # what is paid by points is borne by all lines by their amounts: half of it here
        ((2_000, 2_000, 0), Earning(None, (rule(TRIPLE, "BUN"),)), 2_000, (3, 1, 0)),
        ((2_000, 2_000, 0), Earning(None, (rule(TRIPLE, "BUN"),)), 4_000, (0, 0, 0)),
    ],
)
def test_a_receipt_earns_by_tier_and_rules_with_one_rounding(
    amounts: tuple[int, ...], earning: Earning, by_points: int, points: tuple[int, ...]
) -> None:
    lines = [line("BUN", amounts[0], "Bread"), line("TEA", amounts[1]), line("GIN", amounts[2])]
    assert earn(amounts, by_points, SETTINGS, times_of(lines, earning)) == points


def test_a_rule_is_named_where_it_takes_a_line_of_the_basket() -> None:
    rules = (rule(TRIPLE, "BUN"), rule(0, "GIN"), rule(DOUBLE))
    met = rules_met([line("BUN", 100)], Earning(None, rules))
    assert met == (rules[0], rules[2])


AMOUNTS = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=12)
TIMES = st.integers(0, TIMES_MAX)
BASIS = ONCE * ONCE


@given(AMOUNTS, st.integers(0, 2_000_000), st.integers(1, 5_000))
def test_multipliers_of_one_change_nothing(amounts: list[int], paid: int, step: int) -> None:
    settings = replace(SETTINGS, points_step_minor=step)
    plain = earn(amounts, paid, settings)
    assert earn(amounts, paid, settings, [BASIS] * len(amounts)) == plain
    base = max(0, sum(amounts) - paid)
    assert sum(plain) == base // step * settings.points_per_step


@given(st.lists(st.tuples(st.integers(0, 1_000_000), TIMES), min_size=1, max_size=12), st.data())
def test_splitting_a_basket_gives_no_more_points(
    sold: list[tuple[int, int]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sold)))

    def points(part: list[tuple[int, int]]) -> int:
        amounts = [amount for amount, _ in part]
        return sum(earn(amounts, 0, SETTINGS, [each * ONCE for _, each in part]))

    assert points(sold[:at]) + points(sold[at:]) <= points(sold)


@given(st.lists(st.tuples(st.integers(0, 1_000_000), TIMES), min_size=1, max_size=12))
def test_no_line_earns_below_nothing_and_what_counts_nothing_earns_nothing(
    sold: list[tuple[int, int]],
) -> None:
    amounts = [amount for amount, _ in sold]
    earned = earn(amounts, 0, SETTINGS, [each * ONCE for _, each in sold])
    assert min(earned) >= 0
    for points, (amount, each) in zip(earned, sold, strict=True):
        assert points == 0 or amount * each
