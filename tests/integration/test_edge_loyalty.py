"""Points at the till by tiers and rules, as head office publishes them: what a sale earns, what the
quote says, and what a return takes back."""

import sqlite3
from datetime import date, timedelta
from typing import Any

import pytest

from edge.db.loyalty import movements_of
from edge.domain.sale.quote import Quote
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.sale.look_up import recall
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.facts import RetailTransaction
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import CustomerId
from sync.protocol.loyalty import CustomerTier, LoyaltyTier, PointsExpiring, PointsRule
from sync.protocol.promotions.conditions import Condition, Hours
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import CustomerAlias, DataSet
from tests.builders import ANNA, CARD, MEMBER, NEWCOMER, NOW, NOW_MS, W1, moment
from tests.integration.edge_fixtures import Feed
from tests.integration.test_edge_promotions import db
from tests.sale_builders import line, return_line, sale_request, sell, tender

__all__ = ["db"]
MINUTE_MS = 60_000
TEA_MINOR = 380
DOUBLE, TRIPLE = 20_000, 30_000
FOR_EVER = date(2199, 12, 31)
ALL_WEEK = 127


class HeadOffice:
    """What it publishes of its programme comes into force as it comes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feeds = {one: Feed(one, SHARED) for one in DataSet}

    def says(self, data_set: DataSet, row: Any, *, at_ms: int = NOW_MS) -> None:
        feed = self._feeds[data_set]
        after = len(feed.rows)
        feed.publish(ROWS[data_set].key_of(row), row)
        apply_reference(self._db, feed.page(after), moment(at_ms - NOW_MS))

    def has_gold(self, times: int, *, at_ms: int = NOW_MS) -> None:
        tier = LoyaltyTier("gold", "Gold", 200_000, times)
        self.says(DataSet.LOYALTY_TIERS, tier, at_ms=at_ms)

    def puts(self, customer_id: CustomerId, tier: str = "gold", until: date = FOR_EVER) -> None:
        self.says(DataSet.CUSTOMER_TIERS, CustomerTier(customer_id, tier, until))

    def multiplies(self, rule: PointsRule, *, at_ms: int = NOW_MS) -> None:
        self.says(DataSet.POINTS_RULES, rule, at_ms=at_ms)


@pytest.fixture
def head_office(db: sqlite3.Connection) -> HeadOffice:
    return HeadOffice(db)


def sold(db: sqlite3.Connection, name: str, *, late_ms: int = 0, **more: Any) -> RetailTransaction:
    """Ten pieces of tea, 38.00 together: three points where nothing multiplies them."""
    total = 10 * TEA_MINOR
    paid = [tender(CARD, total)]
    more = {"customer_id": MEMBER, **more}
    asked = sale_request(name, [line("I05", 10)], paid, total_minor=total, **more)
    return sell(db, asked, at=moment(late_ms)).fact


def quoted(db: sqlite3.Connection) -> Quote:
    lines = sale_request(lines=[line("I05", 10)]).lines
    asked = QuoteSale(ANNA, lines, customer_id=MEMBER, tendered_at=NOW)
    return quote_sale(db, asked, W1, moment())


def test_who_is_in_a_tier_earns_by_its_multiplier_and_nobody_else(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.has_gold(DOUBLE)
    head_office.puts(MEMBER)
    assert sold(db, "a").points_earned == 7
    assert sold(db, "b", customer_id=NEWCOMER).points_earned == 3
    assert sold(db, "c", customer_id=None).points_earned == 0


def test_a_tier_ends_with_its_day_and_then_the_next_one_holds(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    today = sold(db, "a").business_date
    head_office.has_gold(DOUBLE)
    head_office.says(DataSet.LOYALTY_TIERS, LoyaltyTier("top", "Top", 900_000, TRIPLE))
    head_office.puts(MEMBER, "top", today - timedelta(1))
    head_office.puts(MEMBER, "gold", today)
    assert sold(db, "b").points_earned == 7
    head_office.puts(MEMBER, "gold", today - timedelta(1))
    assert sold(db, "c").points_earned == 3
    head_office.puts(MEMBER, "unheard-of")
    assert sold(db, "d").points_earned == 3


def test_who_is_joined_to_another_is_in_that_ones_tier(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.has_gold(DOUBLE)
    head_office.puts(MEMBER)
    head_office.says(DataSet.CUSTOMER_ALIASES, CustomerAlias(NEWCOMER, MEMBER))
    assert sold(db, "a", customer_id=NEWCOMER).points_earned == 7


def test_a_rule_multiplies_its_goods_within_its_hours(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    always = Condition(hours=(Hours(ALL_WEEK, 0, 1_440),))
    head_office.multiplies(PointsRule("tea", "Tea week", DOUBLE, Pick(items=("I05",)), always))
    head_office.multiplies(PointsRule("bun", "Buns", TRIPLE, Pick(items=("I01",))))
    assert sold(db, "a").points_earned == 7
    head_office.multiplies(
        PointsRule("tea", "Tea week", DOUBLE, Pick(items=("I05",)), Condition(until_ms=NOW_MS))
    )
    assert sold(db, "b").points_earned == 3


def test_what_held_when_the_basket_was_tendered_is_what_it_earns(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.has_gold(DOUBLE, at_ms=0)
    head_office.puts(MEMBER)
    head_office.has_gold(TRIPLE, at_ms=NOW_MS + MINUTE_MS)
    rule = PointsRule("tea", "Tea week", TRIPLE)
    head_office.multiplies(rule, at_ms=NOW_MS + MINUTE_MS)
    assert sold(db, "a", late_ms=2 * MINUTE_MS).points_earned == 7


def test_the_quote_says_the_tier_the_rules_and_what_runs_out(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.has_gold(DOUBLE)
    head_office.puts(MEMBER)
    head_office.multiplies(PointsRule("tea", "Tea week", TRIPLE, Pick(items=("I05",))))
    head_office.says(DataSet.POINTS_EXPIRING, PointsExpiring(MEMBER, 120, FOR_EVER))
    found = quoted(db)
    assert found.points_earned == 22
    assert found.earning is not None
    assert (found.earning.tier, found.earning.multiplier) == ("Gold", DOUBLE)
    assert found.earning.rules == ("Tea week",)
    assert (found.earning.expiring, found.earning.expire_on) == (120, FOR_EVER)


def test_the_paper_says_what_runs_out_as_it_was_told_then_and_for_ever(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.says(DataSet.POINTS_EXPIRING, PointsExpiring(MEMBER, 1_120, FOR_EVER))
    request = sale_request(
        "a", lines=[line("I05", 4)], total_minor=4 * TEA_MINOR, customer_id=MEMBER
    )
    first = sell(db, request)
    assert f"1,120 points run out after {FOR_EVER}" in first.receipt
    head_office.says(DataSet.POINTS_EXPIRING, PointsExpiring(MEMBER, 7, FOR_EVER))
    assert recall(db, first.sale_id).receipt == first.receipt
    other = sale_request("b", lines=[line("I05", 4)], total_minor=4 * TEA_MINOR)
    assert "run out" not in sell(db, other).receipt


def test_a_return_takes_back_what_its_line_earned_in_any_parts(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.has_gold(DOUBLE)
    head_office.puts(MEMBER)
    first = sold(db, "a")
    head_office.has_gold(TRIPLE)  # what the line earned stands on the line
    taken = 0
    for name, pieces in (("b", 3), ("c", 1), ("d", 6)):
        total = -pieces * TEA_MINOR
        lines = [return_line("a", 1, pieces)]
        asked = sale_request(name, lines, [tender(CARD, total)], total_minor=total)
        fact = sell(db, asked).fact
        taken += fact.take_back.points if fact.take_back else 0
    assert taken == first.points_earned == 7


def test_the_shop_says_what_its_own_receipts_did_to_the_points(db: sqlite3.Connection) -> None:
    first, other = sold(db, "a"), sold(db, "b", customer_id=NEWCOMER)
    sold(db, "c", customer_id=None)
    sold(db, "d", training=True)
    total = -10 * TEA_MINOR
    asked = sale_request("e", [return_line("a", 1, 10)], [tender(CARD, total)], total_minor=total)
    back = sell(db, asked).fact
    found = movements_of(db, MEMBER)
    moved = [(one.receipt_number, one.points_in, one.points_out) for one in found]
    assert sorted(moved) == [(first.receipt_number, 3, 0), (back.receipt_number, 0, 3)]
    assert [one.receipt_number for one in movements_of(db, NEWCOMER)] == [other.receipt_number]
