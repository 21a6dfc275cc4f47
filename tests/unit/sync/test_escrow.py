"""Rights: spends never exceed them, whatever is asked for."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.escrow import Right, allot, own_line_first, plain_share
from sync.protocol.facts import Spend

rights = st.lists(
    st.builds(Right, st.uuids(), st.integers(0, 20), st.integers(0, 1_000)), max_size=8
)


@given(st.integers(0, 5_000), rights)
def test_spends_and_what_is_uncovered_are_what_was_asked(points: int, given_: list[Right]) -> None:
    allotment = allot(points, given_)
    assert sum(spend.points for spend in allotment.spends) + allotment.uncovered == points
    assert allotment.uncovered == max(0, points - sum(right.points_left for right in given_))


@given(st.integers(0, 5_000), rights)
def test_no_right_gives_more_than_it_has_left(points: int, given_: list[Right]) -> None:
    for spend in allot(points, given_).spends:
        named = [right for right in given_ if (right.root, right.line) == (spend.root, spend.line)]
        assert 0 < spend.points <= sum(right.points_left for right in named)


def test_rights_are_used_in_their_order() -> None:
    one, two = UUID(int=1), UUID(int=2)
    allotment = allot(7, [Right(one, 1, 5), Right(two, 0, 5)])
    assert allotment.spends == (Spend(one, 1, 5), Spend(two, 0, 2))


def test_a_return_takes_back_from_its_own_line_first() -> None:
    one, two = UUID(int=1), UUID(int=2)
    held = (Right(one, 1, 5), Right(two, 3, 5), Right(two, 1, 1))
    assert own_line_first(held, two, 3) == (held[1], held[0], held[2])
    assert own_line_first(held, two, 9) == held


@given(st.integers(-(10**6), 10**6), st.integers(-1, 50), st.integers(-(10**6), 10**6))
def test_plain_shares_of_all_stores_never_exceed_the_balance(
    balance: int, stores: int, available: int
) -> None:
    share = plain_share(balance, stores, available)
    assert share >= 0
    if share:
        assert share * stores <= balance
        assert share <= available


@given(st.integers(0, 10**6), st.integers(1, 20))
def test_shares_given_one_after_the_other_never_overdraw(balance: int, stores: int) -> None:
    available = balance
    for _ in range(stores + 3):
        available -= plain_share(balance, stores, available)
        assert available >= 0
