"""What is proposed to be ordered: worked examples, then what holds of every item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.orders import ItemNow, by_supplier, propose
from sync.protocol.identity import ItemId


def item(
    on_hand: int,
    at: int,
    up_to: int,
    sold: int = 0,
    lead: int = 0,
    pack: int = 1_000,
    cost: int | None = 100,
    supplier: str = "ACME",
    on_order: int = 0,
) -> ItemNow:
    what = (ItemId("BUN"), "Bun", "each", on_hand, at, up_to, sold)
    return ItemNow(*what, supplier, supplier.title(), None, pack, cost, lead, on_order)


EXAMPLES = {
    "above its point": (item(13_000, 12_000, 48_000), 13_000, 0),
    "at its point": (item(12_000, 12_000, 48_000), 12_000, 36),
    "below zero": (item(-3_000, 12_000, 48_000), -3_000, 51),
    "in whole packs": (item(12_000, 12_000, 48_000, pack=10_000), 12_000, 4),
    "what is sold until it comes counts": (
        item(20_000, 12_000, 48_000, sold=56_000, lead=7),
        6_000,
        42,
    ),
    "a part of a piece that is sold is a part": (
        item(12_001, 12_000, 12_000, sold=1, lead=1),
        12_000,
        0,
    ),
    "more came back than was sold": (
        item(12_000, 12_000, 24_000, sold=-5_000, lead=28),
        12_000,
        12,
    ),
    "what is on order counts as there": (item(2_000, 12_000, 48_000, on_order=6_000), 8_000, 40),
    "what is on order may be enough": (item(2_000, 12_000, 48_000, on_order=36_000), 38_000, 0),
    "by weight": (item(1_250, 2_000, 5_000, pack=2_500), 1_250, 2),
    "the point is all that is wanted": (item(12_000, 12_000, 12_000), 12_000, 0),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_proposals(name: str) -> None:
    now, left, packs = EXAMPLES[name]
    assert propose(now)[1:] == (left, packs)


@given(
    on_hand=st.integers(-50_000, 50_000),
    at=st.integers(0, 20_000),
    more=st.integers(0, 20_000),
    sold=st.integers(-5_000, 90_000),
    lead=st.integers(0, 60),
    pack=st.integers(1, 12_000),
)
def test_an_order_reaches_what_is_wanted_and_no_pack_more(
    on_hand: int, at: int, more: int, sold: int, lead: int, pack: int
) -> None:
    found = propose(item(on_hand, at, at + more, sold, lead, pack))
    assert found.left_milli <= on_hand
    if found.left_milli > at:
        assert found.packs == 0
    else:
        assert found.left_milli + found.quantity_milli >= at + more
        assert found.left_milli + found.quantity_milli - pack < at + more or not found.packs


def test_lines_stand_with_their_supplier_and_what_nobody_brings_comes_last() -> None:
    short = [item(0, 1_000, 2_000, supplier=name) for name in ("", "ZETA", "ACME", "ZETA")]
    unpriced = item(0, 1_000, 2_000, cost=None, supplier="ACME")
    found = by_supplier([*short, unpriced, item(9_000, 1_000, 2_000)])
    assert [(one.supplier_id, len(one.lines), one.cost_minor) for one in found] == [
        ("ACME", 2, 200),
        ("ZETA", 2, 400),
        ("", 1, 200),
    ]
    assert [one.unpriced for one in found] == [1, 0, 0]
