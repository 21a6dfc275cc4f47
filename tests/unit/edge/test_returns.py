"""Goods that come back: every cut of a line gives back exactly the line."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.item import UnknownScanCode
from edge.domain.sale.basket import LineRequest, OriginalRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.lines import BadLines, ItemDiffers, QuantityNotWhole
from edge.domain.sale.refusals.prices import AmountIsNothing
from edge.domain.sale.refusals.returns import (
    CurrencyDiffers,
    CustomerDiffers,
    OriginalNotFound,
    ReturnedMoreThanSold,
    ReturnPriceDiffers,
)
from edge.domain.sale.returns import SHARE_OF_MODIFIERS, customer_of, mirror, take_back_lines
from edge.domain.sale.situation import SoldLine
from sync.protocol.codec import decode_fact, encode, kind_of
from sync.protocol.facts import Line, OriginalLine, TaxClass
from sync.protocol.identity import CustomerId, ItemId, ReceiptNumber, SaleId
from tests.builders import CARD, ITEMS, MEMBER, NEWCOMER, SETTINGS, situation
from tests.sale_builders import line, sale_request, tender

SALE = SaleId(UUID(int=7))
FIRST = OriginalLine(SALE, 1)


def sold(
    quantity_milli: int = 3_000,
    amount: int = 1000,
    *,
    extended: int | None = None,
    tax: int = 83,
    points: int = 1,
    returned: int = 0,
    customer: CustomerId | None = MEMBER,
    currency: str = "SGD",
    unit: str = "each",
    included: bool = True,
) -> SoldLine:
    return SoldLine(
        sale_id=SALE,
        line_no=1,
        customer_id=customer,
        receipt_number=ReceiptNumber("S01-W1-E1-000001"),
        item_id=ItemId("I01"),
        description="Item 1",
        unit=unit,
        scan_code=ITEMS[ItemId("I01")].scan_code,
        tax_class=TaxClass.STANDARD,
        tax_rate_bp=900,
        tax_included=included,
        tax_version=7,
        price_version=11,
        unit_price_minor=333,
        unit_cost_minor=75,
        quantity_milli=quantity_milli,
        extended_minor=amount if extended is None else extended,
        amount_minor=amount,
        tax_minor=tax,
        points=points,
        returned_milli=returned,
        on_hand_milli=0,
        currency=currency,
    )


def back(line_no: int = 1, quantity_milli: int = 1_000, **more: object) -> LineRequest:
    values = {"original": OriginalRequest(SALE, 1)} | more
    return LineRequest(line_no=line_no, quantity_milli=quantity_milli, **values)  # type: ignore[arg-type]  # named by the test


def figures(line: Line) -> tuple[int, int, int, int]:
    return line.amount_minor, line.extended_minor, line.tax_minor, line.points


def test_three_for_ten_comes_back_as_333_334_333() -> None:
    lines = [
        mirror(back(), sold(), before, before + 1_000).amount_minor for before in (0, 1_000, 2_000)
    ]
    assert lines == [-333, -334, -333]


def test_a_line_that_was_reduced_comes_back_reduced() -> None:
    line = mirror(back(), sold(amount=900, extended=1000), 0, 1_000)
    assert (line.extended_minor, line.amount_minor) == (-333, -300)
    assert [(m.kind, m.amount_minor) for m in line.modifiers] == [(SHARE_OF_MODIFIERS, 33)]


@given(
    quantity=st.integers(1, 10**6),
    amount=st.integers(0, 10**8),
    discount=st.integers(0, 10**4),
    tax=st.integers(0, 10**6),
    points=st.integers(0, 10**5),
    cuts=st.lists(st.integers(1, 10**6), max_size=8),
)
def test_partial_returns_in_any_cut_give_back_exactly_the_line(
    quantity: int, amount: int, discount: int, tax: int, points: int, cuts: list[int]
) -> None:
    whole = sold(quantity, amount, extended=amount + discount, tax=tax, points=points)
    ends = sorted({cut for cut in cuts if cut < quantity} | {quantity})
    lines = [
        mirror(back(quantity_milli=end - start), whole, start, end)
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    gone = [sum(column) for column in zip(*(figures(line) for line in lines), strict=True)]
    assert gone == [-amount, -(amount + discount), -tax, -points]
    assert all(part <= 0 for line in lines for part in figures(line))
    assert sum(line.quantity_milli for line in lines) == -quantity


def test_two_lines_of_one_receipt_go_on_where_the_first_ended() -> None:
    known = situation(originals={FIRST: sold(returned=1_000)})
    lines = take_back_lines([back(1), back(2)], known)
    assert [line.amount_minor for line in lines.values()] == [-334, -333]
    with pytest.raises(ReturnedMoreThanSold) as refused:
        take_back_lines([back(1), back(2), back(3)], known)
    assert (refused.value.wanted_milli, refused.value.left_milli) == (1_000, 0)
    assert refused.value.field == "lines[2].quantity_milli"


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (back(original=OriginalRequest(SALE, 2)), OriginalNotFound),
        (back(quantity_milli=3_001), ReturnedMoreThanSold),
        (back(unit_price_minor=332), ReturnPriceDiffers),
        (back(item_id="I02"), ItemDiffers),
        (back(scan_code=ITEMS[ItemId("I02")].scan_code), ItemDiffers),
        (back(scan_code="nothing"), UnknownScanCode),
    ],
)
def test_a_return_that_does_not_fit_its_original_is_refused(
    line: LineRequest, refusal: type[BadLines]
) -> None:
    with pytest.raises(refusal):
        take_back_lines([line], situation(originals={FIRST: sold()}))


def test_a_return_line_cannot_be_taken_back_itself() -> None:
    with pytest.raises(OriginalNotFound):
        take_back_lines([back()], situation(originals={FIRST: sold(-3_000, -1000, tax=-83)}))


def test_what_agrees_with_the_original_may_be_stated() -> None:
    item = ITEMS[ItemId("I01")]
    line = back(scan_code=item.scan_code, item_id=item.item_id, unit_price_minor=333)
    taken = take_back_lines([line], situation(originals={FIRST: sold()}))
    assert taken[1].original == FIRST


def test_points_are_taken_from_whoever_earned_them() -> None:
    assert customer_of(None, {FIRST: sold()}) == MEMBER
    assert customer_of(MEMBER, {FIRST: sold()}) == MEMBER
    assert customer_of(NEWCOMER, {FIRST: sold(points=0)}) == NEWCOMER
    assert customer_of(None, {FIRST: sold(customer=None, points=0)}) is None
    with pytest.raises(CustomerDiffers):
        customer_of(NEWCOMER, {FIRST: sold()})


def test_half_a_piece_does_not_come_back() -> None:
    """A17: returns divide as far as the unit on the receipt does, whatever the item's is today."""
    known = situation(originals={FIRST: sold()})
    with pytest.raises(QuantityNotWhole) as refused:
        take_back_lines([back(quantity_milli=500)], known)
    assert refused.value.field == "lines[0].quantity_milli"
    weighed = situation(originals={FIRST: sold(unit="kg")})
    assert take_back_lines([back(quantity_milli=500)], weighed)[1].amount_minor == -167


