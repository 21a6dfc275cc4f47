"""Gift cards and store credit: what a receipt puts into them, spends of them and gives back.

First the worked examples, then what holds for any of them.
"""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.sale.basket import (
    AccountRequest,
    DiscountRequest,
    LineRequest,
    TenderRequest,
    ValueKind,
)
from edge.domain.sale.compose import compose
from edge.domain.sale.quote import quote
from edge.domain.sale.refusals.discounts import DiscountOutOfScope
from edge.domain.sale.refusals.points import PointsDidNotPay
from edge.domain.sale.refusals.tenders import TenderNotRefundable
from edge.domain.sale.refusals.value import (
    AccountNotForTender,
    AccountNotNamed,
    CardDidNotPay,
    CardMissing,
    CardNotForItem,
    LoadSpent,
    OneNoteEach,
    ValueBuysNoValue,
    ValueNotHere,
    WrongCardNumber,
)
from edge.domain.sale.situation import PaidBefore, TenderInUse, Value
from edge.domain.sale.value import account_named
from sync.protocol.card import card_number_in
from sync.protocol.cards import (
    RANDOM_BITS,
    account_of,
    card_number,
    is_note,
    note_account,
    note_number,
    plain_number,
)
from sync.protocol.errors import Refusal
from sync.protocol.escrow import Right
from sync.protocol.facts import (
    Account,
    OriginalLine,
    RetailTransaction,
    RightGiven,
    RightTaken,
    Spend,
    TakeBack,
    TaxClass,
    TenderKind,
)
from sync.protocol.identity import CompanyId, ItemId, SaleId, TenderId
from sync.protocol.reference import ItemRule
from sync.protocol.refunds import Payment
from tests.builders import CARD, CASH, MEMBER, POINTS, TENDERS, situation
from tests.sale_builders import line, return_line, sale_id, sale_request, tender
from tests.unit.edge.test_promotions import amount_off
from tests.unit.edge.test_returns import sold

COMPANY = CompanyId(UUID(int=9))
NUMBER = card_number(1)
MISTYPED = NUMBER[:-1] + "09"[NUMBER[-1] == "0"]
GIFT = Account("gift_value", account_of(COMPANY, NUMBER))
CREDIT = Account("store_credit", MEMBER)
CARDS = TenderId("gift")
RULES = {ItemId("GIFT"): ItemRule(ItemId("GIFT"), loads="gift_value")}
OLD, NEW = UUID(int=1), UUID(int=2)
RIGHTS = {GIFT: (Right(OLD, 1, 3_000), Right(NEW, 0, 2_000)), CREDIT: (Right(NEW, 3, 500),)}
TENDERS_HERE = {**TENDERS, CARDS: TenderInUse("Gift card", TenderKind.STORED_VALUE, True, True)}


def known(**changes: Any) -> Any:
    value = Value(COMPANY, changes.pop("rights", RIGHTS), changes.pop("loaded", {}))
    return situation(rules=RULES, tenders=TENDERS_HERE, value=value, **changes)


def by_card(amount: int, **more: Any) -> TenderRequest:
    named = more or {"card": NUMBER}
    return tender(CARDS, amount, account=AccountRequest(ValueKind.GIFT_VALUE, **named))


def credit(amount: int, **more: Any) -> TenderRequest:
    return tender(CARDS, amount, account=AccountRequest(ValueKind.STORE_CREDIT, **more))


def finished(
    lines: list[LineRequest], tenders: list[TenderRequest], name: str = "1", **more: Any
) -> RetailTransaction:
    total = more.pop("total_minor", sum(each.amount_minor for each in tenders))
    customer = more.pop("customer_id", None)
    request = sale_request(name, lines, tenders, total_minor=total, customer_id=customer)
    return compose(request, known(**more)).fact


def test_a_load_is_value_on_its_card_and_no_supply_of_goods() -> None:
    loads = line("GIFT", 2, card=NUMBER, note="birthday")
    fact = finished([loads, line("I01")], [tender(CARD, 4_150)], customer_id=MEMBER)
    assert fact.rights_given == (RightGiven(*("gift_value", GIFT.account_id), 1, 4_000),)
    assert fact.lines[0].note == "**** " + NUMBER[-4:] + " birthday"
    assert fact.points_earned == 0, "only the 1.50 earn, and that is no whole 10.00"
    assert NUMBER not in repr(fact)


