"""Goods that another shop sold: worked examples, and every order of partial returns."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.rights import Override, OverrideNeeded, PermissionNeeded
from edge.domain.sale.basket import LineRequest, OriginalRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.refusals.returns import LeaveMissing, ReturnedMoreThanSold, TrainingDiffers
from edge.domain.sale.returns import take_back_lines
from edge.domain.sale.situation import PaidBefore, Situation, SoldLine
from sync.protocol.errors import Refusal
from sync.protocol.facts import OriginalLine, RightTaken, TenderKind
from sync.protocol.identity import OperatorId, StoreId
from sync.protocol.permissions import SHIPPED
from sync.protocol.refunds import GaveBack, Payment, gone_by, left_of, proposed
from tests.builders import CARD, CASH, W1, situation
from tests.sale_builders import line, sale_request, tender
from tests.unit.edge.test_returns import FIRST, SALE, back, sold

ORCHARD = StoreId(UUID(int=0x0C))
LEAVE = UUID(int=0x1E)
TAKEN = RightTaken("refund", SALE, LEAVE, 0, 1)


def elsewhere(**more: Any) -> SoldLine:
    """Three pieces for 10.00 at the Orchard shop."""
    return sold(**more)._replace(store_id=ORCHARD, stated=True)


def known(line_: SoldLine, *, leave: bool = True, **more: Any) -> Situation:
    paid = {SALE: (Payment(CARD, "Card", TenderKind.CARD, 1_000),)}
    cash = Payment(CASH, "Cash", TenderKind.CASH, 0)
    leaves = {SALE: LEAVE} if leave else {}
    held = situation(originals={FIRST: line_}, leaves=leaves, paid=PaidBefore(paid, cash))
    return held._replace(**more)


def test_a_return_names_the_shop_that_sold_and_uses_its_leave_up() -> None:
    request = sale_request(lines=[back()], total_minor=-333, customer_id=None)
    fact = compose(request, known(elsewhere(customer=None, points=0))).fact
    assert fact.lines[0].original == OriginalLine(SALE, 1, ORCHARD)
    assert fact.rights_taken == (TAKEN,)
    assert (fact.lines[0].amount_minor, fact.lines[0].tax_minor) == (-333, -28)


def test_two_lines_of_one_receipt_use_one_leave_and_an_exchange_too() -> None:
    lines = [back(), line("I10"), back(quantity_milli=2_000)]
    request = sale_request(lines=lines, total_minor=890 - 1_000)
    fact = compose(request, known(elsewhere(customer=None, points=0))).fact
    assert fact.rights_taken == (TAKEN,)


def test_a_receipt_of_this_shop_uses_its_leave_where_it_has_one_and_needs_none() -> None:
    own = sold(customer=None, points=0)
    request = sale_request(lines=[back()], total_minor=-333)
    assert compose(request, known(own)).fact.rights_taken == (TAKEN,)
    fact = compose(request, known(own, leave=False)).fact
    assert (fact.rights_taken, fact.lines[0].original) == ((), FIRST)


@pytest.mark.parametrize(
    ("line_", "changes", "asked", "refusal"),
    [
        (elsewhere(), {"leaves": {}}, back(), LeaveMissing),
        (elsewhere(), {"training": True}, back(), TrainingDiffers),
        (elsewhere(returned=2_000), {}, back(quantity_milli=2_000), ReturnedMoreThanSold),
    ],
)
def test_what_does_not_come_back_here(
    line_: SoldLine, changes: dict[str, Any], asked: LineRequest, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        take_back_lines([asked], known(line_, **changes))


@pytest.mark.parametrize(
    ("role", "amount", "refusal"),
    [
        ("cashier", 1_000, PermissionNeeded),
        ("supervisor", 5_000, None),
        ("supervisor", 5_001, OverrideNeeded),
        ("manager", 50_000, None),
    ],
)
def test_how_far_an_operator_goes_alone_with_what_another_shop_sold(
    role: str, amount: int, refusal: type[Refusal] | None
) -> None:
    one = elsewhere(quantity_milli=1_000, amount=amount, tax=0, customer=None, points=0)
    paid = {SALE: (Payment(CARD, "Card", TenderKind.CARD, amount),)}
    held = known(one, role=SHIPPED[role], paid=PaidBefore(paid, None))
    one = held.originals[FIRST]._replace(tax_rate_bp=0)
    held = held._replace(originals={FIRST: one})
    request = sale_request(lines=[back()], total_minor=-amount)
    if refusal is None:
        assert compose(request, held).fact.overrides == ()
        return
    with pytest.raises(refusal) as refused:
        compose(request, held)
    assert refused.value.asks is not None
    assert refused.value.asks["permission"] == "refund_elsewhere"
    assert refused.value.asks["amount_minor"] == amount


def test_one_word_covers_the_goods_of_another_shop_and_the_money_for_them() -> None:
    one = elsewhere(customer=None, points=0)
    held = known(one, role=replace(SHIPPED["cashier"], limits=()))
    request = sale_request(lines=[back()], total_minor=-333, tenders=[tender(CASH, -335)])
    to_what = ("return", "refund_elsewhere", str(request.sale_id), 400)
    who = (OperatorId("BOSS"), request.operator_id, W1)
    word = Override(UUID(int=1), *to_what, *who, "it is right")
    fact = compose(request, held, (word,)).fact
    assert [(each.act, each.operator_id) for each in fact.overrides] == [("return", "BOSS")]


PARTS = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 3_000)), min_size=1, max_size=12)


@given(
    parts=PARTS,
    amount=st.integers(3, 10**6),
    tax=st.integers(0, 10**5),
    points=st.integers(0, 10**4),
    by_card=st.integers(0, 100),
)
def test_partial_returns_at_two_shops_in_any_order_give_back_what_was_paid_and_no_more(
    parts: list[tuple[int, int]], amount: int, tax: int, points: int, by_card: int
) -> None:
    """Each under a leave: what the other took back stands in the line as it is stated then."""
    card = amount * by_card // 100
    paid = (
        Payment(CARD, "Card", TenderKind.CARD, card),
        Payment(CASH, "Cash", TenderKind.CASH, amount - card),
    )
    returned = 0
    receipts: list[GaveBack] = []
    figures = [0, 0, 0]
    for shop, wanted in [*parts, (0, 3_000)]:
        quantity = min(wanted, 3_000 - returned)
        if quantity == 0:
            continue
        one = sold(3_000, amount, tax=tax, points=points, returned=returned, unit="kg")
        if shop:
            one = one._replace(store_id=ORCHARD, stated=True)
        held = situation(originals={FIRST: one}, leaves={SALE: LEAVE})
        asked = LineRequest(1, quantity, original=OriginalRequest(SALE, 1))
        try:
            (taken,) = take_back_lines([asked], held).values()
        except Refusal:  # so little of it is worth nothing: it comes back with more
            continue
        returned += quantity
        values = (-taken.amount_minor, -taken.tax_minor, -taken.points)
        figures = [both + new for both, new in zip(figures, values, strict=True)]
        due = -taken.amount_minor
        gone = gone_by(receipts, {SALE: paid})
        left = left_of(paid, {tender_id: sum_ for (_, tender_id), sum_ in gone.items()})
        backs = proposed([(due, left)], due) if due else ()
        assert sum(each.amount_minor for each in backs) == due
        given = tuple((each.tender_id, each.amount_minor) for each in backs if each.tender_id)
        assert sum(minor for _, minor in given) == due
        receipts.append(GaveBack(((SALE, due),), given))
    assert returned == 3_000
    assert figures == [amount, tax, points]
    by = [pair for each in receipts for pair in each.by]
    assert sum(minor for name, minor in by if name == CARD) == card
    assert sum(minor for name, minor in by if name == CASH) == amount - card
