"""Rules of items at the box: what is asked, what is barred, what goes along, as published."""

import sqlite3
from typing import Any

import pytest
from msgspec.structs import replace

from edge.domain.sale.basket import LineRequest
from edge.domain.sale.quote import Quote
from edge.domain.sale.refusals.item_rules import (
    AgeNotChecked,
    ItemBarred,
    LinkDiffers,
    LinkMissing,
    LotMissing,
    OneSerialEach,
    SerialMissing,
)
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.errors import Refusal
from sync.protocol.facts import Line
from sync.protocol.feeds import SHARED
from sync.protocol.identity import ItemId
from sync.protocol.promotions.conditions import local_time
from sync.protocol.reference import DataSet, ItemRule
from tests.builders import ANNA, NOW_MS, SETTINGS, W1, moment
from tests.integration.edge_fixtures import Feed
from tests.integration.sale_fixtures import db, refused
from tests.sale_builders import line, sale_request, sell

__all__ = ["db"]

TEA, BUN, APPLES = ItemId("I05"), ItemId("I01"), ItemId("WEIGHED")
MINUTE = local_time(NOW_MS, SETTINGS.zone)[1]


class HeadOffice:
    """What it ever published of rules, taken by the box as it is said."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feed = Feed(DataSet.ITEM_RULES, SHARED)

    def publishes(self, *rules: ItemRule | ItemId, late_ms: int = 0) -> None:
        """Rules, or the items that have none any more."""
        after = len(self._feed.rows)
        for each in rules:
            if isinstance(each, ItemRule):
                self._feed.publish(each.item_id, each)
            else:
                self._feed.publish(each, None)
        apply_reference(self._db, self._feed.page(after), moment(late_ms))


@pytest.fixture
def head_office(db: sqlite3.Connection) -> HeadOffice:
    return HeadOffice(db)


def along(number: int, quantity_milli: int, linked_to: int = 1) -> LineRequest:
    """A bun that goes along."""
    return LineRequest(number, quantity_milli, item_id=BUN, linked_to=linked_to)


def quoted(db: sqlite3.Connection, *lines: LineRequest, **more: Any) -> Quote:
    numbered = tuple(replace(each, line_no=n) for n, each in enumerate(lines, start=1))
    return quote_sale(db, QuoteSale(ANNA, numbered, **more), W1, moment())


def sold(
    db: sqlite3.Connection, *lines: LineRequest, total: int, late_ms: int = 0
) -> tuple[Line, ...]:
    request = sale_request(f"late {late_ms}", lines, total_minor=total)
    return sell(db, request, at=moment(late_ms)).fact.lines


ASKED: list[tuple[str, ItemRule, dict[str, Any], type[Refusal]]] = [
    ("age", ItemRule(TEA, 18), {}, AgeNotChecked),
    ("age", ItemRule(TEA, 21), {"age_checked": 18}, AgeNotChecked),
    ("serial", ItemRule(TEA, asks_serial=True), {}, SerialMissing),
    ("lot", ItemRule(TEA, asks_lot=True), {"serial": "SN-1"}, LotMissing),
]


@pytest.mark.parametrize(("asks", "rule", "said", "kind"), ASKED)
def test_a_quote_asks_and_a_sale_without_the_answer_is_refused(
    db: sqlite3.Connection,
    head_office: HeadOffice,
    asks: str,
    rule: ItemRule,
    said: dict[str, Any],
    kind: type[Refusal],
) -> None:
    head_office.publishes(rule)
    (prompt,) = quoted(db, line("I05", **said)).prompts
    assert (prompt.line_no, prompt.asks) == (1, asks)
    assert prompt.age_years == (rule.age_years or None)
    refused(db, sale_request(lines=[line("I05", **said)], total_minor=380), kind)


def test_what_was_asked_stands_on_the_line(db: sqlite3.Connection, head_office: HeadOffice) -> None:
    head_office.publishes(ItemRule(TEA, 18, asks_serial=True, asks_lot=True))
    said = line("I05", age_checked=18, serial="SN-1", lot="L7", note="gift")
    assert quoted(db, said).prompts == ()
    (found,) = sold(db, said, total=380)
    assert (found.age_checked, found.serial, found.lot, found.note) == (18, "SN-1", "L7", "gift")


def test_a_serial_number_is_of_one_piece(db: sqlite3.Connection, head_office: HeadOffice) -> None:
    head_office.publishes(ItemRule(TEA, asks_serial=True))
    lines = [line("I05", 2, serial="SN-1")]
    refused(db, sale_request(lines=lines, total_minor=760), OneSerialEach)


@pytest.mark.parametrize(
    ("begin", "end", "barred"),
    [
        (MINUTE, MINUTE + 1, True),
        (MINUTE + 1, MINUTE, False),
        (MINUTE - 1, MINUTE, False),
        (MINUTE, MINUTE - 1, True),
        (MINUTE, MINUTE, True),
        (1_350, 420, MINUTE >= 1_350 or MINUTE < 420),
    ],
)
def test_hours_are_the_shop_s_and_go_on_after_midnight(
    db: sqlite3.Connection, head_office: HeadOffice, begin: int, end: int, barred: bool
) -> None:
    """Takeaway liquor after 22:30 until 07:00: 1,350 and 420 minutes of the shop's day."""
    head_office.publishes(ItemRule(TEA, barred_from=begin, barred_until=end))
    if not barred:
        assert sold(db, line("I05"), total=380)
        return
    refused(db, sale_request(lines=[line("I05")], total_minor=380), ItemBarred)
    with pytest.raises(ItemBarred):
        quoted(db, line("I05"))


