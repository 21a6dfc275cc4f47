"""A promotion as people type it: read, written as it was typed, refused by its key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.promotion_text import (
    keys_of,
    kind_named,
    read_arguments,
    read_hours,
    read_pick,
    write_arguments,
    write_hours,
)
from central.pages.words import promotions as words
from sync.protocol.errors import InvalidField
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.buy_get import BuyGet
from sync.protocol.promotions.by_quantity import ByQuantity, Tier
from sync.protocol.promotions.conditions import Hours
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.promotions.together import Group, Together

BUN, BREAD = Pick(("BUN",)), Pick((), ("Fresh bread",))
EXAMPLES = [
    ("percent_off", {"of": "all", "rate": "10.00%"}, PercentOff(Pick(), 1_000)),
    (
        "several_for",
        {"of": "BUN, dept:Fresh bread, but:BUN-6", "pieces": "3", "price": "1000.00"},
        SeveralFor(Pick(("BUN",), ("Fresh bread",), ("BUN-6",)), 3, 100_000),
    ),
    (
        "buy_get",
        {"buy": "BUN", "buy_pieces": "2", "get": "BUN", "get_pieces": "1"},
        BuyGet(BUN, 2, BUN, 1),
    ),
    (
        "by_quantity",
        {"of": "BUN", "tiers": "3 5.00%; 6 10.00%"},
        ByQuantity(BUN, (Tier(3, 500), Tier(6, 1_000))),
    ),
    (
        "together",
        {"groups": "1 BUN; 2 dept:Fresh bread", "price": "7.90"},
        Together((Group(BUN, 1), Group(BREAD, 2)), 790),
    ),
    (
        "basket_off",
        {"levels": "50.00 5.00; 100.00 10.00%", "of": "dept:Fresh bread"},
        BasketOff((Level(5_000, 500), Level(10_000, 0, 1_000)), BREAD),
    ),
]


@pytest.mark.parametrize(("code", "typed", "arguments"), EXAMPLES)
def test_what_is_typed_is_what_is_published_and_is_written_as_it_was_typed(
    code: str, typed: dict[str, str], arguments: object
) -> None:
    kind = kind_named(code)
    read = read_arguments(kind, typed, 2)
    assert read == arguments
    assert write_arguments(read, 2) == typed


def test_every_kind_can_be_typed() -> None:
    assert {code for code, _, _ in EXAMPLES} | {"amount_off", "unit_price"} == {
        kind.code for kind in KINDS
    }
    for kind in KINDS:
        assert keys_of(kind)


@pytest.mark.parametrize(
    ("code", "typed", "key"),
    [
        ("percent_off", {"of": "all"}, "rate"),
        ("percent_off", {"of": "all", "rate": "101%"}, "rate"),
        ("percent_off", {"of": "all", "rate": "5%", "pieces": "3"}, "pieces"),
        ("several_for", {"of": "BUN", "pieces": "0", "price": "1"}, "arguments"),
        ("several_for", {"of": "BUN", "pieces": "x", "price": "1"}, "pieces"),
        ("several_for", {"of": "BUN", "pieces": "3", "price": "1.005"}, "price"),
        ("by_quantity", {"of": "BUN", "tiers": "6 5%; 3 10%"}, "arguments"),
        ("by_quantity", {"of": "BUN", "tiers": "3 5% 7%"}, "tiers"),
        ("by_quantity", {"of": "BUN", "tiers": "3"}, "tiers"),
        ("together", {"groups": "1 BUN; 1 JAM"}, "arguments"),
        ("together", {"groups": "1 BUN", "price": "1"}, "arguments"),
    ],
)
def test_what_a_kind_does_not_take_is_refused_by_its_key(
    code: str, typed: dict[str, str], key: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        read_arguments(kind_named(code), typed, 2)
    assert refused.value.field == key


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidField, match="several_for"):
        kind_named("by_moonlight")


def test_goods_are_read_as_they_are_written() -> None:
    assert read_pick("all") == read_pick("") == Pick()
    assert read_pick(" BUN ,dept: Bread,but:X") == Pick(("BUN",), ("Bread",), ("X",))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon-fri 17:00-19:00", (Hours(0b001_1111, 1_020, 1_140),)),
        ("daily 22:00-2:00", (Hours(127, 1_320, 120),)),
        ("9:00-24:00", (Hours(127, 540, 1_440),)),
        (
            "sat,sun 9:00-12:00; fri-mon 20:00-21:00",
            (Hours(96, 540, 720), Hours(113, 1_200, 1_260)),
        ),
        ("", ()),
    ],
)
def test_hours_are_read(text: str, hours: tuple[Hours, ...]) -> None:
    assert read_hours(text) == hours


@pytest.mark.parametrize(
    "text", ["someday 9:00-10:00", "mon 9-10", "mon 25:00-26:00", "mon 24:30-1:00"]
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidField):
        read_hours(text)


@given(
    st.lists(
        st.builds(Hours, st.integers(1, 127), st.integers(0, 1_439), st.integers(1, 1_440)),
        max_size=3,
    )
)
def test_hours_are_written_as_they_are_read(hours: list[Hours]) -> None:
    assert read_hours(write_hours(tuple(hours))) == tuple(hours)


@pytest.mark.parametrize(
    ("days", "written"),
    [
        (0b001_1111, "mon-fri"),
        (0b110_0000, "sat,sun"),
        (0b101_0111, "mon-wed,fri,sun"),
        (0b111_1111, "daily"),
    ],
)
def test_days_that_follow_one_another_are_written_as_a_span(days: int, written: str) -> None:
    assert write_hours((Hours(days, 540, 720),)) == f"{written} 09:00-12:00"


def test_every_kind_has_a_name_on_the_page_and_each_of_its_keys_a_label() -> None:
    assert list(words.kinds) == sorted(kind.code for kind in KINDS)
    keys = {key.name for kind in KINDS for key in keys_of(kind)}
    assert words.keys.keys() == keys
