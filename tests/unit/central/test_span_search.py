"""The search for what differs ends within a few rounds, at the very event."""

from collections.abc import Mapping, Sequence
from math import ceil, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain.span_search import SPANS_MAX, Search, begin, gone_on, narrowed
from sync.protocol.change import Epoch
from sync.protocol.checkpoints import (
    CHECKPOINT_EVENTS,
    POINTS_MAX,
    Checkpoint,
    points_between,
)
from sync.protocol.commands import Detail, SaySpan, read_commands
from sync.protocol.figures import Totals
from tests.shop_journal import DAY

EPOCH = Epoch(1, b"\1\2\3\4")


class Side:
    """What one side counts: the figures of each event by its sequence."""

    def __init__(self, amounts: Mapping[int, int]) -> None:
        self.amounts = amounts

    def running(self, after: int, points: Sequence[int]) -> dict[int, Totals]:
        return {seq: Totals(gross_minor=self.within(after, seq)) for seq in points}

    def within(self, after: int, through: int) -> int:
        return sum(amount for seq, amount in self.amounts.items() if after < seq <= through)


def search(store: Side, central: Side, end: int, first: int = 1) -> tuple[list[int], int]:
    """The events that differ, and how many questions that took."""
    found: list[int] = []
    asked = 0
    state: Search | None = begin(first, end)
    while state is not None:
        question = state.question(DAY, EPOCH)
        assert read_commands([str(question)]) == (question,)
        asked += 1
        after, through = question.after, question.through
        if question.detail is Detail.CHECKPOINTS:
            points = points_between(after, through)
            assert len(points) <= POINTS_MAX
            said = [Checkpoint(*one) for one in store.running(after, points).items()]
            state = narrowed(state, said, central.running(after, points))
        else:
            assert through - after <= CHECKPOINT_EVENTS
            for seq in range(after + 1, through + 1):
                if store.amounts.get(seq, 0) != central.amounts.get(seq, 0):
                    found.append(seq)
            state = gone_on(state)
    return found, asked


@settings(max_examples=60)
@given(
    st.integers(1, 2_000_000).flatmap(lambda end: st.tuples(st.just(end), st.integers(1, end))),
    st.integers(-500, 500).filter(bool),
)
def test_one_planted_difference_is_found_within_log_steps(
    place: tuple[int, int], amount: int
) -> None:
    end, planted = place
    found, asked = search(Side({planted: 1_000}), Side({planted: 1_000 + amount}), end)
    assert found == [planted]
    narrowing = ceil(log(max(end / CHECKPOINT_EVENTS, 1), POINTS_MAX)) + 1
    assert asked <= narrowing + 2


@settings(max_examples=40)
@given(st.sets(st.integers(1, 5_000), min_size=1, max_size=SPANS_MAX - 1))
def test_every_difference_is_found_behind_the_first(planted: set[int]) -> None:
    """Running figures begin anew behind each span that was looked into."""
    found, _ = search(Side({}), Side(dict.fromkeys(planted, 7)), 5_000)
    assert found == sorted(planted)


def test_equal_sides_are_asked_once() -> None:
    side = Side({7: 100, 900: 50})
    assert search(side, side, 1_000) == ([], 1)


@pytest.mark.parametrize(
    ("first", "end", "after"), [(1, 10, 0), (257, 900, 256), (300, 900, 256), (0, 5, 0)]
)
def test_a_search_begins_at_the_checkpoint_before_the_day(first: int, end: int, after: int) -> None:
    assert begin(first, end) == Search(after, end, end)


@pytest.mark.parametrize(
    "word",
    [
        "checkpoints 2026-03-02 1-01020304 0 0",
        "checkpoints 2026-03-02 1-01020304 5 4",
        "checkpoints 2026-13-02 1-01020304 0 4",
        "receipts 2026-03-02 1-01020304 0 257",
        "receipts 2026-03-02 1-01020304 00 4",
        "figures 2026-03-02 1-01020304 0 4",
        "receipts 2026-03-02 1-0102030 0 4",
    ],
)
def test_what_is_no_question_is_skipped(word: str) -> None:
    sound = SaySpan(Detail.RECEIPTS, DAY, EPOCH, 0, 256)
    assert read_commands([word, str(sound)]) == (sound,)
