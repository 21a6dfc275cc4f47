"""What a drawer should hold: worked examples first, then that it is its movements and nothing
else, and that the safe is the other side of them."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sync.protocol.denominations import DENOMINATIONS, Pieces, denominations_of, worth
from sync.protocol.drawer import Expected, Tendered, expected
from sync.protocol.errors import Unbalanced
from sync.protocol.facts import (
    SAFE,
    AnyFact,
    CashDeposited,
    SafeCounted,
    TillMoved,
    TillMovementKind,
    TillSessionOpened,
    TillSessionSettled,
)
from sync.protocol.identity import MovementId, OperatorId, TillSessionId
from sync.protocol.safe import safe_change
from tests.cash_strategies import CASH_FACTS

CASH, CARD, QR = (Tendered(*one, 0) for one in (("cash", "cash"), ("card", "card"), ("qr", "qr")))
USD = Tendered("usd", "cash", 0)


def paid(*amounts: tuple[Tendered, int]) -> tuple[Tendered, ...]:
    return tuple(tender._replace(amount_minor=amount) for tender, amount in amounts)


@pytest.mark.parametrize(
    ("what", "float_minor", "tendered", "change", "moved", "cash", "others"),
    [
        ("an empty drawer", 0, (), 0, 0, 0, ()),
        ("a float alone", 10_000, (), 0, 0, 10_000, ()),
        ("a sale for 16.50 paid with 20.00", 10_000, paid((CASH, 2_000)), 350, 0, 11_650, ()),
        ("a refund of 5.00 in cash", 10_000, paid((CASH, -500)), 0, 0, 9_500, ()),
        ("a loan of 50.00", 10_000, (), 0, 5_000, 15_000, ()),
        ("a pickup of 80.00 after taking 200", 10_000, paid((CASH, 20_000)), 0, -8_000, 22_000, ()),
        ("12.00 paid out for milk", 10_000, (), 0, -1_200, 8_800, ()),
        ("a card is no cash", 10_000, paid((CARD, 1_200)), 0, 0, 10_000, (("card", 1_200),)),
        ("dollars lie in the drawer", 10_000, paid((USD, 1_350)), 150, 0, 11_200, ()),
        (
            "two receipts and a refund by card",
            0,
            paid((CARD, 5_400), (QR, 1_250), (CARD, -400)),
            0,
            0,
            0,
            (("card", 5_000), ("qr", 1_250)),
        ),
        ("more taken out than was there", 1_000, (), 0, -1_500, -500, ()),
    ],
)
def test_a_drawer_holds_what_was_put_in_less_what_was_taken_out(
    what: str,
    float_minor: int,
    tendered: tuple[Tendered, ...],
    change: int,
    moved: int,
    cash: int,
    others: tuple[tuple[str, int], ...],
) -> None:
    found = expected(float_minor, tendered, change, moved)
    assert found == Expected(cash, others), what


amounts = st.integers(0, 10**7)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("cash"), amounts, amounts),
        st.tuples(st.just("refund"), amounts, st.just(0)),
        st.tuples(st.just("card"), st.integers(-(10**7), 10**7), st.just(0)),
        st.tuples(st.just("moved"), st.integers(-(10**7), 10**7), st.just(0)),
    ),
    max_size=30,
)


@given(amounts, steps)
def test_expected_cash_is_the_drawers_movements_in_any_order(
    float_minor: int, taken: list[tuple[str, int, int]]
) -> None:
    """A drawer that somebody puts into and takes out of, note by note."""
    drawer, slips, change, moved = float_minor, 0, 0, 0
    tendered: list[Tendered] = []
    for what, amount, back in taken:
        match what:
            case "cash":
                drawer += amount - back
                change += back
                tendered.append(CASH._replace(amount_minor=amount))
            case "refund":
                drawer -= amount
                tendered.append(CASH._replace(amount_minor=-amount))
            case "card":
                slips += amount
                tendered.append(CARD._replace(amount_minor=amount))
            case _:
                drawer += amount
                moved += amount
    found = expected(float_minor, reversed(tendered), change, moved)
    assert found.cash_minor == drawer
    assert found.of("card") == slips


@given(st.lists(st.one_of(list(CASH_FACTS.values())), max_size=12))
def test_what_leaves_a_drawer_for_the_safe_is_in_it_and_nothing_else_is(
    facts: list[AnyFact],
) -> None:
    safe = sum(safe_change(fact) for fact in facts)
    by_hand = 0
    for fact in facts:
        if isinstance(fact, TillSessionOpened):
            by_hand -= fact.float_minor
        elif isinstance(fact, TillSessionSettled):
            by_hand += fact.counted_cash_minor
        elif isinstance(fact, TillMoved) and fact.other_side == SAFE:
            by_hand -= fact.amount_minor
        elif isinstance(fact, SafeCounted):
            by_hand += fact.counted_minor - fact.expected_minor
        elif isinstance(fact, CashDeposited):
            by_hand -= fact.amount_minor
    assert safe == by_hand


@pytest.mark.parametrize("currency", DENOMINATIONS)
def test_a_currencys_faces_fall_and_are_told_once(currency: str) -> None:
    faces = denominations_of(currency)
    assert list(faces) == sorted(set(faces), reverse=True)
    assert min(faces) > 0


def test_a_currency_that_nobody_knows_is_counted_as_a_sum() -> None:
    assert denominations_of("XTS") == ()


def test_notes_and_coins_come_to_their_amount_or_there_is_no_fact() -> None:
    assert worth((Pieces(5_000, 2), Pieces(5, 3))) == 10_015
    loan = TillMoved(
        MovementId(UUID(int=1)),
        TillSessionId(UUID(int=2)),
        TillMovementKind.LOAN,
        OperatorId("anna"),
        date(2025, 11, 24),
        10_000,
        "coins",
        SAFE,
        (Pieces(1_000, 10),),
    )
    with pytest.raises(Unbalanced, match="no 10000"):
        replace(loan, pieces=(Pieces(1_000, 9),))
    with pytest.raises(Unbalanced, match="faces above 0"):
        replace(loan, pieces=(Pieces(-1_000, 9), Pieces(19_000, 1)))
