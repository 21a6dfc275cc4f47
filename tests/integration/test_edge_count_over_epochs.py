"""A count that was begun before the box went on in another epoch is booked after it, and says the
same to head office as to the shop."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edge.db.stock_counts import held_counts
from edge.domain.shelf_count import NothingCounted
from edge.usecases.shelf_count.look import look_at_count, look_at_progress
from sync.engine.outbox import BranchCause
from sync.protocol.facts import StockCounted
from sync.protocol.identity import ItemId
from tests.integration.count_fixtures import Counting
from tests.integration.test_edge_shelf_counts import do

ITEM = ItemId("I01")
ALL = 1_000
FORK, FENCED, BACK = BranchCause.FORK, BranchCause.FENCED, BranchCause.REWOUND


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    yield made
    made.close()


EXAMPLES: dict[str, tuple[list[tuple[Any, ...]], int]] = {
    "nine are counted, and the box goes on in another epoch": (
        [("receive", 10), ("say", 9), ("on", FORK, 0), ("book",)],
        9,
    ),
    "two are sold before that, one after it": (
        [("receive", 10), ("say", 9), ("sell", 2), ("on", BACK, 0), ("sell", 1), ("book",)],
        6,
    ),
    "head office had all of it": (
        [("receive", 10), ("say", 9), ("sell", 2), ("on", FORK, ALL), ("sell", 1), ("book",)],
        6,
    ),
    "head office had it through the count": (
        [("receive", 10), ("say", 9), ("sell", 2), ("on", FORK, 1), ("sell", 1), ("book",)],
        6,
    ),
    "head office fenced the box": (
        [("receive", 10), ("say", 9), ("sell", 2), ("on", FENCED, 1), ("sell", 1), ("book",)],
        6,
    ),
    "goods come in before it and after it": (
        [("receive", 10), ("say", 9), ("receive", 5), ("on", FORK, 1), ("receive", 3), ("book",)],
        17,
    ),
    "one shelf before it, one after it": (
        [("receive", 10), ("say", 4), ("sell", 1), ("on", FORK, 0), ("say", 5), ("book",)],
        8,
    ),
    "it goes on in another epoch twice": (
        [
            *(("receive", 10), ("say", 9), ("sell", 1), ("on", FORK, ALL), ("sell", 1)),
            *(("on", FENCED, 0), ("sell", 1), ("book",)),
        ],
        6,
    ),
    "a count that was said after it holds": (
        [("receive", 10), ("say", 9), ("on", FORK, 0), ("other", 7), ("book",)],
        7,
    ),
    "a count that was booked before it gives way": (
        [("receive", 10), ("other", 8), ("say", 9), ("on", FORK, ALL), ("book",)],
        9,
    ),
    "none is left where it went on": (
        [("say", 2), ("sell", 2), ("on", FORK, 0), ("sell", 1), ("book",)],
        -1,
    ),
}


def act(shop: Counting, item: str, what: tuple[Any, ...]) -> None:
    if what[0] == "on":
        shop.go_on(*what[1:])
    else:
        do(shop, item, what)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_count_goes_on_over_a_change_of_epoch(shop: Counting, example: str) -> None:
    acts, expected = EXAMPLES[example]
    for what in acts:
        act(shop, ITEM, what)
    assert shop.on_hand(ITEM) == expected * 1_000
    assert shop.at_head_office()[ITEM] == expected * 1_000
    moved = "SELECT sum(quantity_milli) FROM stock_movement WHERE item_id = 'I01'"
    assert shop.db.execute(moved).fetchone()[0] == expected * 1_000


MANY = st.integers(1, 9)
ON = st.tuples(st.just("on"), st.sampled_from([FORK, FENCED]), st.sampled_from([0, 1, 3, ALL]))
ACTS = st.one_of(
    st.tuples(st.just("receive"), MANY),
    st.tuples(st.just("sell"), MANY),
    st.tuples(st.just("say"), st.integers(0, 9)),
    st.tuples(st.just("other"), st.integers(0, 9)),
    ON,
    st.just(("book",)),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],
)
@given(acts=st.lists(st.tuples(st.sampled_from(["I01", "I02"]), ACTS), max_size=14))
def test_in_whatever_order_things_happen_both_sides_agree(
    tmp_path_factory: pytest.TempPathFactory, acts: list[Any]
) -> None:
    shop = Counting(tmp_path_factory.mktemp("counts") / "store.sqlite3")
    last = max((at for at, (_, what) in enumerate(acts) if what[0] == "on"), default=0)
    for at, (item, what) in enumerate(acts):
        try:
            act(shop, item, (*what[:2], ALL) if what[0] == "on" and at != last else what)
        except NothingCounted:
            assert shop.counting is not None
            assert not look_at_count(shop.db, shop.counting).counted
    for item, on_hand in shop.at_head_office().items():
        assert shop.on_hand(item) == on_hand
    for item in ("I01", "I02"):
        moved = "SELECT coalesce(sum(quantity_milli), 0) FROM stock_movement WHERE item_id = ?"
        assert shop.db.execute(moved, (item,)).fetchone()[0] == shop.on_hand(item)
    shop.close()


def test_whoever_looks_sees_what_differs_as_if_there_had_been_no_change(shop: Counting) -> None:
    shop.receive(ITEM, 10_000)
    shop.say(ITEM, 9_000)
    shop.sell(ITEM, 2)
    shop.go_on(FORK)
    shop.sell(ITEM, 1)
    look = look_at_count(shop.db, shop.begin())
    (one,) = look.counted
    assert (one.counted_milli, one.expected_milli, one.difference_milli) == (9_000, 10_000, -1_000)
    assert not look.again
    progress = look_at_progress(shop.db, shop.begin())
    assert not progress.again
    assert [line.counted_milli for line in progress.said] == [9_000]
    assert progress.went_on_at_ms is not None


def test_more_sold_before_the_change_than_was_counted_is_counted_again(shop: Counting) -> None:
    shop.receive(ITEM, 10_000)
    shop.say(ITEM, 1_000)
    shop.sell(ITEM, 3)
    shop.go_on(FORK)
    look = look_at_count(shop.db, shop.begin())
    assert [one.item_id for one in look.again] == [ITEM]
    assert not look.counted
    shop.say(ITEM, 7_000)
    shop.book()
    assert shop.on_hand(ITEM) == 7_000


def test_lots_are_said_as_of_where_the_new_epoch_began(shop: Counting) -> None:
    shop.say(ITEM, 3_000, lot="A")
    shop.say(ITEM, 4_000, lot="B")
    shop.sell(ITEM, 2)
    shop.go_on(FORK)
    shop.book()
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockCounted)
    assert {(line.lot, line.counted_milli) for line in fact.lines} == {("A", 1_000), ("B", 4_000)}
    assert {line.seen_through for line in fact.lines} == {0}
    lots = shop.db.execute("SELECT lot, quantity_milli FROM stock_lot WHERE item_id = 'I01'")
    assert dict(lots.fetchall()) == {"A": 1_000, "B": 4_000}
    assert shop.on_hand(ITEM) == 5_000


def test_what_is_counted_in_an_epoch_holds_over_what_was_counted_in_the_one_before(
    shop: Counting,
) -> None:
    for number in range(4):
        shop.say(ITEM, number * 1_000)
        shop.book()
        assert shop.on_hand(ITEM) == number * 1_000
        before = held_counts(shop.db, [ITEM])[ITEM]
        shop.go_on(FORK, ALL)
        shop.say(ITEM, 9_000)
        shop.book()
        assert held_counts(shop.db, [ITEM])[ITEM] > before
        assert shop.on_hand(ITEM) == 9_000
