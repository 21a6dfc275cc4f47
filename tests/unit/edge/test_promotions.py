"""A kind of promotion is one file: here is one, written nowhere else, and a shop that sells by it.

Nothing in the product knows ``PercentOff`` or ``OffTogether``. What stands below is all that a kind
needs, its row in the list apart: so this test fails where a kind would need another file.
"""

from collections.abc import Iterator, Sequence
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.prices import AmountIsNothing
from edge.domain.sale.situation import SoldLine
from sync.protocol.change import Epoch
from sync.protocol.codec import decode_fact, encode, kind_of
from sync.protocol.facts import Line, OriginalLine, RetailTransaction
from sync.protocol.identity import ItemId, PromotionId, ReceiptNumber
from sync.protocol.money import divide_half_up
from sync.protocol.paper.receipt import Place
from sync.protocol.promotions.kinds import KINDS, Published, understood
from sync.protocol.promotions.reduce import reduce_lines
from sync.protocol.promotions.shape import Kind, LineOnOffer, Promotion, Reduction
from tests.builders import CARD, MEMBER, SETTINGS, situation
from tests.receipts import receipt_text
from tests.sale_builders import line, return_line, sale_request, tender


class PercentOff(msgspec.Struct, frozen=True, array_like=True):
    """``percent`` off each line of an item."""

    item_id: ItemId
    percent: int


def percent_off(
    asked: PercentOff, lines: Sequence[LineOnOffer], left_minor: Sequence[int]
) -> Iterator[Reduction]:
    for index, (each, minor) in enumerate(zip(lines, left_minor, strict=True)):
        if each.item_id == asked.item_id:
            yield Reduction(divide_half_up(minor * asked.percent, 100), {index: minor})


PERCENT_OFF = Kind("percent_off", PercentOff, percent_off)


class OffTogether(msgspec.Struct, frozen=True, array_like=True):
    """An amount off, borne by all lines of the basket."""

    off_minor: int


def off_together(
    asked: OffTogether, _lines: Sequence[LineOnOffer], left_minor: Sequence[int]
) -> Iterator[Reduction]:
    yield Reduction(asked.off_minor, dict(enumerate(left_minor)))


OFF_TOGETHER = Kind("off_together", OffTogether, off_together)


def tenth_off(item: str = "I05", percent: int = 10) -> Promotion:
    asked = PercentOff(ItemId(item), percent)
    return Promotion(PromotionId("TENTH"), 3, "10 % off tea", PERCENT_OFF, asked)


def amount_off(minor: int) -> Promotion:
    return Promotion(PromotionId("BASKET"), 1, "Off today", OFF_TOGETHER, OffTogether(minor))


def on_offer(*prices: int) -> list[LineOnOffer]:
    return [LineOnOffer(ItemId("I05"), "each", 1_000, minor, minor) for minor in prices]


def reduced(prices: Sequence[int], *promotions: Promotion) -> list[list[int]]:
    modifiers = reduce_lines(on_offer(*prices), promotions).modifiers
    return [[each.amount_minor for each in of_line] for of_line in modifiers]


@pytest.mark.parametrize(
    ("prices", "percent", "off"),
    [
        ([380], 10, [[-38]]),
        ([385], 10, [[-39]]),
        ([380, 10], 10, [[-38], [-1]]),
        ([4], 10, [[]]),
        ([380], 100, [[-380]]),
        ([380], 200, [[-380]]),
        ([0], 10, [[]]),
    ],
)
def test_the_table_of_a_kind(prices: list[int], percent: int, off: list[list[int]]) -> None:
    assert reduced(prices, tenth_off(percent=percent)) == off


@pytest.mark.parametrize(
    ("prices", "off_minor", "off"),
    [
        ([100, 100, 100], 100, [[-34], [-33], [-33]]),
        ([1_000, 1], 500, [[-500], []]),
        ([100, 50], 1_000, [[-100], [-50]]),
        ([0, 0], 10, [[], []]),
        ([], 10, []),
    ],
)
def test_what_comes_off_together_is_cut_by_largest_remainder_and_to_what_is_left(
    prices: list[int], off_minor: int, off: list[list[int]]
) -> None:
    assert reduced(prices, amount_off(off_minor)) == off


def test_each_promotion_sees_what_those_before_it_left() -> None:
    assert reduced([1_000], tenth_off(), tenth_off()) == [[-100, -90]]
    assert reduced([100], amount_off(90), tenth_off(percent=100)) == [[-90, -10]]


def test_the_receipt_line_says_which_promotion_in_which_version() -> None:
    ((modifier,),) = reduce_lines(on_offer(380), [tenth_off()]).modifiers
    assert (modifier.kind, modifier.amount_minor, modifier.reason) == (
        "percent_off",
        -38,
        "10 % off tea",
    )
    assert (modifier.promotion_id, modifier.promotion_version) == ("TENTH", 3)


def test_published_promotions_are_read_by_their_kinds_and_unknown_ones_lower_no_price() -> None:
    known = Published(PromotionId("A"), 1, "a", "percent_off", encode(PercentOff(ItemId("x"), 5)))
    newer = known._replace(promotion_id=PromotionId("B"), code="by_moonlight")
    broken = known._replace(promotion_id=PromotionId("C"), arguments=b"\xc1")
    other = known._replace(promotion_id=PromotionId("D"), arguments=encode(["x", "much"]))
    kinds = {PERCENT_OFF.code: PERCENT_OFF}
    read = understood(known, kinds)
    assert read is not None
    assert (read.promotion_id, read.arguments) == ("A", PercentOff(ItemId("x"), 5))
    assert [understood(each, kinds) for each in (newer, broken, other)] == [None, None, None]


