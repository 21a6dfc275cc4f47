"""Where a customer's own rights end, the store's goodwill begins: never more than its budget, in
the unit of work of the sale, and for nobody who owes (sync/protocol/escrow.py)."""

import sqlite3
from datetime import date, timedelta

import pytest

from edge.db.epochs import begin_epoch, writing
from edge.db.goodwill import goodwill_right, note_goodwill
from edge.domain.sale.completed import CompletedSale
from edge.domain.sale.refusals.points import MorePointsThanRights
from edge.domain.sale.refusals.tenders import TendersBelowTotal
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.bounds import DATE_MAX
from sync.protocol.change import Epoch
from sync.protocol.escrow import RightKind, goodwill_of
from sync.protocol.facts import Spend
from sync.protocol.periods import Period, span_of
from tests.builders import (
    BUSINESS_DATE,
    CARD,
    NEWCOMER,
    POINTS,
    STORE,
    W1,
    moment,
)
from tests.integration.sale_fixtures import db, refused
from tests.sale_builders import line, return_line, sale_request, sell, tender

__all__ = ["db"]


def budget(
    db: sqlite3.Connection,
    amount: int,
    period: Period = Period.DAY,
    since: date = BUSINESS_DATE,
    epoch: Epoch | None = None,
    kind: str = "points",
    until: date = DATE_MAX,
) -> None:
    named = str(epoch or writing(db).epoch)
    row = (kind, amount, period.value, since.isoformat(), named, until.isoformat())
    db.execute("INSERT OR REPLACE INTO goodwill VALUES (?, ?, ?, ?, ?, ?)", row)


def bought(db: sqlite3.Connection, name: str, points: int, price_minor: int = 900) -> CompletedSale:
    """Paid partly with points, each worth 0.01."""
    paid = [tender(POINTS, points), tender(CARD, price_minor - points)]
    lines = [line("OPEN", price_minor=price_minor)]
    return sell(db, sale_request(name, lines, paid, customer_id=NEWCOMER))


def left(db: sqlite3.Connection, day: date = BUSINESS_DATE) -> int:
    found = goodwill_right(db, STORE, writing(db).epoch, RightKind.POINTS, day)
    return 0 if found is None else found.points_left


def spends(done: CompletedSale) -> tuple[Spend, ...]:
    return tuple(one for paid in done.fact.tenders for one in paid.spends)


def test_the_customers_own_rights_go_first_and_goodwill_pays_the_rest(
    db: sqlite3.Connection,
) -> None:
    budget(db, 50)
    grant = (bytes(15) + b"\x07", 0, NEWCOMER.bytes, 30, 0)
    db.execute("INSERT INTO points_right VALUES (?, ?, ?, ?, ?, 'points', 0, NULL)", grant)
    done = bought(db, "a", 45)
    own, lent = spends(done)
    assert (own.points, lent) == (30, Spend(*goodwill_of(STORE), 15))
    assert left(db) == 35
    assert done.points_here == 0


def test_no_more_than_the_budget_is_lent_and_the_refusal_says_how_much(
    db: sqlite3.Connection,
) -> None:
    budget(db, 50)
    bought(db, "a", 20)
    paid = [tender(POINTS, 31), tender(CARD, 869)]
    lines = [line("OPEN", price_minor=900)]
    asked = sale_request("b", lines, paid, customer_id=NEWCOMER)
    said = refused(db, asked, MorePointsThanRights)
    assert said.detail == "31 points are to be spent; 30 can be spent at this store now."
    assert left(db) == 30
    bought(db, "c", 30)
    assert left(db) == 0


def test_without_a_row_and_in_other_epochs_and_kinds_there_is_none(db: sqlite3.Connection) -> None:
    assert left(db) == 0
    budget(db, 50, epoch=Epoch(1, b"abcd"))
    assert left(db) == 0
    budget(db, 50, kind="coupon")
    assert left(db) == 0
    budget(db, 50, since=BUSINESS_DATE + timedelta(1))
    assert left(db) == 0


def test_an_epoch_that_the_box_opened_itself_lends_nothing(db: sqlite3.Connection) -> None:
    budget(db, 50)
    was = writing(db).epoch
    begin_epoch(db, STORE, Epoch(was.number, b"\x01\x02\x03\x04"), bytes(32), provisional=True)
    assert left(db) == 0
    asked = sale_request(
        "b",
        [line("OPEN", price_minor=900)],
        [tender(POINTS, 1), tender(CARD, 899)],
        customer_id=NEWCOMER,
    )
    refused(db, asked, MorePointsThanRights)


