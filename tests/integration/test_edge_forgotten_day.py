"""A business day that nobody closed closes itself, its open tills not counted; and a day can always
be closed, whatever is unsent or unprinted."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from edge.box.forgotten_day import close_forgotten
from edge.box.settings import DAY_FORGOTTEN_AFTER_H
from edge.db.alarms import list_alarms
from edge.db.days import find_day, find_open_day
from edge.db.suspended import suspended_baskets
from edge.db.tills import find_till_session
from edge.db.unsent import unsent_receipts
from edge.domain.business_day import DayState
from edge.domain.forgotten_day import HOUR_MS, NOBODY
from edge.domain.till import TillState
from edge.usecases.day.close import ClosedDay
from edge.usecases.day.close_forgotten import close_forgotten_day
from edge.usecases.day.reopen import ReopenBusinessDay, reopen_business_day
from sync.protocol.clock import ClockState
from sync.protocol.codec import decode_fact
from sync.protocol.facts import (
    AlarmKind,
    AlarmRaised,
    AnyFact,
    BusinessDayClosed,
    LinesRemoved,
    ManifestGiven,
    TillSessionSettled,
)
from sync.protocol.identity import EventId
from tests.edge_store import Till, act, open_store, sale, session_at
from tests.integration.asked_fixtures import aside
from tests.integration.day_fixtures import settle, shop
from tests.integration.edge_fixtures import ANN, DAY, NOON_MS, W1, W2, Shop, moment, named
from tests.integration.kept_fixtures import Burnt, burnt, till
from tests.integration.office_fixtures import Browser, browser

__all__ = ["browser", "burnt", "shop", "till"]

MORNING_MS = NOON_MS + (12 + DAY_FORGOTTEN_AFTER_H) * HOUR_MS
"""06:00 on the next date, where the shop is."""
EVENT = EventId(named("forgotten"))


def look(
    shop: Shop,
    wall_ms: int = MORNING_MS,
    event: EventId = EVENT,
    state: ClockState = ClockState.CHECKED,
) -> ClosedDay | None:
    now = moment(wall_ms)._replace(clock_state=state)
    return shop.do(
        lambda db: close_forgotten_day(
            db, DAY_FORGOTTEN_AFTER_H, event, now, cancel_suspended=False
        )
    )


def test_a_forgotten_day_alarms_settles_its_tills_as_not_counted_and_closes_once(
    shop: Shop,
) -> None:
    shop.open_day()
    settle(shop, shop.open_till(W1, 10_000, name="counted"), 9_950)
    session = shop.open_till(W2, 5_000)
    assert look(shop, MORNING_MS - 1) is None
    before = len(shop.facts())
    closed = look(shop)
    assert closed is not None
    raised, settled, ended = shop.facts()[before:]
    assert isinstance(raised, AlarmRaised)
    assert (raised.kind, raised.subject) == (AlarmKind.DAY_FORGOTTEN, DAY.isoformat())
    assert "not counted: W2 (at W2)" in raised.detail
    assert isinstance(settled, TillSessionSettled)
    assert (settled.till_session_id, settled.counted) == (session, False)
    assert (settled.expected_cash_minor, settled.over_short_minor) == (5_000, 0)
    assert isinstance(ended, BusinessDayClosed)
    assert (ended.business_date, ended.operator_id) == (DAY, NOBODY)
    assert ended.manifest == closed.manifest
    assert closed.manifest.store.float_minor == 15_000
    till = shop.do(lambda db: find_till_session(db, session))
    assert till is not None
    assert (till.state, till.counted, till.settled_by) == (TillState.SETTLED, False, None)
    contents = shop.contents()
    assert look(shop) is None
    assert look(shop, MORNING_MS + HOUR_MS, EventId(named("again"))) is None
    assert shop.contents() == contents


def test_whoever_works_on_a_day_or_opened_it_again_has_not_forgotten_it(shop: Shop) -> None:
    shop.open_day()
    shop.open_till()
    shop.do(lambda db: db.execute("UPDATE till_session SET opened_at_ms = ?", (MORNING_MS,)) and 0)
    assert look(shop, MORNING_MS + HOUR_MS) is None
    assert look(shop, MORNING_MS + 2 * HOUR_MS) is not None
    asked = ReopenBusinessDay(ANN, "the drawer was counted after all")
    reopened = moment(MORNING_MS + 3 * HOUR_MS)
    event = EventId(named("reopened"))
    shop.do(lambda db: reopen_business_day(db, asked, DAY, event, reopened))
    again = EventId(named("again"))
    assert look(shop, MORNING_MS + 4 * HOUR_MS, again) is None
    assert look(shop, MORNING_MS + 5 * HOUR_MS, again) is not None
    assert [one.times for one in shop.do(list_alarms)] == [2]


def test_a_clock_that_was_set_closes_no_day(shop: Shop) -> None:
    shop.open_day()
    assert look(shop, state=ClockState.JUMPED) is None
    assert look(shop) is not None


def test_a_day_whose_tills_were_counted_closes_as_counted(shop: Shop) -> None:
    shop.open_day()
    settle(shop, shop.open_till(), 10_000)
    assert look(shop) is not None
    (alarm,) = shop.do(list_alarms)
    assert "every till of it was counted" in alarm.detail
    settled = [one for one in shop.facts() if isinstance(one, TillSessionSettled)]
    assert [one.counted for one in settled] == [True]


async def two_days_later(till: Till, *, cancel: bool = False) -> ClosedDay | None:
    """What the box finds then, of itself."""
    now = till.box.clock.moment()
    later = now._replace(wall_ms=now.wall_ms + 48 * HOUR_MS)
    event = EventId(uuid4())
    return await till.box.writer.run(
        lambda db: close_forgotten_day(
            db, DAY_FORGOTTEN_AFTER_H, event, later, cancel_suspended=cancel
        )
    )


@pytest.mark.parametrize("cancels", [False, True])
async def test_baskets_that_wait_go_into_the_next_day_or_are_given_up_by_nobody(
    tmp_path: Path, cancels: bool
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        waits = await till.call("POST", "/baskets", {**aside(), "operator_id": "anna"})
        assert waits.status_code == 201, waits.text
        closed = await two_days_later(till, cancel=cancels)
        assert closed is not None
        assert (len(closed.suspended), closed.cancelled) == (1, cancels)
        waiting = await till.box.reader.read(suspended_baskets)
        assert len(waiting) == (0 if cancels else 1)
        given_up = [one for one in await facts_of(till) if isinstance(one, LinesRemoved)]
        assert [one.operator_id for one in given_up] == [NOBODY] * cancels


async def facts_of(till: Till) -> list[AnyFact]:
    rows = await till.box.reader.read(
        lambda db: db.execute(
            "SELECT kind, kind_version, body FROM journal ORDER BY seq"
        ).fetchall()
    )
    return [decode_fact(*row) for row in rows]


async def test_the_timer_s_look_closes_nothing_today_and_a_day_of_last_year_at_once(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        assert await close_forgotten(till.box) is None
        await till.box.writer.run(_a_year_ago)
        till.box.nudge.clear()
        closed = await close_forgotten(till.box)
        assert closed is not None
        assert till.box.nudge.is_set()
        assert await till.box.reader.read(find_open_day) is None
        refused = await till.call("POST", "/sales", sale())
        assert refused.json()["type"].rpartition(":")[2] in ("no-open-till", "no-open-business-day")
        await till.open_shop()
        assert (await till.call("POST", "/sales", sale())).status_code == 201


def _a_year_ago(db: sqlite3.Connection) -> None:
    """The open day, and all that was done on it."""
    (day,) = db.execute("SELECT business_date FROM business_day WHERE state = 'open'").fetchone()
    before = date.fromisoformat(day) - timedelta(days=365)
    db.execute("UPDATE business_day SET business_date = ?, opened_at_ms = 1", (str(before),))
    db.execute("UPDATE till_session SET business_date = ?, opened_at_ms = 1", (str(before),))
    db.execute("DELETE FROM cash_moved")


async def test_what_comes_home_later_keeps_the_date_of_the_day_that_closed_itself(
    till: Till, burnt: Burnt
) -> None:
    till.client.headers["Holdfast-Session"] = await session_at(till.box, "W1", "anna")
    await till.open_shop()
    closed = await two_days_later(till)
    assert closed is not None
    assert closed.business_date == burnt.sales[0].business_date
    taken = await till.call("POST", "/kept", burnt.envelopes())
    assert [one["outcome"] for one in taken.json()["outcomes"]] == ["taken"] * 3
    dates = await till.box.reader.read(
        lambda db: db.execute("SELECT DISTINCT business_date FROM sale").fetchall()
    )
    assert dates == [(closed.business_date.isoformat(),)]
    told = [one for one in await facts_of(till) if isinstance(one, ManifestGiven)]
    assert [(one.cause, one.manifest.business_date) for one in told] == [
        ("late", closed.business_date)
    ]
    day = await till.box.reader.read(lambda db: find_day(db, closed.business_date))
    assert day is not None
    assert day.state is DayState.CLOSED


async def test_the_day_page_says_what_was_not_counted_and_that_nobody_closed_it(
    browser: Browser,
) -> None:
    await browser.till.open_shop()
    await browser.till.call("POST", "/sales", sale())
    closed = await two_days_later(browser.till)
    assert closed is not None
    await browser.enter()
    page = await browser.text(f"/office/days/{closed.business_date}")
    assert 'id="forgotten"' in page
    assert "closed by itself on" in page
    assert "0 tills counted" in page
    assert '<td colspan="2" class="marked">not counted</td>' in page
    alarms = await browser.text("/office/sync")
    assert "Nobody closed a business day: it closed itself" in alarms


async def test_a_day_can_always_be_closed_whatever_is_unsent_unprinted_or_waits(
    tmp_path: Path,
) -> None:
    """Head office and the printer are away, and a basket waits."""
    async with open_store(tmp_path / "S01", printers={"W1": "127.0.0.1:9"}) as till:
        await till.open_shop()
        sold = (await till.call("POST", "/sales", sale())).json()
        printed = await till.call(
            "POST", f"/sales/{sold['sale_id']}/print", {"operator_id": "anna"}
        )
        assert printed.json()["type"].rpartition(":")[2] == "printer-out"
        waits = await till.call("POST", "/baskets", {**aside(), "operator_id": "anna"})
        assert waits.status_code == 201, waits.text
        assert sum(one.receipts for one in await till.box.reader.read(unsent_receipts)) == 1
        session = (await till.call("GET", "/till-sessions/current")).json()["till_session_id"]
        counted = act(counted_cash_minor=10_000)
        settled = await till.call("POST", f"/till-sessions/{session}/settle", counted)
        assert settled.status_code == 200, settled.text
        day = (await till.call("GET", "/business-days/current")).json()["business_date"]
        closed = await till.call("POST", f"/business-days/{day}/close", act())
        assert closed.status_code == 200, closed.text
        assert await till.box.reader.read(find_open_day) is None
