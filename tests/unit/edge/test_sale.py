"""From a request and what the store knows to a sale that balances, or a refusal."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from edge.domain.customer import InactiveCustomer, UnknownCustomer
from edge.domain.item import InactiveItem, UnknownItem, UnknownScanCode
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.sale.basket import LineRequest, SaleRequest, refuse_wrong_shape
from edge.domain.sale.compose import Composed, compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.lines import (
    ItemDiffers,
    ItemMissing,
    QuantityNotWhole,
    QuantityTooLarge,
)
from edge.domain.sale.refusals.points import (
    MorePointsThanRights,
    PointsTooMany,
    PointsWithoutCustomer,
)
from edge.domain.sale.refusals.prices import (
    AmountIsNothing,
    AmountTooLarge,
    OpenPriceNotAllowed,
    OpenPriceReasonMissing,
    OpenPriceReasonSuperfluous,
    PriceMissing,
    TaxRateMissing,
    TotalDiffers,
)
from edge.domain.sale.refusals.tenders import TendersTooLarge
from edge.domain.sale.situation import PriceInForce
from sync.protocol.bounds import FIGURE_MAX
from sync.protocol.codec import decode_fact, encode, kind_of
from sync.protocol.errors import Refusal
from sync.protocol.escrow import Right
from sync.protocol.facts import RetailTransaction, Spend
from sync.protocol.identity import ItemId, TenderId
from sync.protocol.money import MINOR_MAX
from tests.builders import CARD, CASH, ITEMS, MEMBER, NOW_MS, POINTS, SETTINGS, situation
from tests.sale_builders import fitting, line, sale_request, tender


def composed(request: SaleRequest, **known: Any) -> RetailTransaction:
    return whole(request, **known).fact


def whole(request: SaleRequest, **known: Any) -> Composed:
    return compose(request, situation(**known))


def test_a_line_copies_price_cost_tax_and_versions() -> None:
    fact = composed(sale_request(lines=[line("I05", 2, serial="SN 1", lot="L2")]))
    sold = fact.lines[0]
    item = ITEMS[ItemId("I05")]
    assert (sold.unit_price_minor, sold.unit_cost_minor) == (380, 190)
    assert (sold.price_version, sold.tax_version) == (11, 7)
    assert (sold.scan_code, sold.description) == (item.scan_code, item.name)
    assert (sold.serial, sold.lot) == ("SN 1", "L2")
    assert fact.tendered_at_ms == NOW_MS


def test_an_item_may_be_named_by_its_id() -> None:
    by_id = replace(line("I05"), scan_code=None, item_id=ItemId("I05"))
    fact = composed(sale_request(lines=[by_id], total_minor=380))
    assert (fact.lines[0].item_id, fact.lines[0].scan_code) == ("I05", None)


def test_mixed_rates_stand_apart_and_a_weight_rounds_half_up() -> None:
    lines = [line("I01"), line("ZERO"), line("WEIGHED", quantity_milli=755), line("GIFT")]
    fact = composed(sale_request(lines=lines))
    assert [each.amount_minor for each in fact.lines] == [150, 1000, 301, 2000]
    taxes = {tax.tax_class.value: (tax.net_minor, tax.tax_minor) for tax in fact.taxes}
    assert taxes == {"standard": (414, 37), "zero": (1000, 0)}


def test_tax_on_top_is_part_of_the_total() -> None:
    settings = replace(SETTINGS, tax_included=False)
    request = sale_request(lines=[line("I10"), line("ZERO")], total_minor=890 + 80 + 1000)
    fact = composed(request, settings=settings)
    assert fact.total_minor == 1970
    assert [each.tax_minor for each in fact.lines] == [80, 0]


def test_a_sale_earns_on_what_was_paid_otherwise_and_is_in_tax_scope() -> None:
    rights = (Right(UUID(int=1), 0, 500),)
    lines = [line("I15"), line("GIFT")]
    paid = [tender(POINTS, 500), tender(CARD, 9990 + 2000 - 500)]
    request = sale_request(lines=lines, tenders=paid, customer_id=MEMBER)
    fact = composed(request, rights=rights)
    assert fact.points_earned == 9
    assert [each.points for each in fact.lines] == [9, 0]
    assert fact.tenders[0].spends == (Spend(UUID(int=1), 0, 500),)


def test_without_a_customer_nobody_earns() -> None:
    fact = composed(sale_request(lines=[line("I15")]))
    assert fact.points_earned == 0


def test_two_lines_of_an_item_take_from_one_level() -> None:
    moved = whole(sale_request(lines=[line("I01", 6), line("I02"), line("I01", 5)])).movements
    assert [(m.item_id, m.on_hand_after_milli, m.oversold) for m in moved] == [
        ("I01", 4_000, False),
        ("I02", 9_000, False),
        ("I01", -1_000, True),
    ]


def unnamed() -> LineRequest:
    return replace(line(), scan_code=None)


@pytest.mark.parametrize(
    ("bad", "refusal", "field"),
    [
        (unnamed(), ItemMissing, "lines[1].scan_code"),
        (replace(line(), scan_code="404"), UnknownScanCode, "lines[1].scan_code"),
        (replace(unnamed(), item_id=ItemId("404")), UnknownItem, "lines[1].item_id"),
        (replace(line(), item_id=ItemId("I02")), ItemDiffers, "lines[1].item_id"),
        (line("GONE"), InactiveItem, "lines[1]"),
        (line("UNPRICED"), PriceMissing, "lines[1].unit_price_minor"),
        (line("OPEN"), PriceMissing, "lines[1].unit_price_minor"),
        (line("I01", price_minor=100), OpenPriceNotAllowed, "lines[1].unit_price_minor"),
        (
            replace(line("OPEN", price_minor=100), open_price_reason=None),
            OpenPriceReasonMissing,
            "lines[1].open_price_reason",
        ),
        (
            replace(line(), open_price_reason="cheap"),
            OpenPriceReasonSuperfluous,
            "lines[1].open_price_reason",
        ),
        (line("REDUCED"), TaxRateMissing, "lines[1]"),
        (line("OPEN", price_minor=MINOR_MAX, pieces=2), AmountTooLarge, "lines[1]"),
    ],
)
def test_a_line_that_cannot_be_sold_is_refused_and_named(
    bad: LineRequest, refusal: type[Refusal], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        composed(sale_request(lines=[line(), bad], total_minor=0))
    assert refused.value.field == field
    assert refused.value.detail
    assert refused.value.remedy


def test_all_lines_together_stay_below_the_cap() -> None:
    half = line("OPEN", price_minor=MINOR_MAX // 2)
    assert composed(sale_request(lines=[half, half])).total_minor == MINOR_MAX
    with pytest.raises(AmountTooLarge) as refused:
        composed(sale_request(lines=[half, half, line()]))
    assert refused.value.field == "lines"


def test_an_open_price_needs_an_item_that_allows_it_and_has_version_zero() -> None:
    fact = composed(sale_request(lines=[line("OPEN", price_minor=777)]))
    assert fact.lines[0].price_version == 0
    assert fact.lines[0].open_price_reason == "as marked"


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        ({"operator_active": None}, UnknownOperator),
        ({"operator_active": False}, InactiveOperator),
        ({"customer_active": None}, UnknownCustomer),
        ({"customer_active": False}, InactiveCustomer),
    ],
)
def test_people_must_be_known_and_active(known: Any, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        composed(sale_request(customer_id=MEMBER), **known)


def test_the_total_is_what_the_customer_saw() -> None:
    with pytest.raises(TotalDiffers) as refused:
        composed(sale_request(total_minor=149))
    assert (refused.value.stated_minor, refused.value.computed_minor) == (149, 150)


def test_points_need_a_customer_and_rights() -> None:
    paid = [tender(POINTS, 150)]
    with pytest.raises(PointsWithoutCustomer):
        composed(sale_request(tenders=paid))
    request = sale_request(tenders=paid, customer_id=MEMBER)
    with pytest.raises(MorePointsThanRights) as refused:
        composed(request, rights=(Right(UUID(int=1), 0, 149),))
    assert refused.value.field == "tenders[0].amount_minor"
    two = [tender(POINTS, 100), tender(POINTS, 50)]
    with pytest.raises(MorePointsThanRights):
        composed(
            sale_request(tenders=two, customer_id=MEMBER), rights=(Right(UUID(int=1), 0, 149),)
        )


SOLD = st.lists(
    st.tuples(
        st.sampled_from([i for i, item in ITEMS.items() if item.price_minor and item.active]),
        st.integers(1, 50_000),
    ),
    min_size=1,
    max_size=12,
)


@given(sold=SOLD, by_card=st.integers(0, 100), over=st.integers(0, 5_000), member=st.booleans())
def test_every_basket_balances_and_travels_unchanged(
    sold: list[tuple[str, int]], by_card: int, over: int, member: bool
) -> None:
    lines = [line(i, quantity_milli=fitting(i, q)) for i, q in sold if i != "REDUCED"] or [line()]
    total = sale_request(lines=lines).total_minor
    card = total * by_card // 100
    rest = total - card
    paid = [tender(CARD, card)] if card else []
    if rest:
        paid.append(tender(CASH, rest + 4 + over))
    request = sale_request(
        lines=lines, tenders=paid, customer_id=MEMBER if member else None, total_minor=total
    )
    fact = composed(request)
    assert fact.total_minor == total
    assert fact.due_minor == sum(t.amount_minor for t in fact.tenders) - fact.change_minor
    out_of_scope = sum(x.amount_minor for x in fact.lines if x.tax_class == "out_of_scope")
    assert sum(t.net_minor + t.tax_minor for t in fact.taxes) + out_of_scope == total
    kind = kind_of(fact)
    assert decode_fact(kind.kind, kind.version, encode(fact)) == fact


def test_a_reason_without_a_price_by_hand_is_told_so() -> None:
    """B10: the item has a price in force; it is the reason that has nothing to explain."""
    with pytest.raises(OpenPriceReasonSuperfluous, match="no price was entered") as refused:
        composed(sale_request(lines=[replace(line(), open_price_reason="cheap")]))
    assert "Leave the reason out" in refused.value.remedy


def priced_at(price_minor: int, unit: str = "each") -> dict[str, Any]:
    """The seeded items, each at this price and of this unit."""
    items = {
        code: item._replace(unit=unit, price=PriceInForce(price_minor, 11))
        for code, item in situation().items_by_code.items()
    }
    return {"items_by_code": items}


@pytest.mark.parametrize("quantity_milli", [1, 500, 999, 1_500])
def test_half_a_piece_is_not_sold(quantity_milli: int) -> None:
    """A17: 0.5 of an item that is counted is refused, in the sale and in the quote alike."""
    request = sale_request(lines=[line(quantity_milli=quantity_milli)])
    for rule in (compose, quote):
        with pytest.raises(QuantityNotWhole, match="'each'") as refused:
            rule(request, situation())
        assert refused.value.field == "lines[0].quantity_milli"


@pytest.mark.parametrize("unit", ["kg", "g", "l", "ml", "m"])
def test_what_is_measured_is_sold_by_thousandths(unit: str) -> None:
    """A17: a unit says how far it divides."""
    request = sale_request(lines=[line(quantity_milli=755)], total_minor=301)
    known = situation(**priced_at(399, unit))
    assert compose(request, known).fact.lines[0].unit == unit
    assert quote(request, known).total_minor == 301


def test_a_quantity_that_costs_nothing_is_refused() -> None:
    """A17: 0.001 kg of a 2.30 item came to 0.00; what is free by its price is free."""
    request = sale_request(lines=[line(quantity_milli=1)], total_minor=0, tenders=[])
    for rule in (compose, quote):
        with pytest.raises(AmountIsNothing) as refused:
            rule(request, situation(**priced_at(230, "kg")))
        assert refused.value.field == "lines[0].quantity_milli"
    free = sale_request(lines=[line(quantity_milli=1)], total_minor=0, tenders=[])
    assert compose(free, situation(**priced_at(0, "kg"))).fact.total_minor == 0


def test_lines_whose_sum_no_record_holds_are_refused() -> None:
    """A1: a thousand lines of a million pieces each: each could be, all of them cannot."""
    lines = [line(quantity_milli=10**9)] * 100
    whole = sale_request(lines=lines, tenders=[], total_minor=0)
    refuse_wrong_shape(whole, require_return=False)
    with pytest.raises(QuantityTooLarge) as refused:
        refuse_wrong_shape(
            sale_request(lines=[*lines, line()], tenders=[], total_minor=0), require_return=False
        )
    assert refused.value.field == "lines"


def test_what_is_added_as_tax_counts_towards_the_bound() -> None:
    """A1: the total with its tax is a figure too."""
    known = situation(
        **priced_at(FIGURE_MAX // 1_000), settings=replace(SETTINGS, tax_included=False)
    )
    request = sale_request(lines=[line("ZERO", 1_000)], total_minor=0)
    assert quote(replace(request, tenders=()), known).total_minor == FIGURE_MAX
    for rule in (compose, quote):
        with pytest.raises(AmountTooLarge) as refused:
            rule(sale_request(lines=[line("I01", 1_000)], total_minor=0), known)
        assert refused.value.field == "lines"


def test_points_beyond_every_record_are_refused_before_anything_is_written() -> None:
    """A1: head office's setting gives a million points a cent."""
    known = situation(settings=replace(SETTINGS, points_step_minor=1, points_per_step=10**6))
    request = sale_request(lines=[line("I15", 1_000)], total_minor=9_990_000, customer_id=MEMBER)
    for rule in (compose, quote):
        with pytest.raises(PointsTooMany):
            rule(request, known)


