"""Discounts by hand as a table of worked examples, and what a role's limit is held against."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, convert
from msgspec.structs import replace

from edge.domain.rights import Override, OverrideNeeded, PermissionNeeded
from edge.domain.sale.basket import DiscountRequest, LineRequest, SaleRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.discounts import (
    DiscountOnReturn,
    DiscountOutOfScope,
    DiscountTooLarge,
)
from edge.domain.sale.refusals.lines import BadLine
from edge.domain.sale.refusals.prices import AmountIsNothing
from sync.protocol.facts import OriginalLine, RetailTransaction
from sync.protocol.identity import PromotionId
from sync.protocol.money import divide_half_up
from sync.protocol.permissions import SHIPPED, Permission
from sync.protocol.promotions.amount_off import AmountOff
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.kinds import KINDS
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick, Promotion, Terms
from tests.builders import ANNA, BEN, CARD, MEMBER, SETTINGS, W1, situation
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_promotions import as_sold

TEA = Pick(items=("I05",))
ALL = Pick()
HALF = 5_000
KIND_OF = {kind.arguments: kind for kind in KINDS}


def rate(rate_bp: int, reason: str = "dented") -> DiscountRequest:
    return DiscountRequest(reason, rate_bp=rate_bp)


def amount(minor: int, reason: str = "dented") -> DiscountRequest:
    return DiscountRequest(reason, amount_minor=minor)


def promotion(arguments: Any, **terms: Any) -> Promotion:
    kind = KIND_OF[type(arguments)]
    return Promotion(PromotionId("P"), 1, "promotion", kind, arguments, Terms(**terms))


def basket(
    lines: Sequence[LineRequest], discount: DiscountRequest | None = None, **more: Any
) -> SaleRequest:
    return sale_request("basket", lines, (), total_minor=0, discount=discount, **more)


def sold(
    lines: Sequence[LineRequest],
    discount: DiscountRequest | None = None,
    *promotions: Promotion,
    **more: Any,
) -> RetailTransaction:
    """The sale of a basket, after its quote, with what both say of it held together."""
    known = situation(promotions=promotions, **more)
    asked = basket(lines, discount, customer_id=MEMBER)
    said = quote(asked, known)
    total = said.total_minor
    paid = (tender(CARD, total),) if total else ()
    fact = compose(replace(asked, total_minor=total, tenders=paid), known).fact
    assert [each.amount_minor for each in said.lines] == [each.amount_minor for each in fact.lines]
    return fact


def off(fact: RetailTransaction) -> list[list[tuple[str, int]]]:
    return [[(each.kind, each.amount_minor) for each in one.modifiers] for one in fact.lines]


BY, WHOLE = "discount", "basket_discount"
ONE_TEA = [line("I05", discount=rate(1_000))]
"""Tea 3.80, I15 99.90, I01 1.50, rice at no tax 10.00, a gift card 20.00 out of tax's scope."""
EXAMPLES: list[tuple[list[LineRequest], DiscountRequest | None, list[Any], list[Any]]] = [
    # a line, by rate and by amount; half of a minor unit goes up
    (ONE_TEA, None, [], [[(BY, -38)]]),
    ([line("I05", discount=rate(125))], None, [], [[(BY, -5)]]),
    ([line("I05", discount=rate(1))], None, [], [[]]),
    ([line("I05", discount=rate(10_000))], None, [], [[(BY, -380)]]),
    ([line("I05", 3, discount=amount(40))], None, [], [[(BY, -40)]]),
    ([line("I05", discount=amount(380))], None, [], [[(BY, -380)]]),
    # the basket: cut by what is left of each line, largest remainder, the first of equals
    (
        [line("I05"), line("I05"), line("I05")],
        amount(100),
        [],
        [[(WHOLE, -34)], *[[(WHOLE, -33)]] * 2],
    ),
    ([line("I05"), line("I15")], rate(500), [], [[(WHOLE, -19)], [(WHOLE, -500)]]),
    ([line("I05"), line("ZERO")], amount(138), [], [[(WHOLE, -38)], [(WHOLE, -100)]]),
    # what is out of tax's scope bears none of it
    ([line("I05"), line("GIFT")], rate(1_000), [], [[(WHOLE, -38)], []]),
    ([line("I05"), line("GIFT")], amount(380), [], [[(WHOLE, -380)], []]),
    # both: the basket's over what the line's left
    (ONE_TEA, rate(1_000), [], [[(BY, -38), (WHOLE, -34)]]),
    (
        [line("I05", discount=rate(10_000)), line("I01")],
        amount(150),
        [],
        [[(BY, -380)], [(WHOLE, -150)]],
    ),
    # after the promotions of goods and groups, before those over the basket
    (
        [line("I05", 3, discount=rate(1_000))],
        rate(1_000),
        [promotion(SeveralFor(TEA, 3, 1_000)), promotion(BasketOff((Level(0, 0, 1_000),)))],
        [[("several_for", -140), (BY, -100), ("basket_off", -90), (WHOLE, -81)]],
    ),
    # what of a line takes part in more falls by the same share
    (
        [line("I05", 4, discount=rate(1_000))],
        None,
        [
            promotion(SeveralFor(TEA, 3, 1_000), alone=True),
            promotion(BasketOff((Level(0, 0, HALF),))),
        ],
        [[("several_for", -140), (BY, -138), ("basket_off", -171)]],
    ),
    # a basket that is beneath a level once something came off
    (
        [line("I05", 3, discount=amount(141))],
        None,
        [promotion(BasketOff((Level(1_000, 100),)))],
        [[(BY, -141)]],
    ),
]