def test_a_part_that_gives_nothing_back_is_refused_unless_it_is_the_rest() -> None:
    """A17: 0.001 kg of what cost 3.01 would come back for nothing; the last gram may."""
    fresh = situation(originals={FIRST: sold(755, 301, unit="kg")})
    with pytest.raises(AmountIsNothing):
        take_back_lines([back(quantity_milli=1)], fresh)
    rest = situation(originals={FIRST: sold(755, 301, unit="kg", returned=754)})
    assert take_back_lines([back(quantity_milli=1)], rest)[1].amount_minor == 0


def test_a_return_keeps_the_tax_mode_that_stood_on_its_receipt() -> None:
    """A13: sold for 10.00 with tax included, the setting changed, 10.00 comes back; and 10.90 that
    was sold as 10.00 and tax comes back as 10.90."""
    for now in (True, False):
        settings = replace(SETTINGS, tax_included=now)
        for included, total in ((True, -1_000), (False, -1_083)):
            known = situation(settings=settings, originals={FIRST: sold(included=included)})
            request = sale_request(
                lines=[back(quantity_milli=3_000)],
                tenders=[tender(CARD, total)],
                total_minor=total,
            )
            assert quote(request, known).total_minor == total
            fact = compose(request, known).fact
            assert (fact.total_minor, fact.lines[0].tax_included) == (total, included)


def test_an_exchange_settles_both_modes_on_one_receipt() -> None:
    """A13: what comes back goes by its own mode, what is sold by today's; their sum is due."""
    known = situation(
        settings=replace(SETTINGS, tax_included=False), originals={FIRST: sold(included=True)}
    )
    lines = [back(quantity_milli=3_000), line("I10")]
    total = -1_000 + 890 + 80
    request = sale_request(lines=lines, tenders=[tender(CARD, total)], total_minor=total)
    fact = compose(request, known).fact
    assert [each.tax_included for each in fact.lines] == [True, False]
    assert (fact.total_minor, quote(request, known).total_minor) == (total, total)
    kind = kind_of(fact)
    assert decode_fact(kind.kind, kind.version, encode(fact)) == fact


def test_what_was_sold_in_another_currency_is_not_paid_out_of_today_s_till() -> None:
    """A13: the figures of one receipt are of one currency, and its cash is today's."""
    known = situation(originals={FIRST: sold(currency="MYR")})
    request = sale_request(
        lines=[back(quantity_milli=3_000)], tenders=[tender(CARD, -1_000)], total_minor=-1_000
    )
    for rule in (compose, quote):
        with pytest.raises(CurrencyDiffers) as refused:
            rule(request, known)
        assert refused.value.field == "lines[0].original"


def test_what_stands_on_goods_that_come_back_is_said_of_them() -> None:
    day = date(2026, 5, 31)
    asked = LineRequest(1, 1_000, original=OriginalRequest(SALE, 1), expires_on=day)
    assert mirror(asked, sold(), 0, 1_000).expires_on == day
    asked = LineRequest(1, 1_000, original=OriginalRequest(SALE, 1), lot="A", serial="SN1")
    back = mirror(asked, sold(), 0, 1_000)
    assert (back.lot, back.serial, back.expires_on) == ("A", "SN1", None)