@pytest.mark.parametrize(
    ("rule", "item", "quantity_milli", "goes_milli"),
    [
        (ItemRule(TEA, linked_item_id=BUN), "I05", 3_000, 3_000),
        (ItemRule(TEA, linked_item_id=BUN, linked_milli=2_000), "I05", 3_000, 6_000),
        (ItemRule(TEA, linked_item_id=BUN, linked_milli=250), "I05", 5_000, 2_000),
        (ItemRule(APPLES, linked_item_id=BUN), "WEIGHED", 755, 1_000),
    ],
)
def test_a_linked_line_comes_with_the_quote_and_follows_the_quantity(
    db: sqlite3.Connection,
    head_office: HeadOffice,
    rule: ItemRule,
    item: str,
    quantity_milli: int,
    goes_milli: int,
) -> None:
    head_office.publishes(rule)
    parent = line(item, quantity_milli=quantity_milli)
    answer = quoted(db, parent)
    assert answer.along == (along(2, goes_milli),)
    assert [each.item_id for each in answer.lines] == [item, BUN]
    lines = (parent, *answer.along)
    again = quoted(db, *lines)
    assert (again.along, again.total_minor) == ((), answer.total_minor)
    refused(db, sale_request(lines=[parent], total_minor=answer.total_minor), LinkMissing)
    assert sold(db, *lines, total=answer.total_minor)[1].linked_to == 1


@pytest.mark.parametrize(
    "wrong", [along(2, 2_000), along(2, 1_000, linked_to=2), along(2, 1_000, linked_to=3)]
)
def test_a_line_that_does_not_go_with_the_one_it_names_is_refused(
    db: sqlite3.Connection, head_office: HeadOffice, wrong: LineRequest
) -> None:
    head_office.publishes(ItemRule(TEA, linked_item_id=BUN))
    refused(db, sale_request(lines=[line("I05"), wrong], total_minor=530), LinkDiffers)
    two = [line("I05"), along(2, 1_000), along(3, 1_000)]
    refused(db, sale_request(lines=two, total_minor=680), LinkDiffers)


def test_what_may_be_left_out_is_left_out_when_it_is_not_wanted(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(ItemRule(TEA, linked_item_id=BUN, may_be_left_out=True))
    assert quoted(db, line("I05")).along == (along(2, 1_000),)
    assert quoted(db, line("I05"), left_out=(1,)).along == ()
    assert len(sold(db, line("I05"), total=380)) == 1
    head_office.publishes(ItemRule(TEA, linked_item_id=BUN))
    assert quoted(db, line("I05"), left_out=(1,)).along == (along(2, 1_000),)


def test_what_the_shop_does_not_sell_does_not_go_along(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    """Nothing that is published can stop a shop from selling."""
    head_office.publishes(ItemRule(TEA, linked_item_id=ItemId("none such")))
    assert quoted(db, line("I05")).along == ()
    assert len(sold(db, line("I05"), total=380)) == 1


def test_a_basket_is_held_against_the_rules_of_its_tender(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.publishes(ItemRule(TEA, linked_item_id=BUN))
    head_office.publishes(TEA, ItemRule(BUN, 18), late_ms=1_000)
    lines = (line("I05"), along(2, 1_000))
    assert len(sold(db, *lines, total=530, late_ms=2_000)) == 2
    head_office.publishes(ItemRule(TEA, 18), late_ms=3_000)
    assert len(sold(db, *lines, total=530, late_ms=4_000)) == 2
