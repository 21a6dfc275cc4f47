"""What a customer gives beyond what is due: where it may stand, and what it leaves alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.basket import OriginalRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.tenders import (
    ChangeFromOtherThanCash,
    TendersBelowTotal,
    WrongTenderAmount,
)
from edge.domain.sale.refusals.tips import TipNotPossible, TipsOff, TipsOfVoid
from edge.domain.sale.situation import PaidBefore
from edge.domain.sale.tips import often_given
from sync.protocol.errors import Refusal, Unbalanced
from sync.protocol.facts import RetailTransaction, TenderKind, TenderLine
from sync.protocol.figures import Tally
from sync.protocol.identity import TenderId
from sync.protocol.refunds import Payment
from tests.builders import CARD, CASH, MEMBER, QR, SETTINGS, VOUCHER, situation
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_returns import FIRST, SALE, sold

ON = replace(SETTINGS, tips=True)


def paid(*given: tuple[TenderId, int, int], **more: Any) -> RetailTransaction:
    """A sale of 10.00 (item I15), by tenders with their tips."""
    tenders = [tender(name, amount, tip_minor=tip) for name, amount, tip in given]
    request = sale_request(lines=[line("I15")], tenders=tenders, **more)
    return compose(request, situation(settings=ON)).fact


DUE = paid((CARD, sale_request(lines=[line("I15")]).total_minor, 0)).total_minor


@pytest.mark.parametrize(
    ("given", "change", "tips"),
    [
        ([(CARD, DUE + 200, 200)], 0, 200),
        ([(QR, DUE + 200, 200)], 0, 200),
        ([(CASH, DUE + 200, 200)], 0, 200),
        ([(CASH, DUE + 1_000, 200)], 800, 200),
        ([(CARD, 500, 0), (CASH, DUE, 100)], 400, 100),
        ([(CARD, 500, 100), (CASH, DUE, 300)], 100, 400),
        ([(CASH, DUE, 0), (CARD, 150, 150)], 0, 150),
    ],
)
def test_a_tip_settles_nothing_and_change_is_what_is_left_of_cash(
    given: list[tuple[TenderId, int, int]], change: int, tips: int
) -> None:
    fact = paid(*given)
    assert (fact.change_minor, fact.tips_minor, fact.total_minor) == (change, tips, DUE)


def test_a_tip_is_in_no_tax_no_total_of_goods_and_no_points() -> None:
    without = paid((CARD, DUE, 0), customer_id=MEMBER)
    with_tip = paid((CARD, DUE + 5_000, 5_000), customer_id=MEMBER)
    alike = ("lines", "taxes", "total_minor", "due_minor", "points_earned", "rounding_minor")
    assert [getattr(with_tip, one) for one in alike] == [getattr(without, one) for one in alike]
    assert without.points_earned > 0
    day = Tally()
    day.add(with_tip)
    told = day.totals()
    assert (told.tips_minor, told.gross_minor, told.tenders[0].amount_minor) == (
        *(5_000, DUE, DUE + 5_000),
    )


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ((CARD, DUE + 200, -200), TipNotPossible),
        ((CARD, DUE, DUE + 1), WrongTenderAmount),
        ((VOUCHER, DUE + 200, 200), TipNotPossible),
        ((CARD, DUE + 200, 100), ChangeFromOtherThanCash),
        ((CARD, DUE, 200), TendersBelowTotal),
        ((CASH, DUE, 200), TendersBelowTotal),
    ],
)
def test_what_is_no_tip_is_refused(
    given: tuple[TenderId, int, int], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        paid(given)


def test_a_shop_that_takes_none_refuses_one_and_offers_none() -> None:
    request = sale_request(lines=[line("I15")], tenders=[tender(CARD, DUE + 200, tip_minor=200)])
    with pytest.raises(TipsOff):
        compose(request, situation())
    asked = sale_request(lines=[line("I15")], tenders=[])
    assert quote(asked, situation()).due.quick_tips_minor == ()
    assert quote(asked, situation(settings=ON)).due.quick_tips_minor == often_given(DUE, ON)


@pytest.mark.parametrize(
    ("total", "offered"),
    [(0, ()), (-500, ()), (9, (5,)), (1_000, (50, 100, 150)), (1_234, (60, 125, 185))],
)
def test_what_is_offered_is_a_share_in_coins(total: int, offered: tuple[int, ...]) -> None:
    """1,234: 61.7, 123.4 and 185.1, to the next five cents; of 9: 0, 0 and 0 or 1."""
    assert often_given(total, ON) == (offered if total != 9 else ())


@given(
    tip=st.integers(0, 100_000),
    cash=st.integers(0, 100_000),
    by=st.sampled_from([CARD, QR, CASH]),
)
def test_whatever_tip_is_given_the_receipt_balances(tip: int, cash: int, by: TenderId) -> None:
    over = cash if by == CASH else 0
    fact = paid((by, DUE + tip + over, tip))
    given = sum(one.amount_minor for one in fact.tenders)
    assert given == fact.due_minor + fact.tips_minor + fact.change_minor
    assert fact.due_minor == DUE
    assert fact.tips_minor == tip


def voiding(*given: tuple[TenderId, int, int], bore: int = 200) -> RetailTransaction:
    """Of a receipt of 10.00 that a card paid, with a tip."""
    payment = Payment(CARD, "Card", TenderKind.CARD, 1_000, paid_minor=1_000, tip_minor=bore)
    known = situation(
        originals={FIRST: sold(1_000, 1_000, points=0)},
        paid=PaidBefore({SALE: (payment,)}, None, whole=True),
    )
    tenders = [tender(name, amount, tip_minor=tip) for name, amount, tip in given]
    request = replace(
        sale_request(lines=[return_line("x")], tenders=tenders, total_minor=-1_000),
        post_void_of=SALE,
        note="wrong person",
    )
    back = replace(request.lines[0], original=OriginalRequest(SALE, 1))
    return compose(replace(request, lines=(back,)), known).fact


def test_a_void_gives_the_tip_back_also_where_none_is_taken_any_more() -> None:
    fact = voiding((CARD, -1_200, -200))
    assert (fact.tips_minor, fact.due_minor, fact.change_minor) == (-200, -1_000, 0)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [((CARD, -1_000, 0), TipsOfVoid), ((CARD, -1_100, -100), TipsOfVoid)],
)
def test_a_void_keeps_no_tip(given: tuple[TenderId, int, int], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        voiding(given)


def test_goods_that_come_back_bring_no_tip_back() -> None:
    assert sale_id("x") != SALE
    payment = Payment(CARD, "Card", TenderKind.CARD, 1_000, paid_minor=1_000, tip_minor=200)
    known = situation(
        settings=ON,
        originals={FIRST: sold(1_000, 1_000, points=0)},
        paid=PaidBefore({SALE: (payment,)}, None),
    )
    request = sale_request(
        lines=[return_line("x")], tenders=[tender(CARD, -1_200, tip_minor=-200)], total_minor=-1_000
    )
    back = replace(request.lines[0], original=OriginalRequest(SALE, 1))
    with pytest.raises(TipNotPossible):
        compose(replace(request, lines=(back,)), known)
    told = quote(replace(request, lines=(back,), tenders=()), known)
    assert [(one.amount_minor, one.tip_minor) for one in told.refunds] == [(-1_000, 0)]


@pytest.mark.parametrize(
    ("kind", "amount", "tip"),
    [
        (TenderKind.VOUCHER, 500, 100),
        (TenderKind.POINTS, 500, 100),
        (TenderKind.CARD, 500, 501),
        (TenderKind.CARD, 500, -1),
        (TenderKind.CARD, -500, 1),
        (TenderKind.CARD, -500, -501),
        (TenderKind.CARD, 0, 1),
    ],
)
def test_a_fact_with_another_tip_cannot_exist(kind: TenderKind, amount: int, tip: int) -> None:
    with pytest.raises(Unbalanced):
        TenderLine(TenderId("x"), "X", kind, amount, tip_minor=tip)
