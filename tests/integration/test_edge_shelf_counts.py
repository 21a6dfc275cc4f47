"""Shelves are counted while the shop sells, and the books say what is there: here and at head
office."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edge.db.stock_counts import held_counts
from edge.domain.item import UnknownScanCode
from edge.domain.shelf_count import (
    NothingCounted,
    ShelfCountBooked,
    ShelfCountCancelled,
    ToBeCountedAgain,
    UnknownShelfCount,
)
from edge.usecases.shelf_count.begin import (
    BeginShelfCount,
    EndShelfCount,
    begin_shelf_count,
    cancel_shelf_count,
)
from edge.usecases.shelf_count.book import BookShelfCount, Uncounted, book_shelf_count
from edge.usecases.shelf_count.look import look_at_count, look_at_progress
from edge.usecases.shelf_count.say import SayCounted, say_counted
from sync.protocol.facts import CountLine, StockCounted
from sync.protocol.identity import ItemId
from tests.builders import ANNA, ITEMS, W1, W2, moment
from tests.integration.count_fixtures import WATERMARK, Counting


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path / "store.sqlite3")
    yield made
    made.close()


EXAMPLES: dict[str, tuple[list[tuple[Any, ...]], int]] = {
    "ten came, nine are counted": ([("receive", 10), ("say", 9), ("book",)], 9),
    "two are sold after the count and before it is booked": (
        [("receive", 10), ("say", 9), ("sell", 2), ("book",)],
        7,
    ),
    "two are sold before the count": ([("receive", 10), ("sell", 2), ("say", 8), ("book",)], 8),
    "two are sold after it is booked": (
        [("receive", 10), ("say", 9), ("book",), ("sell", 2)],
        7,
    ),
    "two shelves are their sum": ([("receive", 10), ("say", 4), ("say", 5), ("book",)], 9),
    "sold between two shelves it counts from the first": (
        [("receive", 10), ("say", 4), ("sell", 1), ("say", 5), ("book",)],
        8,
    ),
    "what is counted again replaces what was said": (
        [("receive", 10), ("say", 4), ("again",), ("sell", 1), ("say", 9), ("book",)],
        9,
    ),
    "goods come in during the count": (
        [("receive", 10), ("say", 10), ("receive", 5), ("book",)],
        15,
    ),
    "a sale that head office had when it sealed the epoch is in the count": (
        [("receive", 10), ("say", 8), ("book",), ("late", 2, WATERMARK)],
        8,
    ),
    "a sale beyond that comes on top": (
        [("receive", 10), ("say", 8), ("book",), ("late", 2, WATERMARK + 1)],
        6,
    ),
    "what came home before the count is in it": (
        [("receive", 10), ("late", 2, WATERMARK + 1), ("say", 8), ("book",)],
        8,
    ),
    "a count that was said earlier gives way to one that saw more": (
        [("receive", 10), ("say", 9), ("sell", 1), ("other", 7), ("book",)],
        7,
    ),
    "none is there": ([("receive", 10), ("say", 0), ("book",)], 0),
    "more is sold than was counted": ([("say", 1), ("sell", 3), ("book",)], -2),
}


def do(shop: Counting, item: str, act: tuple[Any, ...]) -> None:
    match act:
        case ("receive", int() as many):
            shop.receive(item, many * 1_000)
        case ("sell", int() as many):
            shop.sell(item, many)
        case ("late", int() as many, int() as seq):
            shop.bring(item, many, seq)
        case ("say", int() as many):
            shop.say(item, many * 1_000)
        case ("again",):
            shop.again(item)
        case ("book",):
            shop.book()
        case ("other", int() as many):
            before, shop.counting = shop.counting, None
            shop.say(item, many * 1_000)
            shop.book()
            shop.counting = before


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_books_say_what_is_there_as_head_office_does(shop: Counting, example: str) -> None:
    acts, expected = EXAMPLES[example]
    for act in acts:
        do(shop, "I01", act)
    assert shop.on_hand("I01") == expected * 1_000
    assert shop.at_head_office()["I01"] == expected * 1_000
    moved = "SELECT sum(quantity_milli) FROM stock_movement WHERE item_id = 'I01'"
    assert shop.db.execute(moved).fetchone()[0] == expected * 1_000


ITEM = st.sampled_from(["I01", "I02"])
MANY = st.integers(1, 9)
ACTS = st.one_of(
    st.tuples(st.just("receive"), MANY),
    st.tuples(st.just("sell"), MANY),
    st.tuples(st.just("say"), st.integers(0, 9)),
    st.tuples(st.just("other"), st.integers(0, 9)),
    st.tuples(st.just("late"), MANY, st.just(0)),
    st.just(("again",)),
    st.just(("book",)),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.generate],
)
@given(acts=st.lists(st.tuples(ITEM, ACTS), max_size=14), late=st.permutations(range(1, 15)))
def test_in_whatever_order_things_happen_both_sides_agree_after_a_count(
    tmp_path_factory: pytest.TempPathFactory, acts: list[Any], late: list[int]
) -> None:
    shop = Counting(tmp_path_factory.mktemp("counts") / "store.sqlite3")
    places, said = iter(late), False
    for item, act in acts:
        if act[0] == "book" and not said:
            continue
        said = act[0] == "say" or (said and act[0] != "book")
        if act[0] == "again":
            shop.say(item, 1_000)
            said = True
        do(shop, item, ("late", act[1], next(places)) if act[0] == "late" else act)
        if act[0] == "again":
            shop.say(item, 2_000)
    for item, on_hand in shop.at_head_office().items():
        assert shop.on_hand(item) == on_hand
    levels = shop.db.execute("SELECT item_id, on_hand_milli FROM stock_level").fetchall()
    for item, on_hand in levels:
        moved = "SELECT sum(quantity_milli) FROM stock_movement WHERE item_id = ?"
        assert shop.db.execute(moved, (item,)).fetchone()[0] == on_hand
    shop.close()


def test_what_was_counted_is_a_fact_with_what_each_line_had_seen(shop: Counting) -> None:
    shop.receive("I01", 10_000)
    shop.say("I01", 4_000, W1)
    shop.sell("I02", 1)
    shop.say("I01", 5_000, W2)
    booked = shop.book()
    assert (booked.items, booked.differing) == (1, 1)
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockCounted)
    assert fact.parent_through == WATERMARK
    item = ItemId("I01")
    assert fact.lines == (CountLine(item, 4_000, 1), CountLine(item, 5_000, 2))


def test_a_count_has_seen_what_came_home_before_it(shop: Counting) -> None:
    shop.bring("I01", 1, WATERMARK + 4)
    shop.say("I01", 3_000)
    shop.book()
    fact = shop.events()[-1].fact
    assert isinstance(fact, StockCounted)
    assert fact.parent_through == WATERMARK + 4


def test_what_was_sold_before_a_count_and_heard_of_after_it_asks_for_another(
    shop: Counting,
) -> None:
    shop.receive("I01", 10_000)
    shop.say("I01", 8_000)
    shop.book()
    shop.bring("I01", 1, WATERMARK + 1)
    flagged = "SELECT recount FROM stock_count WHERE item_id = 'I01'"
    assert shop.db.execute(flagged).fetchone()[0] == 1
    shop.say("I01", 7_000)
    shop.book()
    assert shop.db.execute(flagged).fetchone()[0] == 0


def test_whoever_looks_sees_what_differs_and_what_that_is_worth(shop: Counting) -> None:
    shop.db.execute("UPDATE item SET unit_cost_minor = 200 WHERE item_id = 'I01'")
    shop.receive("I01", 10_000)
    shop.receive("I02", 3_000)
    shop.say("I01", 4_000)
    shop.sell("I01", 1)
    shop.say("I01", 4_000)
    shop.say("I02", 3_000)
    count_id = shop.begin()
    shop.again("I02")
    look = look_at_count(shop.db, count_id)
    (one,) = look.counted
    assert (one.counted_milli, one.expected_milli, one.difference_milli) == (8_000, 10_000, -2_000)
    assert one.moved_between
    assert one.counters == ("anna",)
    assert look.short_minor == one.value_minor
    assert [item.item_id for item in look.again] == ["I02"]
    with pytest.raises(ToBeCountedAgain, match="Item 2"):
        book_shelf_count(shop.db, count_id, BookShelfCount(uuid4(), ANNA), moment())


def test_of_what_nobody_counted_there_is_none_where_that_is_said(shop: Counting) -> None:
    shop.receive("I01", 10_000)
    shop.receive("I02", 3_000)
    shop.say("I01", 10_000)
    progress = look_at_progress(shop.db, shop.begin())
    assert [one.item_id for one in progress.uncounted] == ["I02"]
    shop.book(Uncounted.NOTHING)
    assert (shop.on_hand("I01"), shop.on_hand("I02")) == (10_000, 0)
    assert shop.at_head_office() == {"I01": 10_000, "I02": 0}


def test_a_line_is_said_once_however_often_it_is_sent(shop: Counting) -> None:
    request = SayCounted(uuid4(), ANNA, ITEMS[ItemId("I01")].scan_code, 3_000)
    for _ in range(2):
        said = say_counted(shop.db, shop.begin(), request, W1, moment())
    assert (said.item_id, said.counted_milli) == ("I01", 3_000)
    shop.book()
    assert shop.on_hand("I01") == 3_000


def test_three_scans_are_three_and_what_no_item_has_is_refused(shop: Counting) -> None:
    for _ in range(3):
        asked = SayCounted(uuid4(), ANNA, ITEMS[ItemId("I01")].scan_code)
        say_counted(shop.db, shop.begin(), asked, W1, moment())
    with pytest.raises(UnknownScanCode):
        say_counted(shop.db, shop.begin(), SayCounted(uuid4(), ANNA, "nothing"), W1, moment())
    shop.book()
    assert shop.on_hand("I01") == 3_000


def test_a_count_is_booked_once_and_what_was_given_up_is_booked_never(shop: Counting) -> None:
    count_id = shop.begin()
    with pytest.raises(NothingCounted):
        book_shelf_count(shop.db, count_id, BookShelfCount(uuid4(), ANNA), moment())
    shop.say("I01", 3_000)
    first = shop.book()
    before = len(shop.events())
    again = BookShelfCount(uuid4(), ANNA)
    assert book_shelf_count(shop.db, count_id, again, moment()) == first
    assert len(shop.events()) == before
    with pytest.raises(ShelfCountBooked):
        cancel_shelf_count(shop.db, count_id, EndShelfCount(uuid4(), ANNA), moment())
    other = shop.begin()
    shop.say("I01", 9_000)
    cancel_shelf_count(shop.db, other, EndShelfCount(uuid4(), ANNA), moment())
    with pytest.raises(ShelfCountCancelled):
        book_shelf_count(shop.db, other, again, moment())
    with pytest.raises(UnknownShelfCount):
        book_shelf_count(shop.db, uuid4(), again, moment())
    assert shop.on_hand("I01") == 3_000


def test_a_department_is_its_items_and_what_the_books_have_of_it(shop: Counting) -> None:
    shop.receive("I01", 1_000)
    names = count(1)
    shop.db.execute("UPDATE item SET department = 'dairy' WHERE item_id IN ('I02', 'I03')")
    count_id = uuid4()
    asked = BeginShelfCount(count_id, ANNA, f"dairy {next(names)}", "dairy")
    begun = begin_shelf_count(shop.db, asked, moment())
    assert begun.department == "dairy"
    progress = look_at_progress(shop.db, count_id)
    assert [one.item_id for one in progress.uncounted] == ["I02", "I03"]


def test_a_count_of_more_lines_than_a_fact_has_room_for_is_several_facts(
    shop: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.domain.shelf_count.LINES_MAX", 2)
    for item in ("I01", "I02", "I03"):
        shop.say(item, 1_000)
    shop.say("I01", 1_000)
    booked = shop.book()
    facts = [event.fact for event in shop.events()]
    counted = [fact for fact in facts if isinstance(fact, StockCounted)]
    assert [[line.item_id for line in fact.lines] for fact in counted] == [
        ["I01", "I01"],
        ["I02", "I03"],
    ]
    assert booked.items == 3
    assert held_counts(shop.db, [ItemId("I03")])[ItemId("I03")].counted_milli == 1_000
