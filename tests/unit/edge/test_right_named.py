"""Whose right a request is about, of every kind that is asked for by itself."""

from uuid import UUID, uuid4

import pytest

from edge.domain.sale.refusals.value import AccountUnknown, WrongCardNumber
from edge.domain.sale.right_named import NamedKind, NamedRight, account_of_right
from sync.protocol.cards import account_of, card_number, note_account, note_number
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CompanyId, CustomerId, SaleId
from sync.protocol.promotions.once import once_number

COMPANY, WHO = CompanyId(uuid4()), CustomerId(uuid4())
CARD, NOTE, COUPON = card_number(5), note_number(SaleId(UUID(int=6))), once_number(7, 8)


@pytest.mark.parametrize(
    ("named", "account_id"),
    [
        (NamedRight(NamedKind.GIFT_VALUE, CARD), account_of(COMPANY, CARD)),
        (NamedRight(NamedKind.STORE_CREDIT, NOTE), note_account(NOTE)),
        (NamedRight(NamedKind.STORE_CREDIT, customer_id=WHO), WHO),
        (NamedRight(NamedKind.COUPON, COUPON), account_of(COMPANY, COUPON)),
        (NamedRight(NamedKind.COUPON, f"{COUPON[:4]} {COUPON[4:]}"), account_of(COMPANY, COUPON)),
        (NamedRight(NamedKind.POINTS, customer_id=WHO), WHO),
    ],
)
def test_each_kind_is_of_its_own_account(named: NamedRight, account_id: UUID) -> None:
    found = account_of_right(named, COMPANY, "account")
    assert (found.kind, found.account_id) == (named.kind, account_id)


@pytest.mark.parametrize(
    "named",
    [
        NamedRight(NamedKind.GIFT_VALUE, COUPON[:-1] + "x"),
        NamedRight(NamedKind.GIFT_VALUE, NOTE),
        NamedRight(NamedKind.STORE_CREDIT, "97"),
        NamedRight(NamedKind.COUPON, CARD),
        NamedRight(NamedKind.COUPON, "SAVE5"),
        NamedRight(NamedKind.COUPON),
    ],
)
def test_a_number_of_another_kind_is_none_of_this(named: NamedRight) -> None:
    with pytest.raises(WrongCardNumber) as refused:
        account_of_right(named, COMPANY, "account")
    assert refused.value.field == "account.card"


@pytest.mark.parametrize(
    "named",
    [
        NamedRight(NamedKind.POINTS),
        NamedRight(NamedKind.POINTS, CARD),
        NamedRight(NamedKind.GIFT_VALUE),
        NamedRight(NamedKind.STORE_CREDIT),
    ],
)
def test_who_names_nobody_is_told_so(named: NamedRight) -> None:
    with pytest.raises(AccountUnknown):
        account_of_right(named, COMPANY, "account")


def test_a_card_and_a_customer_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="one of them"):
        NamedRight(NamedKind.STORE_CREDIT, NOTE, WHO)


def test_every_kind_is_asked_for_so_but_leave_which_comes_with_its_receipt() -> None:
    assert {one.value for one in RightKind} - {one.value for one in NamedKind} == {"refund"}
