"""Coupons that are good once, at the box: what a right to one allows, once, and what it leaves."""

import sqlite3
from typing import Any
from uuid import UUID, uuid4

import pytest

from edge.db.rights import hold_right, rights_of
from edge.domain.sale.refusals.coupons import CouponNotHere
from edge.usecases.right.give_back import give_back_rights
from sync.protocol.cards import account_of
from sync.protocol.codec import decode_fact
from sync.protocol.escrow import Right
from sync.protocol.facts import (
    GrantReleased,
    Released,
    RetailTransaction,
    RightGiven,
    RightTaken,
)
from sync.protocol.identity import CompanyId
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.once import once_number, picture_of
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.shape import Pick
from tests.builders import CARD, moment
from tests.integration.sale_fixtures import refused
from tests.integration.test_edge_promotions import HALF, TEA, HeadOffice, db, head_office, row
from tests.integration.test_edge_promotions_for_whom import quoted
from tests.sale_builders import line, return_line, sale_id, sale_request, sell, tender

__all__ = ["db", "head_office"]
FIRST, SECOND, OTHER = once_number(7, 1), once_number(7, 2), once_number(8, 3)
COUPON = "coupon"


def account(db: sqlite3.Connection, number: str) -> UUID:
    (company_id,) = db.execute("SELECT company_id FROM box").fetchone()
    return account_of(CompanyId(UUID(bytes=company_id)), number)


def hold(db: sqlite3.Connection, number: str, root: int) -> RightTaken:
    """Head office gave the right to it."""
    named = (COUPON, account(db, number))
    hold_right(db, UUID(int=root), named, 1)
    return RightTaken(*named, UUID(int=root), 0, 1)


def left(db: sqlite3.Connection, number: str) -> int:
    return sum(one.points_left for one in rights_of(db, COUPON, account(db, number)))


@pytest.fixture
def half(head_office: HeadOffice) -> None:
    """Tea for half of its price, by a coupon of batch 7."""
    asked = Condition(coupons=(picture_of(7), "SAVE5"))
    head_office.publishes(row("half", PercentOff(TEA, HALF), asked))


def request(name: str, total_minor: int, *coupons: str, **more: Any) -> Any:
    """Three pieces of tea at 3.80."""
    paid = [tender(CARD, total_minor)]
    return sale_request(
        name, [line("I05", 3)], paid, total_minor=total_minor, coupons=coupons, **more
    )


def sold(db: sqlite3.Connection, *asked: Any, **more: Any) -> RetailTransaction:
    return sell(db, request(*asked, **more)).fact


def off(fact: RetailTransaction) -> list[tuple[int, str | None]]:
    return [(each.amount_minor, each.coupon) for each in fact.lines[0].modifiers]


def test_who_shows_it_pays_less_once_and_its_right_is_gone_with_the_sale(
    db: sqlite3.Connection, half: None
) -> None:
    right = hold(db, FIRST, 1)
    fact = sold(db, "a", 570, FIRST)
    assert (off(fact), fact.rights_taken) == ([(-570, FIRST)], (right,))
    assert left(db, FIRST) == 0
    again = refused(db, request("b", 570, FIRST), CouponNotHere)
    assert isinstance(again, CouponNotHere)
    assert again.coupon == f"**** {FIRST[-4:]}"


def test_without_the_right_it_is_refused_and_nothing_remains(
    db: sqlite3.Connection, half: None
) -> None:
    refused(db, request("a", 570, FIRST), CouponNotHere)
    refused(db, request("b", 1_140, FIRST), CouponNotHere)
    hold(db, FIRST, 1)
    refused(db, request("c", 570, SECOND), CouponNotHere)


def test_it_is_typed_with_spaces_and_stands_on_the_line_without(
    db: sqlite3.Connection, half: None
) -> None:
    hold(db, FIRST, 1)
    spaced = " ".join(FIRST[at : at + 4] for at in range(0, 16, 4))
    assert off(sold(db, "a", 570, spaced)) == [(-570, FIRST)]


def test_nobody_types_the_picture_of_a_batch(db: sqlite3.Connection, half: None) -> None:
    assert off(sold(db, "a", 1_140, picture_of(7))) == []
    (said,) = quoted(db, coupons=(picture_of(7),)).coupons
    assert not said.known


def test_one_for_which_nothing_came_off_stays_good(
    db: sqlite3.Connection, head_office: HeadOffice, half: None
) -> None:
    jam = Pick(items=("I15",))
    head_office.publishes(row("jam", PercentOff(jam, HALF), Condition(coupons=(picture_of(8),))))
    hold(db, FIRST, 1)
    hold(db, OTHER, 2)
    fact = sold(db, "a", 570, FIRST, OTHER)
    assert [one.root for one in fact.rights_taken] == [UUID(int=1)]
    assert (left(db, FIRST), left(db, OTHER)) == (0, 1)


def test_of_two_of_one_batch_a_receipt_takes_one(db: sqlite3.Connection, half: None) -> None:
    hold(db, FIRST, 1)
    hold(db, SECOND, 2)
    assert off(sold(db, "a", 570, SECOND, FIRST)) == [(-570, SECOND)]
    assert (left(db, FIRST), left(db, SECOND)) == (1, 0)