def test_a_budget_holds_for_its_period_and_a_later_row_from_its_date(
    db: sqlite3.Connection,
) -> None:
    first, last = span_of(Period.MONTH, BUSINESS_DATE)
    budget(db, 50, Period.MONTH, first)
    bought(db, "a", 20)
    assert (left(db), left(db, first), left(db, last)) == (30, 30, 30)
    assert left(db, last + timedelta(1)) == 50
    assert left(db, first - timedelta(1)) == 0
    budget(db, 25, Period.DAY, BUSINESS_DATE)
    assert left(db) == 5
    assert left(db, BUSINESS_DATE + timedelta(1)) == 25


def test_behind_the_dates_that_head_office_told_of_what_was_left_is_lent_once(
    db: sqlite3.Connection,
) -> None:
    later = [BUSINESS_DATE + timedelta(days) for days in (1, 2, 60)]
    budget(db, 50, Period.DAY, until=BUSINESS_DATE)
    bought(db, "a", 20)
    assert [left(db, day) for day in (BUSINESS_DATE, *later)] == [30, 30, 30, 30]
    note_goodwill(db, writing(db).epoch, RightKind.POINTS, later[1], 25)
    assert [left(db, day) for day in (BUSINESS_DATE, *later)] == [30, 5, 5, 5]
    budget(db, 50, Period.DAY, until=later[1])
    assert [left(db, day) for day in (BUSINESS_DATE, *later)] == [30, 50, 25, 25]
    db.execute("DELETE FROM goodwill_spent WHERE business_date > ?", (BUSINESS_DATE.isoformat(),))


def test_who_owes_points_is_lent_none(db: sqlite3.Connection) -> None:
    lines = [line("OPEN", price_minor=100_000)]
    sell(db, sale_request("a", lines, [tender(CARD, 100_000)], customer_id=NEWCOMER))
    bought(db, "b", 100)
    back = sale_request("c", [return_line("a")], [tender(CARD, -100_000)], total_minor=-100_000)
    sell(db, back)
    budget(db, 50)
    asked = sale_request(
        "d",
        [line("OPEN", price_minor=900)],
        [tender(POINTS, 1), tender(CARD, 899)],
        customer_id=NEWCOMER,
    )
    refused(db, asked, MorePointsThanRights)
    assert left(db) == 50


def test_a_quote_says_what_of_the_points_is_the_stores_to_lend(db: sqlite3.Connection) -> None:
    budget(db, 50)
    asked = sale_request("q", [line("OPEN", price_minor=900)], [], customer_id=NEWCOMER)
    basket = QuoteSale(asked.operator_id, asked.lines, (), NEWCOMER, asked.tendered_at)
    told = quote_sale(db, basket, W1, moment())
    assert (told.points_here, told.goodwill_here, told.due.points_left_minor) == (50, 50, 50)


def test_a_sale_that_is_refused_takes_nothing_of_it(db: sqlite3.Connection) -> None:
    budget(db, 50)
    paid = [tender(POINTS, 20), tender(CARD, 1)]
    asked = sale_request("b", [line("OPEN", price_minor=900)], paid, customer_id=NEWCOMER)
    refused(db, asked, TendersBelowTotal)
    assert db.execute("SELECT count(*) FROM goodwill_spent").fetchone() == (0,)


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (Period.DAY, "2026-02-28", "2026-02-28", "2026-02-28"),
        (Period.WEEK, "2026-03-01", "2026-02-23", "2026-03-01"),
        (Period.WEEK, "2026-01-01", "2025-12-29", "2026-01-04"),
        (Period.MONTH, "2028-02-11", "2028-02-01", "2028-02-29"),
        (Period.WEEK, "9999-12-31", "9999-12-27", "9999-12-31"),
        (Period.MONTH, "9999-12-31", "9999-12-01", "9999-12-31"),
    ],
)
def test_a_period_has_these_dates(period: Period, day: str, first: str, last: str) -> None:
    assert tuple(map(str, span_of(period, date.fromisoformat(day)))) == (first, last)