def test_a_load_bears_no_tax_whatever_class_its_item_has() -> None:
    rules = {ItemId("I05"): ItemRule(ItemId("I05"), loads="gift_value")}
    request = sale_request(lines=[line("I05", card=NUMBER)])
    (sold_line,) = compose(request, known()._replace(rules=rules)).fact.lines
    assert (sold_line.tax_class, sold_line.tax_minor) == (TaxClass.OUT_OF_SCOPE, 0)


@pytest.mark.parametrize(
    ("amount", "spends"),
    [
        (3_000, (Spend(OLD, 1, 3_000),)),
        (2_999, (Spend(OLD, 1, 2_999),)),
        (5_000, (Spend(OLD, 1, 3_000), Spend(NEW, 0, 2_000))),
    ],
)
def test_the_oldest_rights_pay_first(amount: int, spends: tuple[Spend, ...]) -> None:
    fact = finished([line("ZERO", 5)], [by_card(amount), tender(CASH, 5_000 - amount)])
    assert (fact.tenders[0].account, fact.tenders[0].spends) == (GIFT, spends)


def test_two_tenders_of_one_card_spend_no_right_twice() -> None:
    fact = finished([line("ZERO", 4)], [by_card(2_500), by_card(1_500)])
    assert [each.spends for each in fact.tenders] == [
        (Spend(OLD, 1, 2_500),),
        (Spend(OLD, 1, 500), Spend(NEW, 0, 1_000)),
    ]
    with pytest.raises(ValueNotHere) as refusal:
        finished([line("ZERO", 6)], [by_card(5_000), by_card(1_000)])
    assert refusal.value.here_minor == 0


def test_what_a_gift_card_pays_earns_points() -> None:
    fact = finished([line("ZERO", 2)], [by_card(2_000)], customer_id=MEMBER)
    assert fact.points_earned == 2


REFUSED: list[tuple[list[LineRequest], list[TenderRequest], type[Refusal]]] = [
    ([line("GIFT")], [tender(CARD, 2_000)], CardMissing),
    ([line("ZERO", card=NUMBER)], [tender(CARD, 1_000)], CardNotForItem),
    ([line("GIFT", card=MISTYPED)], [tender(CARD, 2_000)], WrongCardNumber),
    ([line("GIFT", card=note_number(sale_id("1")))], [tender(CARD, 2_000)], WrongCardNumber),
    ([line("ZERO")], [tender(CARDS, 1_000)], AccountNotNamed),
    ([line("ZERO")], [by_card(1_000, customer_id=MEMBER)], AccountNotNamed),
    ([line("ZERO")], [by_card(1_000, account_id=GIFT.account_id)], AccountNotNamed),
    ([line("ZERO")], [credit(1_000)], AccountNotNamed),
    ([line("ZERO")], [credit(1_000, card=NUMBER)], WrongCardNumber),
    (
        [line("ZERO")],
        [tender(CARD, 1_000, account=AccountRequest(ValueKind.GIFT_VALUE, card=NUMBER))],
        AccountNotForTender,
    ),
    ([line("ZERO", 6)], [by_card(6_000)], ValueNotHere),
    ([line("ZERO")], [credit(1_000, customer_id=MEMBER)], ValueNotHere),
    ([line("GIFT", card=card_number(2))], [by_card(2_000)], ValueBuysNoValue),
]


