"""Prices by hand as a table of worked examples, and what a role's limit is held against."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.rights import OverrideNeeded, PermissionNeeded
from edge.domain.sale.basket import (
    DiscountRequest,
    LineRequest,
    PriceOverrideRequest,
    SaleRequest,
)
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.lines import BadLine
from edge.domain.sale.refusals.price_overrides import (
    PriceOverrideOnReturn,
    PriceOverrideOutOfScope,
    PriceSetTwice,
)
from edge.domain.sale.refusals.prices import AmountIsNothing
from sync.protocol.facts import OriginalLine, RetailTransaction
from sync.protocol.identity import PromotionId
from sync.protocol.permissions import SHIPPED, Permission
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick, Promotion
from tests.builders import ANNA, CARD, MEMBER, situation
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_promotions import as_sold

KIND_OF = {kind.arguments: kind for kind in KINDS}
HALF = Pick()
BY, OFF, WHOLE = "price_override", "discount", "basket_discount"


def at(minor: int, reason: str = "wrong label") -> PriceOverrideRequest:
    return PriceOverrideRequest(minor, reason)


def rate(rate_bp: int) -> DiscountRequest:
    return DiscountRequest("dented", rate_bp=rate_bp)


def promotion(arguments: Any) -> Promotion:
    return Promotion(PromotionId("P"), 1, "promotion", KIND_OF[type(arguments)], arguments)


def basket(
    lines: Sequence[LineRequest], discount: DiscountRequest | None = None, **more: Any
) -> SaleRequest:
    return sale_request("basket", lines, (), total_minor=0, discount=discount, **more)


def sold(
    lines: Sequence[LineRequest],
    discount: DiscountRequest | None = None,
    *promotions: Promotion,
) -> RetailTransaction:
    """The sale of a basket, after its quote, with what both say of it held together."""
    known = situation(promotions=promotions)
    asked = basket(lines, discount, customer_id=MEMBER)
    said = quote(asked, known)
    total = said.total_minor
    paid = (tender(CARD, total),) if total else ()
    fact = compose(replace(asked, total_minor=total, tenders=paid), known).fact
    assert [each.amount_minor for each in said.lines] == [each.amount_minor for each in fact.lines]
    return fact


def changes(fact: RetailTransaction) -> list[list[tuple[str, int]]]:
    return [[(each.kind, each.amount_minor) for each in one.modifiers] for one in fact.lines]


"""Tea (I05) costs 3.80, I15 99.90, I01 1.50."""
EXAMPLES: list[tuple[list[LineRequest], DiscountRequest | None, list[Any], list[Any]]] = [
    # down, up, to nothing, and what it costs anyway
    ([line("I05", price_override=at(300))], None, [], [[(BY, -80)]]),
    ([line("I05", 3, price_override=at(300))], None, [], [[(BY, -240)]]),
    ([line("I05", 2, price_override=at(400))], None, [], [[(BY, 40)]]),
    ([line("I05", price_override=at(0))], None, [], [[(BY, -380)]]),
    ([line("I05", price_override=at(380))], None, [], [[]]),
    # discounts by hand come on top, after it
    (
        [line("I05", price_override=at(300), discount=rate(1_000))],
        None,
        [],
        [[(BY, -80), (OFF, -30)]],
    ),
    ([line("I05", price_override=at(300))], rate(1_000), [], [[(BY, -80), (WHOLE, -30)]]),
    # promotions leave the line alone, and go on without it
    (
        [line("I05", 3, price_override=at(300))],
        None,
        [promotion(SeveralFor(Pick(items=("I05",)), 3, 1_000))],
        [[(BY, -240)]],
    ),
    (
        [line("I05", 2), line("I05", price_override=at(300))],
        None,
        [promotion(SeveralFor(Pick(items=("I05",)), 3, 1_000))],
        [[], [(BY, -80)]],
    ),
    (
        [line("I05", price_override=at(300)), line("I05")],
        None,
        [promotion(PercentOff(HALF, 5_000))],
        [[(BY, -80)], [("percent_off", -190)]],
    ),
    (
        [line("I05", price_override=at(300)), line("I15")],
        None,
        [promotion(BasketOff((Level(0, 1_000),)))],
        [[(BY, -80)], [("basket_off", -1_000)]],
    ),
    # what it would take to reach a level is not in it either
    (
        [line("I05", price_override=at(300)), line("I05", 2)],
        None,
        [promotion(BasketOff((Level(1_000, 100),)))],
        [[(BY, -80)], []],
    ),
]


@pytest.mark.parametrize(("lines", "discount", "promotions", "expected"), EXAMPLES)
def test_the_table_of_prices_by_hand(
    lines: list[LineRequest],
    discount: DiscountRequest | None,
    promotions: list[Promotion],
    expected: list[list[tuple[str, int]]],
) -> None:
    assert changes(sold(lines, discount, *promotions)) == expected


def test_the_line_says_what_it_costs_who_set_the_price_and_why() -> None:
    (bought,) = sold([line("I05", 2, price_override=at(300))]).lines
    assert (bought.unit_price_minor, bought.extended_minor, bought.amount_minor) == (380, 760, 600)
    (modifier,) = bought.modifiers
    assert (modifier.reason, modifier.operator_id) == ("wrong label", ANNA)
    assert (modifier.promotion_id, modifier.promotion_version) == (None, None)


def test_nothing_was_saved_by_it_and_it_brings_no_promotion_nearer() -> None:
    known = situation(promotions=(promotion(BasketOff((Level(1_000, 100),))),))
    lines = [line("I05", 2), line("I05", price_override=at(300))]
    saved = quote(basket(lines), known).saved
    assert saved.saved_minor == 0
    assert [each.minor for each in saved.almost] == [240]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (line("GIFT", price_override=at(100)), PriceOverrideOutOfScope),
        (line("OPEN", price_minor=500, price_override=at(100)), PriceSetTwice),
        (line("WEIGHED", quantity_milli=4, price_override=at(100)), AmountIsNothing),
    ],
)
def test_what_has_no_price_to_set_is_refused(wrong: LineRequest, refusal: type[BadLine]) -> None:
    with pytest.raises(refusal) as refused:
        quote(basket([line(), wrong]), situation())
    assert (refused.value.field or "").startswith("lines[1]")


def test_goods_that_come_back_have_the_price_that_they_were_sold_at() -> None:
    bought = sold([line("I05", 3, price_override=at(300))])
    back = as_sold(bought, bought.lines[0], 0)
    known = situation(originals={OriginalLine(bought.sale_id, 1): back})
    goods = return_line("basket")
    with pytest.raises(PriceOverrideOnReturn) as refused:
        quote(basket([line(), replace(goods, price_override=at(1))]), known)
    assert refused.value.field == "lines[1].price_override"
    assert [each.amount_minor for each in quote(basket([goods]), known).lines] == [-300]


LIMITS = [
    # a supervisor changes a price by 20 %, up or down, however many lines
    ([line("I15", price_override=at(7_992))], None),
    ([line("I15", price_override=at(7_991))], (1_999, 2_002)),
    ([line("I15", price_override=at(11_988))], None),
    ([line("I15", price_override=at(11_989))], (1_999, 2_002)),
    ([line("I05", price_override=at(0)), line("I15", price_override=at(9_900))], (470, 10_000)),
    # dearer than twice the price is no more than the whole of it
    ([line("I05", price_override=at(38_000))], (37_620, 10_000)),
    # discounts that come on top are held against their own limit
    ([line("I15", price_override=at(7_992), discount=rate(2_000))], None),
]


@pytest.mark.parametrize(("lines", "asks"), LIMITS)
def test_the_table_of_limits(lines: list[LineRequest], asks: tuple[int, int] | None) -> None:
    known = situation(role=SHIPPED["supervisor"])
    asked = basket(lines)
    total = quote(asked, known).total_minor
    asked = replace(asked, total_minor=total, tenders=(tender(CARD, total),))
    if asks is None:
        assert compose(asked, known).fact.overrides == ()
        return
    with pytest.raises(OverrideNeeded) as refused:
        compose(asked, known)
    amount_minor, rate_bp = asks
    assert refused.value.asks == {
        "permission": Permission.PRICE_OVERRIDE,
        "subject": str(sale_id("basket")),
        "amount_minor": amount_minor,
        "rate_bp": rate_bp,
    }


def test_a_cashier_sets_no_price_alone() -> None:
    asked = basket([line("I05", price_override=at(379))])
    known = situation(role=SHIPPED["cashier"])
    asked = replace(asked, total_minor=379, tenders=(tender(CARD, 379),))
    with pytest.raises(PermissionNeeded):
        compose(asked, known)


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.none() | st.integers(0, 2_000)), min_size=1, max_size=6
    ),
    st.randoms(use_true_random=False),
)
def test_in_any_order_each_line_costs_the_same(
    asked: list[tuple[int, int | None]], random: Any
) -> None:
    """With a promotion about all that has no price by hand, and none below zero."""
    lines = [
        line("I05", pieces, price_override=None if price is None else at(price))
        for pieces, price in asked
    ]
    half = promotion(PercentOff(HALF, 5_000))
    before = [one.amount_minor for one in sold(lines, None, half).lines]
    assert min(before) >= 0
    order = list(range(len(lines)))
    random.shuffle(order)
    after = [one.amount_minor for one in sold([lines[at] for at in order], None, half).lines]
    assert after == [before[at] for at in order]