@pytest.mark.parametrize(("lines", "discount", "promotions", "expected"), EXAMPLES)
def test_the_table_of_what_comes_off(
    lines: list[LineRequest],
    discount: DiscountRequest | None,
    promotions: list[Promotion],
    expected: list[list[tuple[str, int]]],
) -> None:
    assert off(sold(lines, discount, *promotions)) == expected


def test_the_line_says_who_took_it_off_and_why() -> None:
    (modifier,) = sold(ONE_TEA).lines[0].modifiers
    assert (modifier.reason, modifier.operator_id) == ("dented", ANNA)
    assert (modifier.promotion_id, modifier.promotion_version) == (None, None)


@pytest.mark.parametrize("included", [True, False])
def test_tax_and_points_are_figured_on_what_is_left(included: bool) -> None:
    settings = replace(SETTINGS, tax_included=included)
    fact = sold([line("I15", discount=amount(990))], amount(900), settings=settings)
    (bought,) = fact.lines
    assert (bought.extended_minor, bought.amount_minor) == (9_990, 8_100)
    assert bought.tax_minor == divide_half_up(8_100 * 900, 10_900 if included else 10_000)
    assert fact.points_earned == (8_100 + (0 if included else 729)) // 1_000


@pytest.mark.parametrize(
    ("lines", "discount", "refusal", "field"),
    [
        ([line("I05", discount=amount(381))], None, DiscountTooLarge, "lines[0].discount"),
        ([line("I05"), line("GIFT")], amount(381), DiscountTooLarge, "discount"),
        ([line("I05", discount=rate(10_000))], amount(1), DiscountTooLarge, "discount"),
        ([line(), line("GIFT", discount=rate(1))], None, DiscountOutOfScope, "lines[1].discount"),
    ],
)
def test_what_cannot_come_off_is_refused(
    lines: list[LineRequest], discount: DiscountRequest | None, refusal: type[BadLine], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        quote(basket(lines, discount), situation())
    assert refused.value.field == field


def test_goods_that_come_back_bear_no_discount_and_no_share_of_the_baskets() -> None:
    bought = sold([line("I15")])
    known = situation(
        originals={OriginalLine(bought.sale_id, 1): as_sold(bought, bought.lines[0], 0)}
    )
    goods = return_line("basket")
    with pytest.raises(DiscountOnReturn) as refused:
        quote(basket([line(), replace(goods, discount=rate(1))]), known)
    assert refused.value.field == "lines[1].discount"
    said = quote(basket([goods, line("I05")], rate(1_000)), known)
    assert [each.amount_minor for each in said.lines] == [-9_990, 342]
    with pytest.raises(DiscountTooLarge):
        quote(basket([goods], amount(1)), known)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"rate_bp": 1, "amount_minor": 1},
        {"rate_bp": 0},
        {"rate_bp": 10_001},
        {"amount_minor": 0},
    ],
)
def test_a_discount_states_a_rate_or_an_amount(stated: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        convert({"reason": "dented", **stated}, DiscountRequest)


LIMITS = [
    # a cashier gives 5 %: of a line, of the basket, of both together, as a rate or as an amount
    ([line("I15", discount=rate(500))], None, None),
    ([line("I15", discount=rate(501))], None, (500, 501)),
    ([line("I15", discount=amount(499))], None, None),
    ([line("I15", discount=amount(500))], None, (500, 501)),
    ([line("I15")], rate(500), None),
    ([line("I15")], amount(500), (500, 501)),
    ([line("I05", discount=rate(300)), line("I15")], rate(300), (322, 591)),
    # a rate counts as it was stated, whatever it was rounded to
    ([line("I01", discount=rate(500))], None, None),
    ([line("I01", discount=amount(8))], None, (8, 534)),
    # what bears none of the basket's does not make it look smaller
    ([line("I05"), line("GIFT")], amount(38), (38, 1_000)),
]


@pytest.mark.parametrize(("lines", "discount", "asks"), LIMITS)
def test_the_table_of_limits(
    lines: list[LineRequest], discount: DiscountRequest | None, asks: tuple[int, int] | None
) -> None:
    known = situation(role=SHIPPED["cashier"])
    asked = basket(lines, discount)
    total = quote(asked, known).total_minor
    asked = replace(asked, total_minor=total, tenders=(tender(CARD, total),))
    if asks is None:
        assert compose(asked, known).fact.overrides == ()
        return
    with pytest.raises(OverrideNeeded) as refused:
        compose(asked, known)
    amount_minor, rate_bp = asks
    assert refused.value.asks == {
        "permission": Permission.DISCOUNT,
        "subject": str(sale_id("basket")),
        "amount_minor": amount_minor,
        "rate_bp": rate_bp,
    }
    word = Override(
        sale_id("word"), "discount", "discount", str(sale_id("basket")), amount_minor, BEN, ANNA,
        W1, "regular", rate_bp,
    )  # fmt: skip
    (used,) = compose(asked, known, [word]).fact.overrides
    assert (used.act, used.operator_id, used.reason) == ("discount", BEN, "regular")


def test_whose_role_knows_no_discounts_gives_none() -> None:
    role = replace(SHIPPED["cashier"], permissions=("sell",))
    asked = replace(basket(ONE_TEA), total_minor=342, tenders=(tender(CARD, 342),))
    with pytest.raises(PermissionNeeded):
        compose(asked, situation(role=role))


ITEM = st.sampled_from(["I01", "I05", "I15", "ZERO", "WEIGHED"])
DISCOUNT = (
    st.none() | st.builds(rate, st.integers(1, 10_000)) | st.builds(amount, st.integers(1, 150))
)
"""At most what one piece of the cheapest costs, so that none is refused for the line itself."""
LINES = st.lists(
    st.builds(
        lambda item, many, off: line(item, many, discount=off), ITEM, st.integers(1, 4), DISCOUNT
    ),
    min_size=1,
    max_size=5,
)
PROMOTIONS = st.lists(
    st.one_of(
        st.builds(PercentOff, st.just(ALL), st.integers(0, 9_999)),
        st.builds(AmountOff, st.just(TEA), st.integers(0, 300)),
        st.builds(SeveralFor, st.just(TEA), st.integers(2, 4), st.integers(1, 1_500)),
        st.builds(
            lambda start, bp: BasketOff((Level(start, 0, bp),)),
            st.integers(0, 9_000),
            st.integers(0, 10_000),
        ),
    ).map(promotion),
    max_size=3,
)


def try_sold(
    lines: list[LineRequest],
    discount: DiscountRequest | None,
    promotions: list[Promotion],
    **more: Any,
) -> RetailTransaction | None:
    try:
        return sold(lines, discount, *promotions, **more)
    except DiscountTooLarge:
        return None


@given(lines=LINES, discount=DISCOUNT, promotions=PROMOTIONS, included=st.booleans())
def test_receipts_balance_and_no_line_falls_below_zero(
    lines: list[LineRequest],
    discount: DiscountRequest | None,
    promotions: list[Promotion],
    included: bool,
) -> None:
    fact = try_sold(lines, discount, promotions, settings=replace(SETTINGS, tax_included=included))
    if fact is None:
        return
    for each in fact.lines:
        assert 0 <= each.amount_minor <= each.extended_minor
        assert each.amount_minor == each.extended_minor + sum(
            m.amount_minor for m in each.modifiers
        )
    whole = -sum(m.amount_minor for each in fact.lines for m in each.modifiers if m.kind == WHOLE)
    if discount is not None and discount.amount_minor is not None:
        assert whole == discount.amount_minor


@given(
    lines=LINES,
    discount=DISCOUNT,
    promotions=PROMOTIONS,
    included=st.booleans(),
    order=st.randoms(),
)
def test_parts_that_come_back_in_any_order_give_back_what_was_paid(
    lines: list[LineRequest],
    discount: DiscountRequest | None,
    promotions: list[Promotion],
    included: bool,
    order: Random,
) -> None:
    settings = replace(SETTINGS, tax_included=included)
    bought = try_sold(lines, discount, promotions, settings=settings)
    if bought is None:
        return
    pieces = [each.line_no for each in bought.lines for _ in range(each.quantity_milli // 1_000)]
    order.shuffle(pieces)
    returned = {each.line_no: 0 for each in bought.lines}
    carried = dict(returned)
    back = dict(returned)
    paid_back = 0
    for line_no in pieces:
        carried[line_no] += 1_000
        as_it_was = as_sold(bought, bought.lines[line_no - 1], returned[line_no])
        known = situation(originals={OriginalLine(bought.sale_id, line_no): as_it_was})
        goods = return_line("basket", line_no, quantity_milli=carried[line_no])
        asked = sale_request(lines=[goods], tenders=(), total_minor=0, customer_id=MEMBER)
        try:
            total = quote(asked, known).total_minor
        except AmountIsNothing:  # it goes back together with the next piece of its line
            continue
        paid = (tender(CARD, total),) if total else ()
        fact = compose(replace(asked, total_minor=total, tenders=paid), known).fact
        returned[line_no] += carried[line_no]
        carried[line_no] = 0
        paid_back += fact.total_minor
        back[line_no] += fact.lines[0].amount_minor
    assert back == {each.line_no: -each.amount_minor for each in bought.lines}
    assert paid_back == -bought.total_minor