@pytest.mark.parametrize(("lines", "tenders", "refusal"), REFUSED)
def test_what_is_refused(
    lines: list[LineRequest], tenders: list[TenderRequest], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        finished(lines, tenders)


def test_a_quote_asks_for_the_card() -> None:
    (prompt,) = quote(sale_request(lines=[line("GIFT")]), known()).prompts
    assert (prompt.line_no, prompt.asks) == (1, "card")


def test_nothing_is_taken_off_a_load() -> None:
    off = DiscountRequest("regular", rate_bp=1_000)
    with pytest.raises(DiscountOutOfScope):
        finished([line("GIFT", card=NUMBER, discount=off)], [tender(CARD, 2_000)])
    lines = [line("GIFT", card=NUMBER), line("ZERO")]
    fact = finished(lines, [tender(CARD, 2_900)], promotions=(amount_off(100),))
    assert [each.amount_minor for each in fact.lines] == [2_000, 900]


ONE = OriginalLine(sale_id("bought"), 1)


def bought(*payments: Payment, amount: int = 1_000, **more: Any) -> dict[str, Any]:
    original = sold(1_000, amount, points=0)._replace(sale_id=ONE.sale_id, **more)
    paid = PaidBefore({ONE.sale_id: payments}, Payment(CASH, "Cash", TenderKind.CASH, 0))
    return {"originals": {ONE: original}, "paid": paid}


def paid_by(tender_id: TenderId, kind: TenderKind, minor: int, **more: Any) -> Payment:
    return Payment(tender_id, tender_id, kind, minor, **more)


BY_GIFT = paid_by(CARDS, TenderKind.STORED_VALUE, 600, account=GIFT)
BY_CASH = paid_by(CASH, TenderKind.CASH, 400)


def test_what_a_gift_card_paid_goes_back_onto_it_and_the_rest_as_it_came() -> None:
    there = bought(BY_GIFT, BY_CASH)
    request = sale_request(lines=[return_line("bought")], tenders=[], total_minor=-1_000)
    refunds = quote(request, known(**there)).refunds
    assert [(each.tender_id, each.amount_minor) for each in refunds] == [
        (CARDS, -600),
        (CASH, -400),
    ]
    assert refunds[0].account is not None
    again = by_card(-600, account_id=refunds[0].account.account_id)
    fact = finished([return_line("bought")], [again, tender(CASH, -400)], **there)
    assert fact.rights_given == (RightGiven("gift_value", GIFT.account_id, 2, 600),)
    assert fact.overrides == ()


def test_no_other_gift_card_gets_it() -> None:
    other = by_card(-1_000, card=card_number(5))
    with pytest.raises(CardDidNotPay):
        finished([return_line("bought")], [other], **bought(BY_GIFT, BY_CASH))


@pytest.mark.parametrize(
    ("named", "account_id"),
    [
        ({"customer_id": MEMBER}, MEMBER),
        ({}, note_account(note_number(sale_id("back")))),
        ({"card": note_number(ONE.sale_id)}, note_account(note_number(ONE.sale_id))),
    ],
)
def test_anything_may_go_into_store_credit(named: dict[str, Any], account_id: UUID) -> None:
    there = bought(paid_by(CARD, TenderKind.CARD, 1_000))
    fact = finished([return_line("bought")], [credit(-1_000, **named)], "back", **there)
    assert fact.rights_given == (RightGiven("store_credit", account_id, 2, 1_000),)


def test_a_receipt_prints_one_note() -> None:
    both = [credit(-500), credit(-500)]
    with pytest.raises(OneNoteEach):
        finished([return_line("bought")], both, **bought(BY_CASH))


def load_back(rights: tuple[Right, ...], amount: int = 2_000) -> RetailTransaction:
    there = bought(paid_by(CASH, TenderKind.CASH, amount), amount=amount)
    more: dict[str, Any] = {"loaded": {ONE: GIFT}, "rights": {GIFT: rights}}
    return finished([return_line("bought")], [tender(CASH, -amount)], **there, **more)


def test_a_load_that_comes_back_is_off_its_card_its_own_right_first() -> None:
    fact = load_back((Right(OLD, 0, 2_000), Right(ONE.sale_id, 1, 1_500)))
    assert fact.rights_taken == (
        RightTaken(*("gift_value", GIFT.account_id), ONE.sale_id, 1, 1_500),
        RightTaken(*("gift_value", GIFT.account_id), OLD, 0, 500),
    )


def test_a_load_that_was_spent_does_not_come_back() -> None:
    with pytest.raises(LoadSpent) as refusal:
        load_back((Right(ONE.sale_id, 1, 1_999),))
    assert (refusal.value.load_minor, refusal.value.here_minor) == (2_000, 1_999)


BY_POINTS = paid_by(POINTS, TenderKind.POINTS, 600, points=120, paid_minor=600)
POINTS_BACK = [tender(POINTS, -600), tender(CASH, -400)]


def test_points_that_paid_come_back_as_points_and_the_quote_says_how_many() -> None:
    there = bought(BY_POINTS, BY_CASH)
    request = sale_request(lines=[return_line("bought")], tenders=[], total_minor=-1_000)
    told = quote(request, known(**there)).refunds
    assert [(one.tender_id, one.amount_minor, one.points) for one in told] == [
        (POINTS, -600, 120),
        (CASH, -400, 0),
    ]
    fact = finished([return_line("bought")], POINTS_BACK, **there)
    assert fact.rights_given == (RightGiven("points", MEMBER, 2, 120),)
    assert (fact.customer_id, fact.tenders[0].points, fact.tenders[0].spends) == (MEMBER, 0, ())
    assert fact.overrides == ()


def test_points_that_come_back_pay_off_what_is_owed_first() -> None:
    there = bought(BY_POINTS, BY_CASH)
    (line_,) = there["originals"].values()
    there["originals"] = {ONE: line_._replace(points=50)}
    fact = finished([return_line("bought")], POINTS_BACK, **there)
    assert fact.take_back == TakeBack(50, (Spend(fact.sale_id, 2, 50),), 0)


def test_no_more_points_come_back_than_paid_and_none_of_what_something_else_paid() -> None:
    there = bought(BY_POINTS, BY_CASH)
    with pytest.raises(PointsDidNotPay) as refused:
        finished([return_line("bought")], [tender(POINTS, -700), tender(CASH, -300)], **there)
    assert refused.value.field == "tenders[0].amount_minor"
    with pytest.raises(PointsDidNotPay):
        finished([return_line("bought")], [tender(POINTS, -1_000)], **bought(BY_CASH))


def test_in_an_exchange_what_goes_back_by_points_earns_none() -> None:
    whole = BY_POINTS._replace(amount_minor=12_000, paid_minor=12_000)
    there = bought(whole, amount=12_000)
    lines = [return_line("bought"), line("ZERO", 9)]
    fact = finished(lines, [tender(POINTS, -3_000)], **there, customer_id=MEMBER)
    assert (fact.points_earned, fact.rights_given[0].amount) == (9, 30)


def test_where_the_store_gives_no_points_back_a_void_gives_them_all_the_same() -> None:
    own = {**TENDERS_HERE, POINTS: TENDERS_HERE[POINTS]._replace(refundable=False)}
    there = bought(BY_POINTS._replace(refundable=False), BY_CASH)
    held = known(**there)._replace(tenders=own)
    asked = sale_request(lines=[return_line("bought")], tenders=POINTS_BACK, total_minor=-1_000)
    with pytest.raises(TenderNotRefundable):
        compose(asked, held)
    void = held._replace(paid=held.paid._replace(whole=True))
    assert compose(asked, void).fact.rights_given == (RightGiven("points", MEMBER, 2, 120),)


@given(st.integers(0, 2**RANDOM_BITS - 1), st.uuids())
def test_numbers_are_no_payment_cards_and_their_accounts_are_the_same_everywhere(
    bits: int, sale: UUID
) -> None:
    note = note_number(SaleId(sale))
    for number in (card_number(bits), note):
        assert plain_number(number) == number
        assert not card_number_in(number)
        typed = f"{number[:4]} {number[4:8]}-{number[8:]}"
        assert plain_number(typed) == number
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert plain_number(wrong) is None
    assert (is_note(note), is_note(card_number(bits))) == (True, False)


@given(
    lefts=st.lists(st.integers(1, 900), min_size=1, max_size=6),
    pays=st.lists(st.integers(1, 900), min_size=1, max_size=6),
)
def test_whatever_is_spent_no_right_gives_more_than_it_has(
    lefts: list[int], pays: list[int]
) -> None:
    rights = tuple(Right(UUID(int=n), n % 2, left) for n, left in enumerate(lefts, start=1))
    total = 1_000 * (-(-sum(pays) // 1_000))
    rest = [tender(CARD, total - sum(pays))] if total > sum(pays) else []
    tenders = [by_card(amount) for amount in pays] + rest
    try:
        fact = finished([line("ZERO", total // 1_000)], tenders, rights={GIFT: rights})
    except ValueNotHere:
        assert sum(pays) > sum(lefts)
        return
    assert sum(pays) <= sum(lefts)
    taken: dict[tuple[UUID, int], int] = {}
    for each in fact.tenders:
        for spend in each.spends:
            key = spend.root, spend.line
            taken[key] = taken.get(key, 0) + spend.points
    assert sum(taken.values()) == sum(pays)
    assert all(taken.get((right.root, right.line), 0) <= right.points_left for right in rights)


def test_a_request_names_one_account() -> None:
    with pytest.raises(ValueError, match="one of them"):
        AccountRequest(ValueKind.GIFT_VALUE, card=NUMBER, customer_id=MEMBER)
    assert account_named(AccountRequest(ValueKind.GIFT_VALUE), COMPANY, None, "x") is None