def test_beside_a_code_that_is_good_always_it_is_not_needed(
    db: sqlite3.Connection, half: None
) -> None:
    assert off(sold(db, "a", 570, "save5")) == [(-570, "save5")]


def test_the_quote_says_that_head_office_must_be_asked_first(
    db: sqlite3.Connection, half: None
) -> None:
    def said() -> tuple[bool, int, bool]:
        (one,) = quoted(db, coupons=(FIRST,)).coupons
        return one.known, one.saved_minor, one.to_ask_for

    assert said() == (True, 0, True)
    hold(db, FIRST, 1)
    assert said() == (True, 570, False)


def test_in_training_it_works_and_nothing_is_taken(db: sqlite3.Connection, half: None) -> None:
    fact = sold(db, "a", 570, FIRST, training=True)
    assert (off(fact), fact.rights_taken) == ([(-570, FIRST)], ())
    hold(db, FIRST, 1)
    sold(db, "b", 570, FIRST, training=True)
    assert left(db, FIRST) == 1


def test_goods_that_come_back_do_not_make_it_new(db: sqlite3.Connection, half: None) -> None:
    """The customer has back what was paid for them, and the coupon stays used."""
    hold(db, FIRST, 1)
    sold(db, "a", 570, FIRST)
    back = sale_request("b", [return_line("a", 1, 3)], [tender(CARD, -570)], total_minor=-570)
    assert sell(db, back).fact.rights_taken == ()
    assert left(db, FIRST) == 0
    refused(db, request("c", 570, FIRST), CouponNotHere)


def void(name: str, of: str, total_minor: int, **more: Any) -> Any:
    named = {"post_void_of": sale_id(of), "note": "rang up for the wrong person"}
    return sale_request(name, [], [], total_minor=-total_minor, **named, **more)


def test_a_receipt_that_is_voided_gives_its_coupon_again_and_it_is_used_like_before(
    db: sqlite3.Connection, half: None
) -> None:
    hold(db, FIRST, 1)
    hold(db, SECOND, 2)
    sold(db, "a", 570, FIRST)
    voided = sell(db, void("b", "a", 570))
    gone = voided.fact
    assert "The coupon is good again" in voided.receipt
    assert gone.rights_given == (RightGiven(COUPON, account(db, FIRST), 3, 1),)
    assert gone.rights_taken == ()
    (right,) = rights_of(db, COUPON, account(db, FIRST))
    assert right == Right(gone.sale_id, 3, 1)
    again = sold(db, "c", 570, FIRST)
    assert again.rights_taken == (RightTaken(COUPON, account(db, FIRST), gone.sale_id, 3, 1),)
    refused(db, request("d", 570, FIRST), CouponNotHere)
    assert left(db, SECOND) == 1


def test_what_a_void_gives_again_goes_back_to_head_office_with_the_next_round(
    db: sqlite3.Connection, half: None
) -> None:
    hold(db, FIRST, 1)
    sold(db, "a", 570, FIRST)
    gone = sell(db, void("b", "a", 570)).fact
    give_back_rights(db, moment(), event_id=uuid4())
    (body,) = db.execute("SELECT body FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    released = decode_fact("grant_released", 1, body)
    assert isinstance(released, GrantReleased)
    assert released.releases == (Released(COUPON, account(db, FIRST), gone.sale_id, 3, 1),)
    refused(db, request("c", 570, FIRST), CouponNotHere)


def test_of_a_line_that_two_coupons_lowered_a_void_gives_both_again(
    db: sqlite3.Connection, head_office: HeadOffice, half: None
) -> None:
    more = BasketOff((Level(100, 70),))
    head_office.publishes(row("basket", more, Condition(coupons=(picture_of(8),))))
    hold(db, FIRST, 1)
    hold(db, OTHER, 2)
    fact = sold(db, "a", 500, FIRST, OTHER)
    assert {one for _, one in off(fact)} == {FIRST, OTHER}
    voided = sell(db, void("b", "a", 500))
    gone = voided.fact
    assert "2 coupons are good again" in voided.receipt
    assert [one.line for one in gone.rights_given] == [3, 4]
    assert (left(db, FIRST), left(db, OTHER)) == (1, 1)


def test_in_training_a_void_gives_no_coupon_again(db: sqlite3.Connection, half: None) -> None:
    hold(db, FIRST, 1)
    sold(db, "a", 570, FIRST, training=True)
    gone = sell(db, void("b", "a", 570, training=True)).fact
    assert (gone.rights_given, left(db, FIRST)) == ((), 1)


def test_a_void_gives_none_again_for_which_nothing_came_off(
    db: sqlite3.Connection, half: None
) -> None:
    hold(db, OTHER, 1)
    sold(db, "a", 1_140, OTHER)
    gone = sell(db, void("b", "a", 1_140)).fact
    assert (gone.rights_given, left(db, OTHER)) == ((), 1)
