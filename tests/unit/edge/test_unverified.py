"""Goods that come back without a receipt: worked examples."""

import pytest
from msgspec.structs import replace

from edge.domain.rights import OverrideNeeded, PermissionNeeded
from edge.domain.sale.basket import LineRequest, OriginalRequest, SaleRequest
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.prices import AmountIsNothing, PriceMissing
from edge.domain.sale.refusals.refunds import RefundElsewhere
from edge.domain.sale.refusals.returns import NotUnverified
from edge.domain.sale.situation import PaidBefore
from sync.protocol.errors import Refusal
from sync.protocol.facts import RetailTransaction, TenderKind
from sync.protocol.identity import TenderId
from sync.protocol.permissions import SHIPPED, Permission
from sync.protocol.refunds import Payment
from tests.builders import CARD, CASH, SETTINGS, situation
from tests.sale_builders import line, sale_id, sale_request, tender

KNOWN = situation(paid=PaidBefore({}, Payment(CASH, "Cash", TenderKind.CASH, 0)))


def back(item: str = "I10", pieces: int = 1, **more: object) -> LineRequest:
    values: dict[str, object] = {"unverified": "gift, no receipt"} | more
    return replace(line(item, pieces), **values)


def request(*lines: LineRequest, total: int, by: TenderId = CASH) -> SaleRequest:
    given = [tender(by, total)] if total else []
    return sale_request(lines=lines, tenders=given, total_minor=total)


def made(*lines: LineRequest, total: int, by: TenderId = CASH) -> RetailTransaction:
    return compose(request(*lines, total=total, by=by), KNOWN).fact


@pytest.mark.parametrize(
    ("lines", "total", "taxes"),
    [
        ([back("I10")], -890, [-73]),  # 8.90 x 9 / 109
        ([back("I10", 2)], -1_780, [-147]),
        ([back("I10", unit_price_minor=500)], -500, [-41]),
        ([back("ZERO")], -1_000, [0]),
        ([back("GONE")], -500, [-41]),  # what is no longer sold comes back
        ([back("I10", unit_price_minor=500), line("I05")], -120, [-41, 31]),
    ],
)
def test_it_comes_back_at_the_typed_price_or_today_s_with_today_s_tax(
    lines: list[LineRequest], total: int, taxes: list[int]
) -> None:
    fact = made(*lines, total=total)
    assert [each.tax_minor for each in fact.lines] == taxes
    assert (fact.lines[0].unverified, fact.lines[0].original) == ("gift, no receipt", None)
    assert (fact.points_earned, fact.take_back, fact.lines[0].points) == (0, None, 0)
    assert quote(request(*lines, total=total), KNOWN).total_minor == total


def test_with_tax_on_top_it_comes_back_on_top() -> None:
    known = KNOWN._replace(settings=replace(SETTINGS, tax_included=False))
    fact = compose(request(back("I10"), total=-970), known).fact
    assert (fact.lines[0].amount_minor, fact.lines[0].tax_minor) == (-890, -80)


def test_the_quote_gives_it_back_in_cash_and_a_card_takes_somebody_s_word() -> None:
    asked = sale_request(lines=[back("I06")], tenders=[], total_minor=0)
    assert [(one.tender_id, one.amount_minor) for one in quote(asked, KNOWN).refunds] == [
        (CASH, -400)
    ]
    manager = SHIPPED["manager"]
    may = tuple(one for one in manager.permissions if one is not Permission.REFUND_ELSEWHERE)
    known = KNOWN._replace(role=replace(manager, permissions=may))
    with pytest.raises(RefundElsewhere, match=r"8\.90"):
        compose(request(back("I10"), total=-890, by=CARD), known)


@pytest.mark.parametrize(
    ("role", "pieces", "refusal"),
    [
        ("cashier", 1, PermissionNeeded),
        ("supervisor", 5, None),
        ("supervisor", 6, OverrideNeeded),
        ("manager", 50, None),
    ],
)
def test_how_far_an_operator_goes_alone(
    role: str, pieces: int, refusal: type[Refusal] | None
) -> None:
    """A supervisor alone: 50.00 of goods without a receipt."""
    known, asked = KNOWN._replace(role=SHIPPED[role]), back("I10", pieces)
    if refusal is None:
        assert compose(request(asked, total=-890 * pieces), known).fact.overrides == ()
        return
    with pytest.raises(refusal):
        compose(request(asked, total=-890 * pieces), known)


@pytest.mark.parametrize(("before", "refusal"), [(0, None), (4_110, None), (4_111, OverrideNeeded)])
def test_the_limit_is_a_day_s_however_many_receipts_it_takes(
    before: int, refusal: type[Refusal] | None
) -> None:
    known = KNOWN._replace(role=SHIPPED["supervisor"], unverified_minor=before)
    asked = request(back("I10"), total=-890)
    if refusal is None:
        assert compose(asked, known).fact.overrides == ()
        return
    with pytest.raises(refusal) as refused:
        compose(asked, known)
    assert refused.value.asks is not None
    assert refused.value.asks["amount_minor"] == before + 890


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (back("I10", original=OriginalRequest(sale_id("x"), 1)), NotUnverified),
        (back("UNPRICED"), PriceMissing),
        (back("WEIGHED", quantity_milli=1), AmountIsNothing),
    ],
)
def test_what_cannot_be_taken_back_so(asked: LineRequest, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        compose(request(asked, total=-1), KNOWN)
