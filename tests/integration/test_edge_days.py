"""Business days and tills open once, close with what they contain, and refuse without a trace."""

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid5

import pytest

from edge.db.days import BusinessDay, find_open_day
from edge.domain.box import SettingsMissing
from edge.domain.business_day import (
    BusinessDayBehind,
    BusinessDayClosedAlready,
    BusinessDayFar,
    BusinessDayOpenAlready,
    BusinessDayOutOfReach,
    BusinessDayTooEarly,
    DayState,
    UnknownBusinessDay,
)
from edge.domain.operator import InactiveOperator, UnknownOperator
from edge.domain.rights import PermissionNeeded
from edge.usecases.day.close import CloseBusinessDay, close_business_day
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from edge.usecases.till.open import OpenTill, open_till
from sync.engine.journal import KnownTime
from sync.protocol.errors import Refusal
from sync.protocol.facts import (
    BusinessDayOpened,
    BusinessDayReopened,
)
from sync.protocol.identity import EventId, OperatorId, TillSessionId
from tests.integration.day_fixtures import close, refused, settle, shop
from tests.integration.edge_fixtures import (
    ANN,
    BOB,
    DAY,
    HOUR_MS,
    NOON_MS,
    W1,
    Shop,
    moment,
    named,
    new_shop,
)

__all__ = ["shop"]

YESTERDAY = date(2025, 3, 13)


def open_(
    shop: Shop,
    request: OpenBusinessDay,
    wall_ms: int = NOON_MS,
    known: KnownTime | None = None,
) -> BusinessDay:
    event, now = EventId(uuid5(named("open"), repr(request))), moment(wall_ms)._replace(known=known)
    return shop.do(lambda db: open_business_day(db, request, event, now))


def trade_and_close(shop: Shop) -> None:
    """A till was opened and counted on the open day, which then closed."""
    day = shop.do(find_open_day)
    assert day is not None
    settle(shop, shop.open_till(name=f"till of {day.business_date}"), 10_000)
    close(shop, day.business_date)


def test_a_day_is_named_by_its_stated_date(shop: Shop) -> None:
    opened = open_(shop, OpenBusinessDay(ANN, YESTERDAY))
    assert (opened.business_date, opened.state) == (YESTERDAY, DayState.OPEN)
    assert shop.do(find_open_day) == opened
    fact = shop.facts()[-1]
    assert fact == BusinessDayOpened(YESTERDAY, ANN, "Asia/Singapore")
    assert opened.first_seq == len(shop.facts())


def test_an_unstated_date_is_today_in_the_stores_zone(shop: Shop) -> None:
    ten_at_night_in_utc = NOON_MS + 10 * HOUR_MS
    assert open_(shop, OpenBusinessDay(ANN), ten_at_night_in_utc).business_date == DAY
    close(shop)
    past_midnight_here = NOON_MS + 12 * HOUR_MS
    assert open_(shop, OpenBusinessDay(ANN), past_midnight_here).business_date > DAY


def test_opening_the_open_day_again_gives_it_again(shop: Shop) -> None:
    first = open_(shop, OpenBusinessDay(ANN, DAY))
    before = shop.contents()
    assert open_(shop, OpenBusinessDay(ANN, DAY), NOON_MS + HOUR_MS) == first
    assert shop.contents() == before


def test_only_one_day_is_open_at_a_time(shop: Shop) -> None:
    open_(shop, OpenBusinessDay(ANN, DAY))
    later = OpenBusinessDay(ANN, date(2025, 3, 15))
    refusal = refused(shop, BusinessDayOpenAlready, lambda: open_(shop, later))
    assert "2025-03-14/close" in refusal.remedy


def test_a_closed_day_is_not_opened_as_if_it_were_new(shop: Shop) -> None:
    open_(shop, OpenBusinessDay(ANN, DAY))
    close(shop)
    again = OpenBusinessDay(ANN, DAY, "we forgot something")
    refusal = refused(shop, BusinessDayClosedAlready, lambda: open_(shop, again))
    assert "2025-03-14/reopen" in refusal.remedy


