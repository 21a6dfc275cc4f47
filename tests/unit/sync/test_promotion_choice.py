"""The choice among promotions against brute force, over small baskets of every kind of deal; of one
that is too large to search its bound; what a basket that is parted gets; no line below zero."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol.promotions import choose
from sync.protocol.promotions.amount_off import AmountOff
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.buy_get import BuyGet
from sync.protocol.promotions.by_quantity import ByQuantity, Tier
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.pieces import offers_of
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import FINE, LineOnOffer, Pick, Promotion
from sync.protocol.promotions.together import Group, Together
from sync.protocol.promotions.unit_price import UnitPrice
from tests.unit.sync.test_promotion_kinds import (
    ALL,
    BREAD,
    BUN,
    HALF,
    JAM,
    TEA,
    off,
    pieces,
    promotion,
    weighed,
)

# What follows says again, piece by piece and without any cleverness, what each deal is worth.


def _worth(arguments: Any, taken: Sequence[LineOnOffer]) -> int | None:
    """In FINE parts, of these very pieces in one application; None: it is none."""
    prices = sorted((line.unit_price_minor for line in taken), reverse=True)
    match arguments:
        case PercentOff(of, rate_bp):
            return prices[0] * rate_bp if len(taken) == 1 and of.takes(taken[0]) else None
        case SeveralFor(of, many, price_minor):
            if len(taken) == many and all(map(of.takes, taken)):
                return max(0, sum(prices) - price_minor) * FINE
        case AmountOff(of, off_minor):
            if len(taken) == 1 and of.takes(taken[0]):
                return min(prices[0], off_minor) * FINE
        case UnitPrice(of, price_minor):
            if len(taken) == 1 and of.takes(taken[0]):
                return max(0, prices[0] - price_minor) * FINE
        case BuyGet(buy, many, get, given, rate_bp) if buy == get:
            if len(taken) == many + given and all(map(buy.takes, taken)):
                return sum(prices[many:]) * rate_bp
        case BuyGet(buy, many, get, given, rate_bp):
            return _given(buy, many, get, given, rate_bp, taken)
        case Together(groups, price_minor, rate_bp):
            if _fills(groups, taken):
                whole = sum(prices)
                if price_minor is None:
                    return whole * (rate_bp or 0)
                return max(0, whole - price_minor) * FINE
        case ByQuantity(of, tiers):
            if all(map(of.takes, taken)):
                reached = [tier.rate_bp for tier in tiers if len(taken) >= tier.pieces]
                return sum(prices) * reached[-1] if reached else None
    return None


def _given(
    buy: Pick, many: int, get: Pick, given: int, rate_bp: int, taken: Sequence[LineOnOffer]
) -> int | None:
    """Whichever pieces are bought and whichever are given: what is best for the customer."""
    if len(taken) != many + given:
        return None
    ways = [
        sum(taken[index].unit_price_minor for index in some) * rate_bp
        for some in combinations(range(len(taken)), given)
        if all(get.takes(taken[index]) for index in some)
        and all(buy.takes(piece) for index, piece in enumerate(taken) if index not in some)
    ]
    return max(ways, default=None)


def _fills(groups: Sequence[Group], taken: Sequence[LineOnOffer]) -> bool:
    if not groups:
        return not taken
    first, *others = groups
    for some in combinations(range(len(taken)), first.pieces):
        if all(first.of.takes(taken[index]) for index in some):
            left = [piece for index, piece in enumerate(taken) if index not in some]
            if _fills(others, left):
                return True
    return False


def _brute_force(pieces_left: list[LineOnOffer], promotions: list[Promotion]) -> int:
    """The most of all ways to cut the pieces into deals; a deal by quantity is made once."""
    if not pieces_left:
        return 0
    first, *others = pieces_left
    best = _brute_force(others, promotions)
    for many in range(len(others) + 1):
        for some in combinations(range(len(others)), many):
            taken = [first, *(others[index] for index in some)]
            left = [piece for index, piece in enumerate(others) if index not in some]
            for each in promotions:
                worth = _worth(each.arguments, taken)
                if worth:
                    once = isinstance(each.arguments, ByQuantity)
                    again = [p for p in promotions if p is not each] if once else promotions
                    best = max(best, worth + _brute_force(left, again))
    return best


PICKS = st.sampled_from([ALL, BREAD, TEA, BUN, JAM])
PRICES = st.sampled_from([90, 160, 240, 410])
RATES = st.sampled_from([500, 1_000, 3_333, 5_000, 10_000])
DEALS = (
    st.builds(PercentOff, PICKS, RATES)
    | st.builds(SeveralFor, PICKS, st.integers(2, 3), st.sampled_from([100, 300, 450]))
    | st.builds(AmountOff, PICKS, st.sampled_from([50, 100, 300]))
    | st.builds(UnitPrice, PICKS, st.sampled_from([80, 150, 300]))
    | st.tuples(PICKS, st.integers(1, 2), RATES).map(lambda a: BuyGet(a[0], a[1], a[0], 1, a[2]))
    | st.builds(BuyGet, PICKS, st.integers(1, 2), PICKS, st.integers(1, 2), RATES)
    | st.builds(
        lambda a, b, many, price: Together((Group(a, many), Group(b, 1)), price),
        PICKS,
        PICKS,
        st.integers(1, 2),
        st.sampled_from([100, 300, 450]),
    )
    | st.builds(
        lambda a, b, rate_bp: Together((Group(a, 1), Group(b, 1)), rate_bp=rate_bp),
        PICKS,
        PICKS,
        RATES,
    )
    | st.builds(lambda of: ByQuantity(of, (Tier(2, 500), Tier(4, 2_000))), PICKS)
)
LINES = st.builds(
    pieces,
    st.sampled_from(["tea", "bun", "jam"]),
    PRICES,
    st.integers(1, 3),
    st.sampled_from(["", "bread"]),
)
BASKETS = st.lists(LINES, min_size=1, max_size=4).filter(
    lambda lines: sum(line.quantity_milli for line in lines) <= 6_000
)
PROMOTIONS = st.lists(DEALS, min_size=1, max_size=3).map(
    lambda of: [promotion(arguments, f"p{index}") for index, arguments in enumerate(of)]
)


def chosen_off(lines: Sequence[LineOnOffer], promotions: Sequence[Promotion]) -> int:
    return choose.total_off(choose.choose(*offers_of(lines, promotions)))


def single_pieces(lines: Sequence[LineOnOffer]) -> Iterator[LineOnOffer]:
    for line in lines:
        for _ in range(line.quantity_milli // 1_000):
            yield line._replace(quantity_milli=1_000, left_minor=line.unit_price_minor)


@settings(max_examples=300)
@given(lines=BASKETS, promotions=PROMOTIONS)
def test_the_choice_is_the_best_of_all_that_brute_force_finds(
    lines: list[LineOnOffer], promotions: list[Promotion]
) -> None:
    assert chosen_off(lines, promotions) == _brute_force(list(single_pieces(lines)), promotions)


@given(lines=BASKETS, promotions=PROMOTIONS)
def test_a_basket_that_is_too_large_to_search_gets_at_least_its_bound(
    lines: list[LineOnOffer], promotions: list[Promotion], monkeypatch_module: pytest.MonkeyPatch
) -> None:
    with monkeypatch_module.context() as patched:
        patched.setattr(choose, "DEPTH_MAX", 0)
        greedy = chosen_off(lines, promotions)
    best = _brute_force(list(single_pieces(lines)), promotions)
    largest = sum(line.quantity_milli for line in lines) // 1_000
    assert best <= greedy * largest
    assert all(greedy >= chosen_off(lines, [each]) for each in promotions)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@given(
    lines=st.lists(
        st.builds(pieces, st.sampled_from(["tea", "bun"]), PRICES, st.integers(1, 40))
        | st.builds(weighed, st.just("cherry"), PRICES, st.integers(1, 3_000)),
        min_size=1,
        max_size=12,
    ),
    promotions=PROMOTIONS,
    basket=st.lists(
        st.builds(
            lambda off_minor, rate_bp, of, alone: promotion(
                BasketOff((Level(0, off_minor, rate_bp),), of), "basket", alone=alone
            ),
            st.integers(0, 5_000),
            RATES,
            PICKS,
            st.booleans(),
        ),
        max_size=2,
    ),
)
def test_no_line_falls_below_zero_and_the_parts_add_up(
    lines: list[LineOnOffer], promotions: list[Promotion], basket: list[Promotion]
) -> None:
    for line, modifiers in zip(
        lines, reduce_lines(lines, [*promotions, *basket]).modifiers, strict=True
    ):
        assert all(each.amount_minor < 0 for each in modifiers)
        assert line.left_minor + sum(each.amount_minor for each in modifiers) >= 0


@given(lines=BASKETS, promotions=PROMOTIONS, parted=st.randoms())
def test_a_basket_that_is_parted_gets_no_more_of_its_deals(
    lines: list[LineOnOffer], promotions: list[Promotion], parted: Random
) -> None:
    """Who pays twice for the same goods gets no more off, and their order counts for nothing."""
    whole = list(single_pieces(lines))
    parted.shuffle(whole)
    at = parted.randrange(len(whole) + 1)
    parts = [part for part in (whole[:at], whole[at:]) if part]
    off_parts = sum(chosen_off(part, promotions) for part in parts)
    assert off_parts <= chosen_off(whole, promotions) == chosen_off(lines, promotions)


def test_splitting_a_line_changes_nothing() -> None:
    promotions = [promotion(SeveralFor(ALL, 3, 400)), promotion(PercentOff(BUN, 1_000), "q")]
    whole = [pieces("bun", 160, 7), pieces("tea", 240, 2)]
    assert sum(off(list(single_pieces(whole)), *promotions)) == sum(off(whole, *promotions))


def test_a_thousand_promotions_over_the_same_goods_are_chosen_from() -> None:
    promotions = [promotion(SeveralFor(ALL, 2, 300 - n % 100), f"p{n}") for n in range(1_000)]
    assert sum(off([pieces("bun", 160, 4)], *promotions)) == 4 * 160 - 2 * 201


def test_a_million_pieces_are_reduced_as_fast_as_three() -> None:
    promotions = [
        promotion(SeveralFor(ALL, 3, 400)),
        promotion(BuyGet(ALL, 1, ALL, 1, HALF), "q"),
        promotion(PercentOff(TEA, 1_000), "r"),
    ]
    lines = [pieces("bun", 160, 1_000_000), pieces("tea", 240, 999_999)]
    (first, second) = off(lines, *promotions)
    assert first + second >= 40_000_000
