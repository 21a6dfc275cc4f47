"""Points: earned by whole steps, spent within rights, taken back by a line's share."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.loyalty import close, earn, points_for, rights_after, spend, take_back
from edge.domain.sale.multipliers import ONCE_TWICE_OVER
from edge.domain.sale.refusals.points import MorePointsThanRights, NotWholePoints
from sync.protocol.escrow import Right
from sync.protocol.facts import Line, OriginalLine, Spend, TakeBack, TaxClass
from sync.protocol.identity import ItemId, SaleId
from tests.builders import SETTINGS

DOUBLE = replace(SETTINGS, points_per_step=2)
TEN_FOR_ONE = replace(SETTINGS, points_value_points=10, points_value_minor=1)
CENT_EACH_FIVE = replace(SETTINGS, points_value_points=1, points_value_minor=5)
NO_POINTS = replace(SETTINGS, points_step_minor=0, points_value_minor=0)


def root(number: int) -> UUID:
    return UUID(int=number)


@pytest.mark.parametrize(
    ("eligible", "by_points", "points"),
    [
        ([999], 0, (0,)),
        ([1000], 0, (1,)),
        ([1999], 0, (1,)),
        ([600, 400], 0, (1, 0)),
        ([400, 600], 0, (0, 1)),
        ([500, 500], 0, (1, 0)),
        ([3000, 2000], 0, (3, 2)),
        ([3000, 2000], 1, (2, 2)),
        ([3000, 2000], 5000, (0, 0)),
        ([3000, 0, 2000], 0, (3, 0, 2)),
        ([0], 0, (0,)),
        ([], 0, ()),
    ],
)
def test_a_receipt_earns_by_whole_tens_and_allots_them_to_its_lines(
    eligible: list[int], by_points: int, points: tuple[int, ...]
) -> None:
    assert earn(eligible, by_points, SETTINGS) == points
    assert earn(eligible, by_points, DOUBLE) == earn(eligible, by_points, DOUBLE)
    assert sum(earn(eligible, by_points, DOUBLE)) == 2 * sum(points)


def test_a_store_without_a_step_gives_no_points() -> None:
    assert earn([100_000, 5], 0, NO_POINTS) == (0, 0)


def test_an_amount_costs_a_whole_number_of_points() -> None:
    assert points_for(250, SETTINGS, "f") == 250
    assert points_for(250, TEN_FOR_ONE, "f") == 2500
    assert points_for(250, CENT_EACH_FIVE, "f") == 50
    for settings in (CENT_EACH_FIVE, NO_POINTS):
        with pytest.raises(NotWholePoints):
            points_for(252, settings, "f")


def test_points_are_spent_oldest_first_and_never_above_the_rights() -> None:
    rights = (Right(root(1), 0, 30), Right(root(2), 1, 0), Right(root(2), 2, 50))
    spends, left = spend(40, rights, "f")
    assert spends == (Spend(root(1), 0, 30), Spend(root(2), 2, 10))
    assert [right.points_left for right in left] == [0, 0, 40]
    with pytest.raises(MorePointsThanRights) as refused:
        spend(81, rights, "f")
    assert (refused.value.points, refused.value.points_here) == (81, 80)


def returned(sale: int, line_no: int, points: int) -> Line:
    original = OriginalLine(SaleId(root(sale)), line_no)
    return Line(
        item_id=ItemId("I01"),
        description="Item 1",
        unit="each",
        scan_code=None,
        tax_class=TaxClass.STANDARD,
        tax_rate_bp=900,
        tax_included=True,
        tax_version=1,
        price_version=1,
        unit_price_minor=100,
        unit_cost_minor=None,
        line_no=1,
        quantity_milli=-1000,
        extended_minor=-100,
        amount_minor=-100,
        tax_minor=-8,
        points=-points,
        original=original,
    )


def test_a_return_takes_from_its_own_line_first_then_from_others_and_owes_the_rest() -> None:
    rights = (Right(root(9), 0, 2), Right(root(1), 1, 3))
    account = take_back([returned(1, 1, 4)], rights, 0)
    assert close(account, ()) == TakeBack(4, (Spend(root(1), 1, 3), Spend(root(9), 0, 1)), 0)
    assert [right.points_left for right in account.rights] == [1, 0]
    account = take_back([returned(1, 1, 9)], rights, 0)
    assert close(account, ()) == TakeBack(9, (Spend(root(1), 1, 3), Spend(root(9), 0, 2)), 4)
    account = take_back([returned(1, 1, 0)], rights, 0)
    assert (close(account, ()), account.rights) == (None, rights)


def test_two_return_lines_name_a_shared_grant_once() -> None:
    rights = (Right(root(9), 0, 10),)
    account = take_back([returned(1, 1, 2), returned(1, 2, 3)], rights, 0)
    assert close(account, ()) == TakeBack(5, (Spend(root(9), 0, 5),), 0)


def test_what_is_owed_is_paid_by_rights_and_then_by_what_the_receipt_earns() -> None:
    """A12: nothing is spent, and nothing earned is kept, beside a debt."""
    grant, born = (Right(root(9), 0, 30),), (Right(root(5), 1, 40), Right(root(5), 2, 60))
    account = take_back([], grant, 99)
    assert [right.points_left for right in account.rights] == [0]
    paid = (Spend(root(9), 0, 30), Spend(root(5), 1, 40), Spend(root(5), 2, 29))
    assert close(account, born) == TakeBack(0, paid, -99)
    assert close(account, ()) == TakeBack(0, (Spend(root(9), 0, 30),), -30)
    assert close(take_back([], (), 99), ()) is None
    exchange = take_back([returned(1, 1, 10)], grant, 25)
    assert close(exchange, born) == TakeBack(10, (Spend(root(9), 0, 30), Spend(root(5), 1, 5)), -25)


RIGHTS = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(0, 3)), st.integers(0, 40), max_size=8
).map(lambda found: tuple(Right(root(r), line, left) for (r, line), left in found.items()))
BACK = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(0, 30)), max_size=6)


@given(
    rights=RIGHTS,
    back=BACK,
    owed=st.integers(0, 60),
    wanted=st.lists(st.integers(0, 50), max_size=4),
)
def test_points_are_never_above_rights(
    rights: tuple[Right, ...], back: list[tuple[int, int, int]], owed: int, wanted: list[int]
) -> None:
    account = take_back([returned(*each) for each in back], rights, owed)
    taken, left = close(account, ()), account.rights
    assert account.owed == 0 or not any(right.points_left for right in left)
    spends = list(taken.spends) if taken else []
    for points in wanted:
        try:
            each, left = spend(points, left, "f")
        except MorePointsThanRights:
            continue
        spends += each
    used = sum(s.points for s in spends)
    assert used + sum(right.points_left for right in left) == sum(r.points_left for r in rights)
    assert all(right.points_left >= 0 for right in left)
    assert all(s.points > 0 for s in spends)
    assert rights_after(rights, ()) == rights


@given(eligible=st.lists(st.integers(0, 10**9), max_size=20), by_points=st.integers(0, 10**10))
def test_lines_share_exactly_what_the_receipt_earned(eligible: list[int], by_points: int) -> None:
    points = earn(eligible, by_points, SETTINGS)
    assert sum(points) == max(0, sum(eligible) - by_points) // 1000
    assert all(p == 0 for p, e in zip(points, eligible, strict=True) if e == 0 and any(eligible))


PART = st.tuples(st.integers(0, 50_000), st.integers(0, 3), st.integers(0, 100))
"""A line's amount, its multiplier, and how much of a hundred of its amount points pay."""


@given(lines=st.lists(PART, min_size=1, max_size=8), at=st.integers(0, 8))
def test_a_basket_that_is_parted_earns_no_more(lines: list[tuple[int, int, int]], at: int) -> None:
    """Paid otherwise than by points; points pay what each part leaves for them to pay."""

    def earned(some: list[tuple[int, int, int]], by_points: int) -> int:
        amounts = [amount for amount, _, _ in some]
        return sum(earn(amounts, by_points, SETTINGS, [ONCE_TWICE_OVER * n for _, n, _ in some]))

    parts = [part for part in (lines[:at], lines[at:]) if part]
    assert sum(earned(part, 0) for part in parts) <= earned(lines, 0)
    plain = [(amount, 1, percent) for amount, _, percent in lines]
    paid = [
        sum(amount * percent // 100 for amount, _, percent in part)
        for part in (plain[:at], plain[at:])
    ]
    each = zip((plain[:at], plain[at:]), paid, strict=True)
    assert sum(earned(part, by_points) for part, by_points in each if part) <= earned(
        plain, sum(paid)
    )