def reopen(shop: Shop, day: date = DAY, name: str = "reopened") -> BusinessDay:
    request, event = ReopenBusinessDay(ANN, "closed by mistake"), EventId(named(name))
    return shop.do(lambda db: reopen_business_day(db, request, day, event, moment()))


def test_a_day_closed_by_mistake_goes_on_and_its_next_manifest_holds_all_of_it(shop: Shop) -> None:
    """B6: one touch closed a day, and the shop could not sell any more that day."""
    first = open_(shop, OpenBusinessDay(ANN, DAY))
    settle(shop, shop.open_till(W1, 10_000), 10_000)
    mistaken = close(shop)
    assert reopen(shop) == first
    assert shop.facts()[-1] == BusinessDayReopened(DAY, ANN, "closed by mistake")
    assert shop.do(find_open_day) == first
    assert reopen(shop) == first
    settle(shop, shop.open_till(W1, 5_000, name="second"), 5_010)
    event = EventId(named("closed again"))
    closed = shop.do(lambda db: close_business_day(db, CloseBusinessDay(ANN), DAY, event, moment()))
    assert closed.manifest.first_seq == mistaken.manifest.first_seq == first.first_seq
    assert closed.manifest.last_seq == closed.closed_seq - 1 > mistaken.closed_seq
    assert closed.manifest.store.float_minor == 15_000
    assert close(shop) == closed


def test_a_day_is_opened_again_by_a_manager_only_and_not_behind_others(shop: Shop) -> None:
    """B6: the last day that was closed, with nothing open; a manager says why."""
    refused(shop, UnknownBusinessDay, lambda: reopen(shop))
    open_(shop, OpenBusinessDay(ANN, YESTERDAY))
    trade_and_close(shop)
    open_(shop, OpenBusinessDay(ANN, DAY))
    refused(shop, BusinessDayOpenAlready, lambda: reopen(shop, YESTERDAY))
    trade_and_close(shop)
    refused(shop, BusinessDayBehind, lambda: reopen(shop, YESTERDAY))
    shop.do(lambda db: db.execute("UPDATE operator SET role = 'cashier'") and None)
    refused(shop, PermissionNeeded, lambda: reopen(shop))


def test_a_day_that_a_wrong_clock_traded_is_there_again_when_its_date_comes(shop: Shop) -> None:
    """A21: tomorrow's day was traded and closed, then today's; tomorrow it goes on."""
    tomorrow = date(2025, 3, 15)
    open_(shop, OpenBusinessDay(ANN, tomorrow))
    trade_and_close(shop)
    open_(shop, OpenBusinessDay(ANN, DAY, "the clock was a day ahead"))
    trade_and_close(shop)
    assert reopen(shop, tomorrow).business_date == tomorrow


def test_a_day_before_the_last_closed_one_needs_a_managers_reason(shop: Shop) -> None:
    """A21: after the clock was a day ahead for one day, today opens with a reason."""
    open_(shop, OpenBusinessDay(ANN, DAY))
    trade_and_close(shop)
    refusal = refused(
        shop, BusinessDayTooEarly, lambda: open_(shop, OpenBusinessDay(ANN, YESTERDAY))
    )
    assert "2025-03-14" in refusal.detail
    shop.do(lambda db: db.execute("UPDATE operator SET role = 'cashier'") and None)
    asked = OpenBusinessDay(ANN, YESTERDAY, "the clock was wrong")
    refused(shop, PermissionNeeded, lambda: open_(shop, asked))
    shop.do(lambda db: db.execute("UPDATE operator SET role = 'manager'") and None)
    opened = open_(shop, asked)
    assert opened.business_date == YESTERDAY
    recorded = shop.facts()[-1]
    assert isinstance(recorded, BusinessDayOpened)
    assert recorded.override_reason == "the clock was wrong"


