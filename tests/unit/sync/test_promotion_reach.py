"""Which lines a pick reaches, and how little of a basket a search looks at."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.identity import ItemId, PromotionId
from sync.protocol.promotions.pieces import offers_of
from sync.protocol.promotions.reach import Reach
from sync.protocol.promotions.search import Search
from sync.protocol.promotions.several_for import SEVERAL_FOR, SeveralFor
from sync.protocol.promotions.shape import LineOnOffer, Pick, Promotion


def pieces(item: str, price_minor: int, many: int = 1, department: str = "") -> LineOnOffer:
    whole = price_minor * many
    return LineOnOffer(ItemId(item), "each", many * 1_000, price_minor, whole, department)


ITEMS = st.sampled_from(["tea", "bun", "jam"])
NAMES = st.lists(st.sampled_from(["tea", "bun", "jam", "none"]), max_size=3).map(tuple)
DEPARTMENTS = st.lists(st.sampled_from(["", "bread"]), max_size=2).map(tuple)
LINES = st.builds(pieces, ITEMS, st.just(100), st.just(1), st.sampled_from(["", "bread"]))


@given(lines=st.lists(LINES, max_size=6), pick=st.builds(Pick, NAMES, DEPARTMENTS, NAMES))
def test_a_pick_reaches_the_very_lines_that_it_takes(lines: list[LineOnOffer], pick: Pick) -> None:
    taken = [index for index, line in enumerate(lines) if pick.takes(line)]
    assert list(Reach(lines).find(pick)) == taken


def of_two(number: int, *items: str) -> Promotion:
    asked = SeveralFor(Pick(items=items), 2, 100 + 7 * (number % 3))
    return Promotion(PromotionId(f"p{number}"), 1, "two", SEVERAL_FOR, asked)


def test_offers_that_compete_for_other_pieces_by_turns_are_searched_whole() -> None:
    """Of each only so much is looked at as what comes after it can still take: else these would be
    more than are tried, and the heaviest deal first is not the best."""
    items = [f"i{number}" for number in range(14)]
    pairs = [of_two(number, one, other) for number, (one, other) in enumerate(pairwise(items))]
    lines = [pieces(item, 100 + 10 * (number % 4), 2) for number, item in enumerate(items)]
    searched = Search(*offers_of(lines, pairs), [0] * len(items))
    assert searched.best((2,) * len(items))
