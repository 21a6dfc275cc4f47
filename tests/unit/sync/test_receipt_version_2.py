"""What a receipt gained with its second version: held to add up, and read where it is absent."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from sync.protocol.aggregate import Root, names_of
from sync.protocol.codec import decode, decode_fact, encode
from sync.protocol.errors import Unbalanced
from sync.protocol.facts import (
    Account,
    ForeignMoney,
    KindVersion,
    RetailTransaction,
    RightGiven,
    RightTaken,
    Spend,
    TenderKind,
    TenderLine,
)
from sync.protocol.identity import TenderId
from tests.golden.examples import EARLIER_SALE, EXAMPLES, GRANT, MOVEMENT

RECEIPT: RetailTransaction = EXAMPLES[KindVersion("retail_transaction", 2)]
FIRST: RetailTransaction = EXAMPLES[KindVersion("retail_transaction", 1)]
GIFT = Account("gift_value", GRANT)
COUPON = RightTaken("coupon", MOVEMENT, GRANT, 0, 1)


def test_a_body_of_version_1_is_read_as_a_receipt_without_what_came_later() -> None:
    whole = decode(list[Any], encode(FIRST))
    short = [[*whole[9][0][:22]], [*whole[9][1][:22]]]
    short[0][17] = [modifier[:6] for modifier in short[0][17]]
    short[1][18] = short[1][18][:2]
    tenders = [tender[:7] for tender in whole[11]]
    body = encode([*whole[:9], short, whole[10], tenders, *whole[12:19]])
    assert decode_fact("retail_transaction", 1, body) == FIRST
    assert decode_fact("retail_transaction", 2, body) == FIRST


@pytest.mark.parametrize(
    ("account", "kind", "spends", "words"),
    [
        (GIFT, TenderKind.STORED_VALUE, (), "do not add up"),
        (GIFT, TenderKind.STORED_VALUE, (Spend(GRANT, 0, 499),), "do not add up"),
        (GIFT, TenderKind.CARD, (Spend(GRANT, 0, 500),), "only what holds value"),
        (None, TenderKind.STORED_VALUE, (Spend(GRANT, 0, 500),), "do not add up"),
    ],
)
def test_what_holds_value_pays_with_rights_that_come_to_the_amount(
    account: Account | None, kind: TenderKind, spends: tuple[Spend, ...], words: str
) -> None:
    with pytest.raises(Unbalanced, match=words):
        TenderLine(TenderId("gift"), "Gift card", kind, 500, spends=spends, account=account)


def test_value_that_goes_back_spends_nothing() -> None:
    refund = TenderLine(TenderId("gift"), "Gift card", TenderKind.STORED_VALUE, -500, account=GIFT)
    assert refund.spends == ()


@pytest.mark.parametrize("amount_minor", [0, -5])
def test_foreign_money_is_handed_over(amount_minor: int) -> None:
    with pytest.raises(Unbalanced, match="handed over"):
        ForeignMoney("USD", amount_minor, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rights_taken": (COUPON, COUPON)}, "taken twice"),
        ({"rights_given": (RightGiven("gift_value", GRANT, 8, 5),)}, "born in a line or a tender"),
        ({"rights_given": (RightGiven("gift_value", GRANT, 0, 5),)}, "born in a line or a tender"),
        ({"rights_given": (RightGiven("gift_value", GRANT, 1, 5),) * 2}, "in one place"),
    ],
)
def test_rights_are_taken_once_and_born_somewhere(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Unbalanced, match=words):
        msgspec.structs.replace(RECEIPT, **fields)


def test_behind_its_tenders_a_void_gives_what_was_used_up_again_and_no_other_receipt_does() -> None:
    place = len(RECEIPT.lines) + len(RECEIPT.tenders) + 1
    again = (RightGiven("coupon", GRANT, place, 1),)
    void = {"post_void_of": RECEIPT.sale_id, "rights_given": again}
    assert msgspec.structs.replace(RECEIPT, **void).rights_given == again
    beyond = {**void, "rights_given": (RightGiven("coupon", GRANT, place + 1, 1),)}
    for fields in ({"rights_given": again, "post_void_of": None}, beyond):
        with pytest.raises(Unbalanced, match="born in a line or a tender"):
            msgspec.structs.replace(RECEIPT, **fields)


@pytest.mark.parametrize("linked_to", [0, 1, 2])
def test_a_line_is_linked_to_one_before_it(linked_to: int) -> None:
    first = msgspec.structs.replace(RECEIPT.lines[0], linked_to=linked_to)
    with pytest.raises(Unbalanced, match="no line before it"):
        msgspec.structs.replace(RECEIPT, lines=(first, *RECEIPT.lines[1:]))


def test_what_has_an_original_is_not_unverified() -> None:
    with pytest.raises(Unbalanced, match="not unverified"):
        msgspec.structs.replace(RECEIPT.lines[1], unverified="no receipt")


def test_a_return_waits_for_its_own_stores_sale_and_for_no_others() -> None:
    assert names_of(FIRST) == (Root("sale", UUID(str(EARLIER_SALE))),)
    assert names_of(RECEIPT) == ()