def test_a_day_that_was_opened_by_mistake_and_closed_empty_is_in_nobodys_way(shop: Shop) -> None:
    """A21: whoever opened the wrong day closes it and opens the right one, as on any morning."""
    wrong = date(2025, 3, 15)
    open_(shop, OpenBusinessDay(ANN, wrong))
    assert close(shop, wrong).manifest.store.transactions == 0
    assert open_(shop, OpenBusinessDay(ANN, DAY)).business_date == DAY


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1999, 12, 31), date(2026, 3, 16)])
def test_no_reason_opens_a_day_that_cannot_be_meant(shop: Shop, day: date) -> None:
    """A2: 9999-12-31 opened, closed and turned green; after it no real day opened."""
    asked = OpenBusinessDay(ANN, day, "I mean it")
    refusal = refused(shop, BusinessDayOutOfReach, lambda: open_(shop, asked))
    assert "2000-01-01 to 2026-03-15" in refusal.detail


@pytest.mark.parametrize("day", [date(2025, 3, 12), date(2025, 3, 16), date(2011, 1, 4)])
def test_a_day_far_from_today_is_asked_about(shop: Shop, day: date) -> None:
    """A2: a clock may be wrong; a manager says that it is meant, and why."""
    refusal = refused(shop, BusinessDayFar, lambda: open_(shop, OpenBusinessDay(ANN, day)))
    assert "2025-03-14" in refusal.detail
    assert "override_reason" in refusal.remedy
    assert open_(shop, OpenBusinessDay(ANN, day, "stocktaking")).business_date == day


def test_today_is_head_offices_while_the_box_knows_it_and_not_a_wild_clocks(shop: Shop) -> None:
    """A2: a box a year ahead opens today's day by itself, and asks about the one it would name."""
    known, wild_ms = KnownTime(NOON_MS, exact=True), NOON_MS + 365 * 24 * HOUR_MS
    named_by_the_clock = OpenBusinessDay(ANN, date(2026, 3, 14))
    refused(shop, BusinessDayFar, lambda: open_(shop, named_by_the_clock, wild_ms, known))
    assert open_(shop, OpenBusinessDay(ANN), wild_ms, known).business_date == DAY


@pytest.mark.parametrize(("off_days", "asked"), [(3, False), (30, False), (400, True)])
def test_a_box_that_was_off_for_weeks_opens_without_asking_and_not_after_a_year(
    shop: Shop, off_days: int, asked: bool
) -> None:
    """A2: nothing in a clock stops a shop; a clock that is a year off is asked about."""
    known, now_ms = KnownTime(NOON_MS, exact=False), NOON_MS + off_days * 24 * HOUR_MS
    today = OpenBusinessDay(ANN)
    if asked:
        refused(shop, BusinessDayFar, lambda: open_(shop, today, now_ms, known))
        today = OpenBusinessDay(ANN, None, "the box stood in the cellar")
        assert open_(shop, today, now_ms, known).business_date == DAY + timedelta(off_days)
    else:
        assert open_(shop, today, now_ms, known).business_date == DAY + timedelta(off_days)


def test_a_clock_that_fell_back_opens_no_day_of_its_own(shop: Shop) -> None:
    """A2: what is known of the time is a lower bound even after a start of the machine."""
    known = KnownTime(NOON_MS, exact=False)
    assert open_(shop, OpenBusinessDay(ANN), 0, known).business_date == DAY


@pytest.mark.parametrize(
    ("operator", "kind"), [(OperatorId("eve"), UnknownOperator), (BOB, InactiveOperator)]
)
def test_only_an_active_operator_opens_closes_and_settles(
    shop: Shop, operator: OperatorId, kind: type[Refusal]
) -> None:
    refused(shop, kind, lambda: open_(shop, OpenBusinessDay(operator, DAY)))
    shop.open_day()
    request = OpenTill(TillSessionId(named("t")), operator, 0)
    refused(shop, kind, lambda: shop.do(lambda db: open_till(db, request, W1, moment())))
    session = shop.open_till()
    refused(shop, kind, lambda: settle(shop, session, 10_000, operator))
    settle(shop, session, 10_000)
    refused(shop, kind, lambda: close(shop, DAY, operator))


def test_a_store_without_settings_does_not_open(tmp_path: Path) -> None:
    shop = new_shop(tmp_path / "bare.sqlite3", published=False)
    refused(shop, SettingsMissing, lambda: open_(shop, OpenBusinessDay(ANN, DAY)))
    shop.writer.close_now()
