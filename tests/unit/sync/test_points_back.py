"""Points that paid come back as points: worked examples, then what no split may break."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.facts import TenderKind
from sync.protocol.identity import TenderId
from sync.protocol.refunds import GaveBack, Payment, gone_by, left_of, points_again
from tests.sale_builders import sale_id

ONE, TWO = sale_id("one"), sale_id("two")
POINTS, CARD, CASH = TenderId("points"), TenderId("card"), TenderId("cash")
KINDS = {POINTS: TenderKind.POINTS, CARD: TenderKind.CARD, CASH: TenderKind.CASH}


def by_points(minor: int, points: int) -> Payment:
    return Payment(POINTS, "Points", TenderKind.POINTS, minor, points=points)


def by_card(minor: int) -> Payment:
    return Payment(CARD, "Card", TenderKind.CARD, minor)


Refunds = tuple[tuple[TenderId, int], ...]


def given_by(
    paid: dict[object, tuple[Payment, ...]], returns: list[GaveBack]
) -> list[tuple[int | None, ...]]:
    """How many points each refund of each return gives, the ones before it being there."""
    told = []
    for count, one in enumerate(returns):
        gone = gone_by(returns[:count], paid)  # type: ignore[arg-type]  # named by its sale
        left = {
            of: left_of(payments, {by: minor for (sale, by), minor in gone.items() if sale == of})
            for of, payments in paid.items()
        }
        by = [(tender_id, KINDS[tender_id], minor) for tender_id, minor in one.by]
        told.append(points_again(one.goods, by, left))  # type: ignore[arg-type]  # as above
    return told


def of_one(*refunds: Refunds) -> list[GaveBack]:
    return [GaveBack(((ONE, sum(minor for _, minor in by)),), by) for by in refunds]


@pytest.mark.parametrize(
    ("paid", "returns", "points"),
    [
        # The whole of it at once: all of them.
        ((by_points(600, 120),), of_one(((POINTS, 600),)), [(120,)]),
        # A third each: 7 points paid 1.00; 0.33 + 0.33 + 0.34 give 2 + 2 + 3.
        (
            (by_points(100, 7),),
            of_one(((POINTS, 33),), ((POINTS, 33),), ((POINTS, 34),)),
            [(2,), (2,), (3,)],
        ),
        # A point is worth 0.50: 0.20 gives none yet, the rest the one.
        ((by_points(50, 1),), of_one(((POINTS, 20),), ((POINTS, 30),)), [(0,), (1,)]),
        # Beside a card: what the card gets back is no point's.
        (
            (by_points(600, 120), by_card(400)),
            of_one(((POINTS, 300), (CARD, 400)), ((POINTS, 300),)),
            [(60, 0), (60,)],
        ),
        # Twice by points: the first of them comes back first.
        (
            (by_points(100, 10), by_points(100, 30)),
            of_one(((POINTS, 150),), ((POINTS, 50),)),
            [(25,), (15,)],
        ),
        # Two refunds by points in one receipt, as a void states them.
        (
            (by_points(100, 10), by_points(100, 30)),
            of_one(((POINTS, 100), (POINTS, 100))),
            [(10, 30)],
        ),
        # Half of it went back in cash: those points do not come back, nor any of the others twice.
        (
            (by_points(100, 10),),
            of_one(((CASH, 50),), ((POINTS, 50),)),
            [(0,), (5,)],
        ),
        # More than points paid, or what was left of it: refused.
        ((by_points(100, 10), by_card(100)), of_one(((POINTS, 101),)), [(None,)]),
        ((by_points(100, 10),), of_one(((CASH, 50),), ((POINTS, 51),)), [(0,), (None,)]),
        ((by_card(100),), of_one(((POINTS, 100),)), [(None,)]),
        # A head office that does not say how many paid.
        ((by_points(100, 0),), of_one(((POINTS, 100),)), [(None,)]),
        # More than the goods that come back.
        ((by_points(100, 10),), [GaveBack(((ONE, 40),), ((POINTS, 50),))], [(None,)]),
    ],
)
def test_as_many_points_come_back_as_paid_for_it(
    paid: tuple[Payment, ...], returns: list[GaveBack], points: list[tuple[int | None, ...]]
) -> None:
    assert given_by({ONE: paid}, returns) == points


def test_of_two_receipts_each_gives_the_points_that_paid_it() -> None:
    paid: dict[object, tuple[Payment, ...]] = {
        ONE: (by_points(100, 10), by_card(100)),
        TWO: (by_points(300, 90),),
    }
    goods = ((ONE, 200), (TWO, 200))
    first = GaveBack(goods, ((POINTS, 300), (CARD, 100)))
    rest = GaveBack(((TWO, 100),), ((POINTS, 100),))
    assert given_by(paid, [first, rest]) == [(10 + 60, 0), (30,)]


@given(
    paid=st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 900)), min_size=1, max_size=3),
    card=st.integers(0, 2_000),
    cuts=st.lists(st.tuples(st.integers(0, 17_000), st.booleans()), max_size=12),
)
def test_any_split_of_returns_gives_every_point_that_paid_and_not_one_more(
    paid: list[tuple[int, int]], card: int, cuts: list[tuple[int, bool]]
) -> None:
    payments = tuple(by_points(minor, points) for minor, points in paid)
    payments += (by_card(card),) if card else ()
    whole, by_them = sum(minor for minor, _ in paid), sum(points for _, points in paid)
    places = sorted({0, whole, *(min(cut, whole) for cut, _ in cuts)})
    card_first = bool(cuts and cuts[0][1])
    by: list[Refunds] = [((POINTS, after - before),) for before, after in pairwise(places)]
    if card:
        by.insert(0 if card_first else len(by), ((CARD, card),))
    told = given_by({ONE: payments}, of_one(*by))
    given_back = [points for each in told for points in each if points is not None]
    assert sum(given_back) == by_them
    running = 0
    for refund, points in zip(by, told, strict=True):
        running += sum(one or 0 for one in points)
        assert running <= by_them
        assert len(points) == len(refund)


@given(
    minor=st.integers(1, 5_000),
    points=st.integers(1, 900),
    parts=st.lists(st.tuples(st.integers(1, 900), st.booleans()), min_size=1, max_size=8),
)
def test_what_went_back_in_money_comes_back_as_points_no_more(
    minor: int, points: int, parts: list[tuple[int, bool]]
) -> None:
    left, by = minor, list[Refunds]()
    for part, in_cash in parts:
        taken = min(part, left)
        left -= taken
        if taken:
            by.append(((CASH if in_cash else POINTS, taken),))
    told = given_by({ONE: (by_points(minor, points),)}, of_one(*by))
    as_points = sum(amount for ((name, amount),) in by if name == POINTS)
    assert sum(each[0] or 0 for each in told) == points * as_points // minor
    assert None not in [one for each in told for one in each]
