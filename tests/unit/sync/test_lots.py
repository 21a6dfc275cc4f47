"""Stock by lot: what expires first goes first, and lots come to the level, always."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.errors import Unbalanced
from sync.protocol.facts import CountLine, StockLine
from sync.protocol.identity import ItemId
from sync.protocol.lots import NO_LOT, Lot, Mark, earlier, lots_held

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
TEA = ItemId("tea")
LOTS = st.lists(
    st.builds(
        Lot,
        st.sampled_from("ABCDE"),
        st.none() | st.sampled_from([MAY, JUNE]),
        st.integers(-50_000, 50_000),
    ),
    unique_by=lambda lot: lot.lot,
)

WORKED: list[tuple[str, int, list[Lot], list[Lot]]] = [
    ("nothing", 0, [], []),
    ("no lots", 3_000, [], [Lot(NO_LOT, None, 3_000)]),
    ("all named", 5_000, [Lot("A", MAY, 5_000)], [Lot("A", MAY, 5_000)]),
    (
        "two sold unnamed are of what expires first",
        8_000,
        [Lot("B", JUNE, 6_000), Lot("A", MAY, 4_000)],
        [Lot("A", MAY, 2_000), Lot("B", JUNE, 6_000)],
    ),
    (
        "and then of the next, and of what never expires last of all",
        1_000,
        [Lot("N", None, 2_000), Lot("B", JUNE, 6_000), Lot("A", MAY, 4_000)],
        [Lot("N", None, 1_000)],
    ),
    (
        "more unnamed than all lots have is below zero, and of none",
        -1_000,
        [Lot("A", MAY, 4_000)],
        [Lot(NO_LOT, None, -1_000)],
    ),
    (
        "what came in unnamed was of the lot that went out",
        7_000,
        [Lot("A", MAY, -3_000)],
        [Lot(NO_LOT, None, 7_000)],
    ),
    (
        "as far as there is any",
        -1_000,
        [Lot("A", MAY, -3_000)],
        [Lot("A", MAY, -1_000)],
    ),
    (
        "a lot below zero is told, and takes nothing of another",
        3_000,
        [Lot("A", MAY, -2_000), Lot("B", JUNE, 5_000)],
        [Lot("A", MAY, -2_000), Lot("B", JUNE, 5_000)],
    ),
]


@pytest.mark.parametrize(
    ("level", "named", "held"), [row[1:] for row in WORKED], ids=[row[0] for row in WORKED]
)
def test_lots_are_held_as_it_is_written(level: int, named: list[Lot], held: list[Lot]) -> None:
    assert lots_held(level, named) == tuple(held)


@given(st.integers(-100_000, 100_000), LOTS)
def test_lots_come_to_the_level_in_any_order(level: int, named: list[Lot]) -> None:
    held = lots_held(level, named)
    assert sum(one.quantity_milli for one in held) == level
    assert lots_held(level, list(reversed(named))) == held


@given(st.integers(-100_000, 100_000), LOTS)
def test_nothing_is_without_a_lot_while_a_lot_could_be_meant(level: int, named: list[Lot]) -> None:
    held = lots_held(level, named)
    rest = sum(one.quantity_milli for one in held if one.lot == NO_LOT)
    lots: Sequence[int] = [one.quantity_milli for one in held if one.lot != NO_LOT]
    assert not any(rest < 0 < lot or lot < 0 < rest for lot in lots)


def test_a_lot_is_named_by_what_its_goods_say() -> None:
    assert Mark("L-9", MAY).name == "L-9"
    assert Mark(None, MAY).name == "2026-05-31"
    assert Mark(serial="SN-1").name is None
    assert earlier(None, MAY) == earlier(JUNE, MAY) == MAY


def test_what_has_a_serial_number_is_one_piece() -> None:
    StockLine(TEA, -1_000, serial="SN-1")
    with pytest.raises(Unbalanced, match="one piece"):
        StockLine(TEA, 2_000, serial="SN-1")


def test_a_last_day_that_no_calendar_can_go_beyond_is_in_no_fact() -> None:
    with pytest.raises(Unbalanced):
        StockLine(TEA, 1_000, expires_on=date.max)
    with pytest.raises(Unbalanced):
        CountLine(TEA, 1_000, 1, None, date.max)
