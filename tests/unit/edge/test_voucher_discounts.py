"""Vouchers that lower the price as a table of worked examples: what each takes off which line."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.sale.basket import DiscountRequest, LineRequest, SaleRequest, VoucherRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.prices import AmountIsNothing
from edge.domain.sale.refusals.tenders import (
    BadTender,
    InactiveTender,
    UnknownTender,
    VoucherBuysNothing,
    VoucherPays,
)
from edge.domain.sale.situation import ItemOnSale, Situation, TenderInUse
from sync.protocol.facts import OriginalLine, RetailTransaction, TenderKind
from sync.protocol.identity import ItemId, TenderId
from sync.protocol.paying import VoucherMeaning, VoucherType
from sync.protocol.permissions import SHIPPED
from sync.protocol.promotions.basket_off import BasketOff, Level
from tests.builders import CARD, CHEQUE, ITEMS, MEMBER, SETTINGS, TENDERS, VOUCHER, situation
from tests.sale_builders import line, return_line, sale_request, tender
from tests.unit.edge.test_discounts import promotion
from tests.unit.edge.test_promotions import as_sold

FIVE, DRY, NOWHERE = TenderId("five"), TenderId("dry"), TenderId("nowhere")
BY, WHOLE = "voucher", "basket_discount"


def lowers(tender_id: TenderId, *not_for: str) -> TenderInUse:
    kind = VoucherType(tender_id, VoucherMeaning.DISCOUNT, not_for)
    return TenderInUse(tender_id.title(), TenderKind.VOUCHER, False, True, voucher=kind)


HELD = {**TENDERS, FIVE: lowers(FIVE), DRY: lowers(DRY, "wine")}


def known(**more: Any) -> Situation:
    """The seeded store, whose tea (I05) is wine, with two kinds of voucher: for anything, and for
    anything but wine."""
    found = situation(tenders=HELD, **more)
    code = ITEMS[ItemId("I05")].scan_code
    items: dict[str, ItemOnSale] = {**found.items_by_code}
    items[code] = items[code]._replace(department="wine")
    return found._replace(items_by_code=items)


def voucher(minor: int, tender_id: TenderId = FIVE, reference: str | None = None) -> VoucherRequest:
    return VoucherRequest(tender_id, minor, reference)


def basket(
    lines: Sequence[LineRequest], vouchers: Sequence[VoucherRequest], **more: Any
) -> SaleRequest:
    values: dict[str, Any] = {"total_minor": 0, "vouchers": tuple(vouchers), **more}
    return sale_request("basket", lines, (), **values)


def sold(asked: SaleRequest, here: Situation) -> RetailTransaction:
    """The sale after its quote, with what both say of it held together."""
    said = quote(asked, here)
    paid = (tender(CARD, said.total_minor),) if said.total_minor else ()
    fact = compose(replace(asked, total_minor=said.total_minor, tenders=paid), here).fact
    assert [each.amount_minor for each in said.lines] == [each.amount_minor for each in fact.lines]
    assert sum(said.saved.vouchers) == _by_vouchers(fact)
    return fact


def _by_vouchers(fact: RetailTransaction) -> int:
    return -sum(m.amount_minor for each in fact.lines for m in each.modifiers if m.kind == BY)


TEA, BREAD, RICE, GIFT = line("I05"), line("I01"), line("ZERO"), line("GIFT")
TENTH = DiscountRequest("dented", rate_bp=1_000)
"""Tea 3.80 (wine), I01 1.50, rice at no tax 10.00, a gift card 20.00 out of tax's scope."""
EXAMPLES: dict[str, tuple[list[LineRequest], list[VoucherRequest], dict[str, Any], list[Any]]] = {
    "off the one line": ([TEA], [voucher(100)], {}, [[(BY, -100)]]),
    "shared by what the lines cost": (
        [TEA, RICE],
        [voucher(138)],
        {},
        [[(BY, -38)], [(BY, -100)]],
    ),
    "by largest remainder, the first of equals": (
        [TEA, TEA, TEA],
        [voucher(100)],
        {},
        [[(BY, -34)], [(BY, -33)], [(BY, -33)]],
    ),
    "never below zero": ([TEA], [voucher(500)], {}, [[(BY, -380)]]),
    "of what it may buy": ([TEA, BREAD], [voucher(100, DRY)], {}, [[], [(BY, -100)]]),
    "and no more of that": ([TEA, BREAD], [voucher(200, DRY)], {}, [[], [(BY, -150)]]),
    "not of what is out of tax's scope": ([GIFT, BREAD], [voucher(99)], {}, [[], [(BY, -99)]]),
    "one behind the other": (
        [TEA, BREAD],
        [voucher(100, DRY), voucher(430)],
        {},
        [[(BY, -380)], [(BY, -100), (BY, -50)]],
    ),
    "behind the basket's discount": (
        [TEA],
        [voucher(100)],
        {"discount": TENTH},
        [[(WHOLE, -38), (BY, -100)]],
    ),
    "behind the line's": (
        [line("I05", discount=TENTH)],
        [voucher(380)],
        {},
        [[("discount", -38), (BY, -342)]],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_table_of_what_vouchers_take_off(name: str) -> None:
    lines, vouchers, more, expected = EXAMPLES[name]
    fact = sold(basket(lines, vouchers, **more), known())
    assert [[(m.kind, m.amount_minor) for m in each.modifiers] for each in fact.lines] == expected


def test_they_come_behind_the_promotions() -> None:
    half = promotion(BasketOff((Level(0, 0, 5_000),)))
    fact = sold(basket([TEA], [voucher(100)]), known(promotions=(half,)))
    (bought,) = fact.lines
    assert [each.amount_minor for each in bought.modifiers] == [-190, -100]


def test_the_line_says_by_which_voucher_and_nobody_need_allow_it() -> None:
    here = known(role=replace(SHIPPED["cashier"], permissions=("sell",)))
    fact = sold(basket([TEA], [voucher(380, reference="N17")]), here)
    ((modifier,),) = [each.modifiers for each in fact.lines]
    assert (modifier.reason, modifier.operator_id) == ("Five N17", None)
    assert (fact.tenders, fact.overrides, fact.total_minor) == ((), (), 0)


@pytest.mark.parametrize("included", [True, False])
def test_tax_is_figured_on_what_is_left(included: bool) -> None:
    settings = replace(SETTINGS, tax_included=included)
    (bought,) = sold(basket([line("I15")], [voucher(1_890)]), known(settings=settings)).lines
    assert (bought.extended_minor, bought.amount_minor) == (9_990, 8_100)
    assert bought.tax_minor == (669 if included else 729)


REFUSED: dict[str, tuple[list[LineRequest], list[VoucherRequest], type[BadTender], int]] = {
    "nothing that it may buy": ([TEA], [voucher(1, DRY)], VoucherBuysNothing, 0),
    "nothing but a gift card": ([GIFT], [voucher(1)], VoucherBuysNothing, 0),
    "nothing that another left": ([TEA], [voucher(380), voucher(1)], VoucherBuysNothing, 1),
    "one that pays": ([TEA], [voucher(1, VOUCHER)], VoucherPays, 0),
    "what is no voucher": ([TEA], [voucher(1), voucher(1, CARD)], VoucherPays, 1),
    "one that is no longer taken": ([TEA], [voucher(1, CHEQUE)], InactiveTender, 0),
    "one that nobody knows": ([TEA], [voucher(1, NOWHERE)], UnknownTender, 0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_table_of_what_is_refused(name: str) -> None:
    lines, vouchers, refusal, index = REFUSED[name]
    for judged in (quote, compose):
        with pytest.raises(refusal) as refused:
            judged(basket(lines, vouchers), known())
        assert refused.value.field == f"vouchers[{index}].tender_id"


def test_goods_that_come_back_bear_none() -> None:
    bought = sold(basket([line("I15")], ()), known())
    was = {OriginalLine(bought.sale_id, 1): as_sold(bought, bought.lines[0], 0)}
    goods = return_line("basket")
    said = quote(basket([goods, TEA], [voucher(100)]), known(originals=was))
    assert [each.amount_minor for each in said.lines] == [-9_990, 280]
    with pytest.raises(VoucherBuysNothing):
        quote(basket([goods], [voucher(100)]), known(originals=was))


LINES = st.lists(
    st.builds(line, st.sampled_from(["I01", "I05", "I15", "ZERO", "GIFT"]), st.integers(1, 4)),
    min_size=1,
    max_size=5,
)
VOUCHERS = st.lists(
    st.builds(voucher, st.integers(1, 12_000), st.sampled_from([FIVE, DRY])), max_size=3
)
OFF = st.none() | st.builds(lambda bp: DiscountRequest("dented", rate_bp=bp), st.integers(1, 9_999))


def try_sold(asked: SaleRequest, here: Situation) -> RetailTransaction | None:
    try:
        return sold(asked, here)
    except VoucherBuysNothing:
        return None


@given(lines=LINES, vouchers=VOUCHERS, discount=OFF, included=st.booleans())
def test_each_takes_off_what_it_says_as_far_as_its_goods_go_and_no_line_falls_below_zero(
    lines: list[LineRequest],
    vouchers: list[VoucherRequest],
    discount: DiscountRequest | None,
    included: bool,
) -> None:
    here = known(settings=replace(SETTINGS, tax_included=included))
    fact = try_sold(basket(lines, vouchers, discount=discount), here)
    if fact is None:
        return
    for each in fact.lines:
        assert 0 <= each.amount_minor <= each.extended_minor
        off = sum(m.amount_minor for m in each.modifiers)
        assert each.amount_minor == each.extended_minor + off
        assert each.item_id != "GIFT" or not each.modifiers
    stated, taken = sum(one.amount_minor for one in vouchers), _by_vouchers(fact)
    assert taken <= stated
    dry_left = any(e.amount_minor for e in fact.lines if e.item_id not in ("GIFT", "I05"))
    if dry_left:
        assert taken == stated


@given(lines=LINES, vouchers=VOUCHERS, discount=OFF, included=st.booleans(), order=st.randoms())
def test_parts_that_come_back_in_any_order_give_back_what_was_paid(
    lines: list[LineRequest],
    vouchers: list[VoucherRequest],
    discount: DiscountRequest | None,
    included: bool,
    order: Random,
) -> None:
    settings = replace(SETTINGS, tax_included=included)
    asked = basket(lines, vouchers, discount=discount, customer_id=MEMBER)
    bought = try_sold(asked, known(settings=settings))
    if bought is None:
        return
    pieces = [each.line_no for each in bought.lines for _ in range(each.quantity_milli // 1_000)]
    order.shuffle(pieces)
    returned = {each.line_no: 0 for each in bought.lines}
    carried, paid_back = dict(returned), 0
    for line_no in pieces:
        carried[line_no] += 1_000
        was = as_sold(bought, bought.lines[line_no - 1], returned[line_no])
        here = known(originals={OriginalLine(bought.sale_id, line_no): was})
        goods = return_line("basket", line_no, quantity_milli=carried[line_no])
        try:
            back = sold(basket([goods], ()), here)
        except AmountIsNothing:  # it goes back together with the next piece of its line
            continue
        returned[line_no] += carried[line_no]
        carried[line_no] = 0
        paid_back += back.total_minor
    assert paid_back == -bought.total_minor
