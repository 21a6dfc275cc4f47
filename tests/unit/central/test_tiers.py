"""Who is in which tier, and until when: worked examples, and what holds for any receipts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.tiers import earned_tiers, last_reached, net_spend, tiers_held
from sync.protocol.bounds import DATE_MAX
from sync.protocol.last_days import months_after
from sync.protocol.loyalty import LoyaltyTier

SILVER = LoyaltyTier("silver", "Silver", 50_000, 12_000, 0)
GOLD = LoyaltyTier("gold", "Gold", 200_000, 15_000, 12)
TIERS = (SILVER, GOLD)
JAN, MAR, JUN = date(2026, 1, 15), date(2026, 3, 10), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("spent", "until"),
    [
        ([], {}),
        ([(JAN, 49_999)], {}),
        # silver by January's receipt, until it leaves the window of twelve months
        ([(JAN, 50_000)], {"silver": date(2027, 1, 31)}),
        # two receipts are in the window together until the first one leaves it
        ([(JAN, 25_000), (MAR, 25_000)], {"silver": date(2027, 1, 31)}),
        ([(JAN, 25_000), (MAR, 50_000)], {"silver": date(2027, 3, 31)}),
        # gold is kept for twelve months more, and silver is had by the way
        ([(JAN, 200_000)], {"silver": date(2027, 1, 31), "gold": date(2028, 1, 31)}),
        # too far apart: never in one window
        ([(JAN, 30_000), (date(2027, 1, 15), 30_000)], {}),
        ([(JAN, 30_000), (date(2027, 1, 14), 30_000)], {"silver": date(2027, 1, 31)}),
        # what was brought back was never spent, on no day of the past either
        ([(JAN, 200_000), (MAR, -1)], {"silver": date(2027, 1, 31)}),
        ([(JAN, 50_000), (MAR, 10_000), (JUN, -10_000)], {"silver": date(2027, 1, 31)}),
        ([(JAN, 50_000), (MAR, 10_000), (JUN, -10_001)], {}),
        ([(JAN, -50_000), (MAR, 50_000)], {"silver": date(2027, 3, 31)}),
    ],
)
def test_a_tier_is_reached_within_the_window_and_kept_for_its_months(
    spent: list[tuple[date, int]], until: dict[str, date]
) -> None:
    assert earned_tiers(spent, TIERS, 12) == until
    assert earned_tiers(reversed(spent), TIERS, 12) == until  # late receipts


def test_a_tier_that_asks_nothing_is_everybodys_for_good() -> None:
    assert last_reached([], 0, 12) == DATE_MAX


@pytest.mark.parametrize(
    ("earned", "by_hand", "today", "held"),
    [
        ({}, None, JAN, ()),
        ({"silver": JUN}, None, JAN, (("silver", JUN),)),
        ({"silver": JUN}, None, JUN + timedelta(1), ()),
        # gold first; silver only where it lasts longer
        ({"silver": JUN, "gold": MAR}, None, JAN, (("gold", MAR), ("silver", JUN))),
        ({"silver": MAR, "gold": JUN}, None, JAN, (("gold", JUN),)),
        # by hand as if earned, whatever was
        ({}, ("gold", JUN), JAN, (("gold", JUN),)),
        ({"gold": JUN}, ("gold", MAR), JAN, (("gold", JUN),)),
        ({"gold": MAR}, ("silver", JUN), JAN, (("gold", MAR), ("silver", JUN))),
        ({"gold": MAR}, ("retired", JUN), JAN, (("gold", MAR),)),
    ],
)
def test_told_is_what_reaches_to_today_and_beyond_every_higher_tier(
    earned: dict[str, date],
    by_hand: tuple[str, date] | None,
    today: date,
    held: tuple[tuple[str, date], ...],
) -> None:
    assert tiers_held(TIERS, earned, by_hand, today) == held


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
SPENT = st.lists(st.tuples(DAYS, st.integers(-50_000, 100_000)), max_size=12)


@given(SPENT, st.integers(1, 150_000), st.integers(1, 24))
def test_the_last_day_is_the_last_on_which_the_window_holds_enough(
    spent: list[tuple[date, int]], threshold: int, window: int
) -> None:
    """Against every day counted by itself."""
    net = net_spend(spent)
    days = {each for day, _ in net for each in (day, months_after(day, window) - timedelta(1))}

    def inside(day: date) -> int:
        return sum(amount for of, amount in net if of <= day < months_after(of, window))

    enough = [day for day in days if inside(day) >= threshold]
    assert last_reached(net, threshold, window) == max(enough, default=None)


@given(SPENT)
def test_returns_take_away_as_much_as_they_are_where_there_is_as_much(
    spent: list[tuple[date, int]],
) -> None:
    net = net_spend(spent)
    assert all(amount > 0 for _, amount in net)
    assert sum(amount for _, amount in net) >= sum(amount for _, amount in spent)
    assert sum(amount for _, amount in net) <= sum(amount for _, amount in spent if amount > 0)