def test_twenty_tenders_of_a_billion_are_refused() -> None:
    """A1: each is possible by itself; the change out of them would be no figure."""
    request = sale_request(tenders=[tender(CASH, MINOR_MAX), tender(CASH, 1)], total_minor=150)
    for rule in (compose, quote):
        with pytest.raises(TendersTooLarge) as refused:
            rule(request, situation())
        assert refused.value.field == "tenders"


EDGES = st.sampled_from([1, 2, 999, 10**6, FIGURE_MAX // 1_000 - 1, FIGURE_MAX // 10, FIGURE_MAX])


@given(
    lines=st.lists(
        st.tuples(st.sampled_from(["I01", "ZERO", "GIFT"]), st.integers(1, 10**6)),
        min_size=1,
        max_size=4,
    ),
    price=EDGES,
    given=st.lists(st.tuples(st.sampled_from([CASH, CARD]), EDGES), max_size=4),
    included=st.booleans(),
    per_step=st.sampled_from([1, 10**4]),
)
def test_whatever_is_finished_can_be_read_again(
    lines: list[tuple[str, int]],
    price: int,
    given: list[tuple[TenderId, int]],
    included: bool,
    per_step: int,
) -> None:
    """A1: at the edges of every figure a receipt is refused with a sentence, or decodes."""
    settings = replace(SETTINGS, tax_included=included, points_per_step=per_step)
    known = situation(**priced_at(price), settings=settings)
    chosen = [line(item, pieces) for item, pieces in lines]
    request = sale_request(lines=chosen, tenders=[], total_minor=0, customer_id=MEMBER)
    try:
        refuse_wrong_shape(request, require_return=False)
        total = quote(request, known).total_minor
        paid = [tender(name, minor) for name, minor in given] or [tender(CASH, total)]
        asked = replace(request, tenders=tuple(paid), total_minor=total)
        fact = compose(asked, known).fact
    except Refusal as refusal:
        event(type(refusal).__name__)
        return
    kind = kind_of(fact)
    assert decode_fact(kind.kind, kind.version, encode(fact)) == fact
