"""Promotions for some: customers of a group, who shows a coupon; and what the quote says of all."""

import sqlite3
from typing import Any
from uuid import UUID

import pytest

from edge.domain.sale.basket import DiscountRequest
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CustomerId
from sync.protocol.promotions.basket_off import BasketOff, Level
from sync.protocol.promotions.conditions import Condition
from sync.protocol.promotions.percent_off import PercentOff
from sync.protocol.promotions.several_for import SeveralFor
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import CustomerAlias, CustomerGroup, DataSet
from tests.builders import ANNA, CARD, MEMBER, NEWCOMER, NOW, NOW_MS, W1, moment
from tests.integration.edge_fixtures import Feed
from tests.integration.test_edge_promotions import HALF, TEA, HeadOffice, db, head_office, row
from tests.sale_builders import line, sale_request, sell, tender

__all__ = ["db", "head_office"]
MINUTE_MS = 60_000
GOLD = Condition(groups=("gold",))
SAVE = Condition(coupons=("Save5", "SAVE6"))


class Groups:
    """Who is in which, as head office says it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feed = Feed(DataSet.CUSTOMER_GROUPS, SHARED)

    def say(self, customer_id: CustomerId, group: str | None, *, at_ms: int = NOW_MS) -> None:
        after = len(self._feed.rows)
        body = None if group is None else CustomerGroup(customer_id, group)
        self._feed.publish(str(customer_id), body)
        apply_reference(self._db, self._feed.page(after), moment(at_ms - NOW_MS))


@pytest.fixture
def groups(db: sqlite3.Connection) -> Groups:
    return Groups(db)


def off(
    db: sqlite3.Connection, name: str, total_minor: int, *, late_ms: int = 0, **more: Any
) -> list[Any]:
    """Three pieces of tea at 3.80: what came off by which coupon."""
    paid = [tender(CARD, total_minor)]
    asked = sale_request(name, [line("I05", 3)], paid, total_minor=total_minor, **more)
    fact = sell(db, asked, at=moment(late_ms)).fact
    return [(each.amount_minor, each.coupon) for each in fact.lines[0].modifiers]


def quoted(db: sqlite3.Connection, *, pieces: int = 3, **more: Any) -> Any:
    lines = sale_request(lines=[line("I05", pieces)]).lines
    asked = QuoteSale(ANNA, lines, tendered_at=NOW, **more)
    return quote_sale(db, asked, W1, moment()).saved


def test_who_is_in_the_group_pays_its_price_and_nobody_else(
    db: sqlite3.Connection, head_office: HeadOffice, groups: Groups
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), GOLD))
    groups.say(MEMBER, "gold")
    groups.say(NEWCOMER, "staff")
    assert off(db, "a", 570, customer_id=MEMBER) == [(-570, None)]
    assert off(db, "b", 1_140, customer_id=NEWCOMER) == []
    assert off(db, "c", 1_140) == []
    groups.say(MEMBER, None)
    assert off(db, "d", 1_140, customer_id=MEMBER) == []


def test_who_was_in_the_group_when_it_was_tendered_has_its_price(
    db: sqlite3.Connection, head_office: HeadOffice, groups: Groups
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), GOLD))
    groups.say(MEMBER, "gold", at_ms=0)
    groups.say(MEMBER, None, at_ms=NOW_MS + MINUTE_MS)
    groups.say(NEWCOMER, "gold", at_ms=NOW_MS + MINUTE_MS)
    late = 2 * MINUTE_MS
    assert off(db, "a", 570, customer_id=MEMBER, late_ms=late) == [(-570, None)]
    assert off(db, "b", 1_140, customer_id=NEWCOMER, late_ms=late) == []


def test_who_is_joined_to_another_is_in_that_ones_group(
    db: sqlite3.Connection, head_office: HeadOffice, groups: Groups
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), GOLD))
    groups.say(MEMBER, "gold")
    aliases = Feed(DataSet.CUSTOMER_ALIASES, SHARED)
    aliases.publish(str(NEWCOMER), CustomerAlias(NEWCOMER, MEMBER))
    apply_reference(db, aliases.page(0), moment())
    assert off(db, "a", 570, customer_id=NEWCOMER) == [(-570, None)]


def test_a_group_of_somebody_who_is_not_known_here_waits_for_them(
    db: sqlite3.Connection, head_office: HeadOffice, groups: Groups
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), GOLD))
    groups.say(CustomerId(UUID(int=7)), "gold")
    assert off(db, "a", 1_140) == []


def test_a_coupon_lowers_the_price_as_often_as_it_is_shown_and_stands_on_the_line(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), SAVE))
    assert off(db, "a", 1_140) == []
    assert off(db, "b", 570, coupons=("save5",)) == [(-570, "save5")]
    assert off(db, "c", 570, coupons=("SAVE6",)) == [(-570, "SAVE6")]
    assert off(db, "d", 1_140, coupons=("SAVE7",)) == []


def test_a_coupon_that_ended_after_the_tender_still_counts(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(row("half", PercentOff(TEA, HALF), SAVE), at_ms=0)
    head_office.publishes("half", at_ms=NOW_MS + MINUTE_MS)
    late = 2 * MINUTE_MS
    assert off(db, "a", 570, coupons=("save5",), late_ms=late) == [(-570, "save5")]


def test_the_quote_says_what_became_of_each_coupon(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    jam = Pick(items=("I15",))
    head_office.publishes(
        row("half", PercentOff(TEA, HALF), SAVE),
        row("jam", PercentOff(jam, HALF), Condition(coupons=("JAM",))),
        row("over", PercentOff(TEA, 9_000), Condition(until_ms=NOW_MS, coupons=("OLD",))),
    )
    said = quoted(db, coupons=("save5", "JAM", "OLD", "NONE"))
    assert [(each.code, each.known, each.saved_minor) for each in said.coupons] == [
        ("save5", True, 570),
        ("JAM", True, 0),
        ("OLD", False, 0),
        ("NONE", False, 0),
    ]
    assert quoted(db, coupons=("NONE",)).coupons[0].known is False


def test_the_quote_says_what_was_saved_by_which_promotion_and_by_hand(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(
        row("3 for 10.00", SeveralFor(TEA, 3, 1_000)),
        row("tenth", BasketOff((Level(0, 0, 1_000),))),
    )
    said = quoted(db, discount=DiscountRequest("regular", amount_minor=100))
    assert said.saved_minor == 140 + 100 + 100
    applied = [(each.promotion_id, each.name, each.saved_minor) for each in said.promotions]
    assert applied == [("3 for 10.00", "3 for 10.00", 140), ("tenth", "tenth", 100)]


def test_the_quote_says_what_almost_applied(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(
        row("3 for 10.00", SeveralFor(TEA, 3, 1_000)),
        row("1 off 9", BasketOff((Level(900, 100),))),
    )
    said = quoted(db, pieces=2)
    near = [(each.name, each.pieces, each.minor) for each in said.almost]
    assert near == [("3 for 10.00", 1, 0), ("1 off 9", 0, 140)]
    assert (said.saved_minor, said.promotions) == (0, ())
    assert quoted(db, pieces=3).almost == ()


def test_where_nothing_could_lower_a_price_nothing_is_said(db: sqlite3.Connection) -> None:
    said = quoted(db)
    assert (said.saved_minor, said.promotions, said.almost, said.coupons) == (0, (), (), ())