def test_every_kind_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_tax_points_and_total_are_figured_on_what_is_left() -> None:
    known = situation(promotions=(tenth_off("I15"),))
    request = sale_request(lines=[line("I15")], total_minor=8_991, customer_id=MEMBER)
    fact = compose(replace(request, tenders=(tender(CARD, 8_991),)), known).fact
    (sold,) = fact.lines
    assert (sold.extended_minor, sold.amount_minor) == (9_990, 8_991)
    assert sold.tax_minor == divide_half_up(8_991 * 900, 10_900)
    assert fact.points_earned == 8
    added = replace(SETTINGS, tax_included=False)
    on_top = quote(replace(request, tenders=()), known._replace(settings=added))
    assert (on_top.total_minor, on_top.taxes[0].tax_minor) == (8_991 + 809, 809)


def test_the_receipt_shows_what_came_off() -> None:
    known = situation(promotions=(tenth_off(),))
    asked = sale_request(lines=[line("I05", 2)], total_minor=684, tenders=[tender(CARD, 684)])
    fact = compose(asked, known).fact
    text = receipt_text(fact, SETTINGS, Place(Epoch(1, b"\0" * 8), 1, bytes(32)), {})
    rows = [row.split() for row in text.splitlines()]
    assert ["2", "x", "3.80", "7.60"] in rows
    assert ["10", "%", "off", "tea", "-0.76"] in rows
    assert ["TOTAL", "SGD", "6.84"] in rows


BASKETS = st.lists(
    st.tuples(st.sampled_from(["I01", "I05", "I15", "ZERO", "GIFT"]), st.integers(1, 5)),
    min_size=1,
    max_size=5,
)
PROMOTIONS = st.lists(
    st.builds(tenth_off, st.sampled_from(["I05", "I15", "GIFT"]), st.integers(0, 120))
    | st.builds(amount_off, st.integers(0, 20_000)),
    min_size=1,
    max_size=3,
)


@given(basket=BASKETS, promotions=PROMOTIONS, included=st.booleans())
def test_a_quote_with_promotions_says_what_the_sale_will(
    basket: list[tuple[str, int]], promotions: list[Promotion], included: bool
) -> None:
    said, fact = sell(basket, promotions, included)
    assert said == [(each.extended_minor, each.amount_minor, each.tax_minor) for each in fact.lines]
    assert all(0 <= each.amount_minor <= each.extended_minor for each in fact.lines)
    kind = kind_of(fact)
    assert decode_fact(kind.kind, kind.version, encode(fact)) == fact


def sell(
    basket: list[tuple[str, int]], promotions: list[Promotion], included: bool
) -> tuple[list[tuple[int, int, int]], RetailTransaction]:
    """The figures of a quote's lines, and the sale of the same basket."""
    settings = replace(SETTINGS, tax_included=included)
    known = situation(settings=settings, promotions=tuple(promotions))
    lines = [line(item, pieces) for item, pieces in basket]
    asked = sale_request("basket", lines, (), total_minor=0, customer_id=MEMBER)
    said = quote(asked, known)
    total = said.total_minor
    paid = (tender(CARD, total),) if total else ()
    fact = compose(replace(asked, total_minor=total, tenders=paid), known).fact
    assert fact.total_minor == total
    assert fact.points_earned == said.points_earned
    return [(each.extended_minor, each.amount_minor, each.tax_minor) for each in said.lines], fact


@given(basket=BASKETS, promotions=PROMOTIONS, included=st.booleans(), order=st.randoms())
def test_parts_that_come_back_in_any_order_give_back_what_was_paid(
    basket: list[tuple[str, int]], promotions: list[Promotion], included: bool, order: Random
) -> None:
    _, bought = sell(basket, promotions, included)
    pieces = [each.line_no for each in bought.lines for _ in range(each.quantity_milli // 1_000)]
    order.shuffle(pieces)
    returned = dict.fromkeys((each.line_no for each in bought.lines), 0)
    carried = dict(returned)
    paid_back, amounts = 0, 0
    for line_no in pieces:
        carried[line_no] += 1_000
        sold = as_sold(bought, bought.lines[line_no - 1], returned[line_no])
        known = situation(originals={OriginalLine(bought.sale_id, line_no): sold})
        goods = return_line("basket", line_no, quantity_milli=carried[line_no])
        asked = sale_request(lines=[goods], tenders=(), total_minor=0, customer_id=MEMBER)
        try:
            total = quote(asked, known).total_minor
        except AmountIsNothing:  # it goes back together with the next piece of its line
            continue
        paid = (tender(CARD, total),) if total else ()
        back = compose(replace(asked, total_minor=total, tenders=paid), known).fact
        returned[line_no] += carried[line_no]
        carried[line_no] = 0
        paid_back += back.total_minor
        amounts += back.lines[0].amount_minor
    assert amounts == -sum(each.amount_minor for each in bought.lines)
    assert paid_back == -bought.total_minor


def as_sold(bought: RetailTransaction, line: Line, returned_milli: int) -> SoldLine:
    values = {name: getattr(line, name) for name in SoldLine._fields if hasattr(line, name)}
    return SoldLine(
        **values,
        sale_id=bought.sale_id,
        customer_id=bought.customer_id,
        receipt_number=ReceiptNumber(bought.receipt_number),
        returned_milli=returned_milli,
        on_hand_milli=0,
        currency=bought.currency,
    )
