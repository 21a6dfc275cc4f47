"""Which price wins, as a table of worked examples, and that it is the same in any order."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.feeds import book_price_of_key
from sync.protocol.identity import ItemId
from sync.protocol.price_books import BookPrice, Offer, Plain, book_price_key, choose, gross

GST = 900


def book(
    name: str,
    minor: int,
    *,
    start: int = 0,
    priority: int = 0,
    fixed: bool = False,
    included: bool = True,
) -> Offer:
    return Offer(name, name.title(), priority, fixed, included, start * 1_000, minor, 7)


PLAIN = Plain(100, True)
MEMBER = book("member", 95)
EXAMPLES: list[tuple[Plain | None, list[Offer], int, str | None]] = [
    # what costs the customer least
    (PLAIN, [], 1, None),
    (PLAIN, [MEMBER], 1, "member"),
    (PLAIN, [book("staff", 105)], 1, None),
    (PLAIN, [MEMBER, book("staff", 90)], 1, "staff"),
    # where there is no plain price any is better than none
    (None, [book("staff", 105)], 1, "staff"),
    (None, [], 1, None),
    # of equal ones the plain price, then the higher priority, then the book's id
    (PLAIN, [book("staff", 100)], 1, None),
    (PLAIN, [book("b", 90), book("a", 90)], 1, "a"),
    (PLAIN, [book("b", 90, priority=1), book("a", 90)], 1, "b"),
    # priority decides nothing else while no book is fixed
    (PLAIN, [book("dear", 95, priority=9), book("cheap", 90)], 1, "cheap"),
    # a fixed one holds, dearer than the plain price and than any other book
    (PLAIN, [book("airport", 120, fixed=True)], 1, "airport"),
    (PLAIN, [book("airport", 120, fixed=True), MEMBER], 1, "airport"),
    # of several fixed ones the highest priority, then the cheapest
    (PLAIN, [book("a", 120, fixed=True, priority=2), book("b", 110, fixed=True)], 1, "a"),
    (PLAIN, [book("a", 120, fixed=True), book("b", 110, fixed=True)], 1, "b"),
    # of one book the price of the largest quantity that is reached, also where it is dearer
    (PLAIN, [book("ten", 90, start=10)], 9, None),
    (PLAIN, [book("ten", 90, start=10)], 10, "ten"),
    (PLAIN, [book("ten", 95), book("ten", 90, start=10), book("ten", 80, start=20)], 19, "ten"),
    (PLAIN, [book("ten", 80), book("ten", 110, start=10)], 10, None),
    # a fixed book that has no price for so few does not count
    (PLAIN, [book("case", 90, start=12, fixed=True)], 11, None),
    (PLAIN, [book("case", 120, start=12, fixed=True)], 12, "case"),
    # tax is part of what it costs: 92.00 without it is 100.28 with it
    (PLAIN, [book("trade", 92, included=False)], 1, None),
    (PLAIN, [book("trade", 91, included=False)], 1, "trade"),
    (Plain(92, False), [book("shelf", 100)], 1, "shelf"),
    (Plain(92, False), [book("shelf", 101)], 1, None),
]


@pytest.mark.parametrize(("plain", "offers", "pieces", "expected"), EXAMPLES)
def test_the_table_of_prices_that_win(
    plain: Plain | None, offers: list[Offer], pieces: int, expected: str | None
) -> None:
    won = choose(plain, offers, pieces * 1_000, GST)
    assert (None if won is None else won.book) == expected


def test_it_is_the_tier_that_is_reached_which_wins() -> None:
    tiers = [book("ten", 95), book("ten", 80, start=20), book("ten", 90, start=10)]
    assert [getattr(choose(None, tiers, n, GST), "unit_price_minor", 0) for n in (0, 15_000)] == [
        95,
        90,
    ]


offers = st.lists(
    st.builds(
        Offer,
        st.sampled_from(["a", "b", "c"]),
        st.just("Book"),
        st.just(0),
        st.just(False),
        st.booleans(),
        st.sampled_from([0, 3_000, 10_000]),
        st.integers(0, 300),
        st.just(1),
    ),
    max_size=6,
    unique_by=lambda each: (each.book, each.from_milli),
)


@given(
    offers,
    st.integers(0, 12_000),
    st.none() | st.builds(Plain, st.integers(0, 300), st.booleans()),
    st.randoms(),
)
def test_nobody_pays_more_than_the_plain_price_and_no_order_matters(
    found: Sequence[Offer], quantity: int, plain: Plain | None, random: Random
) -> None:
    won = choose(plain, found, quantity, GST)
    shuffled = list(found)
    random.shuffle(shuffled)
    assert choose(plain, shuffled, quantity, GST) == won
    if won is not None:
        assert won.from_milli <= quantity
        if plain is not None:
            assert gross(won, GST) < gross(plain, GST)


@pytest.mark.parametrize("item_id", ["BUN", "a>b", "x@1", "7"])
def test_a_price_is_found_again_by_its_key(item_id: str) -> None:
    price = BookPrice(ItemId(item_id), "member", "00012345678905", 10_000, 1_000, 90)
    parts = (item_id, "member", "00012345678905", 10_000, 1_000)
    assert book_price_of_key(book_price_key(price)) == parts


@pytest.mark.parametrize("key", ["", "a>b>1>c", "a>b>c@1", "a>b>01>c@1", "a>b>1>c@x", "a>b>-1>c@1"])
def test_what_is_no_key_of_a_price_names_none(key: str) -> None:
    assert book_price_of_key(key) is None
