"""Goods between shops that nobody receives for days: an alarm at whichever end knows of it, which
ends by itself."""

import sqlite3
from uuid import UUID, uuid4

from msgspec.structs import replace

from edge.box.overdue_goods import look_for_overdue
from edge.db.alarms import list_alarms
from edge.db.published import Read, put_in_force
from edge.usecases.box.clear_alarm import ClearAlarm, clear_alarm
from edge.usecases.transfer.overdue import is_told, overdue_now, tell_overdue
from sync.protocol.facts import AlarmCleared, AlarmKind, AlarmRaised
from sync.protocol.feeds import ROWS
from sync.protocol.identity import EventId, ItemId
from sync.protocol.reference import DataSet
from sync.protocol.told import ToldLine, TransferNews
from sync.protocol.transfers import intent_of
from tests.builders import COMPANY, moment
from tests.integration.count_fixtures import Counting
from tests.integration.office_fixtures import Browser, browser
from tests.integration.test_edge_between_stores import (
    BUN,
    NUMBER,
    WISH,
    hear,
    send,
    shop,
    take,
    told,
)

__all__ = ["browser", "shop"]
DAY_MS = 86_400_000


def overdue(shop: Counting, days: int, name: int = 1) -> tuple[str, ...]:
    """What is told, and that nobody is asked to write where it was told already."""
    now = moment(days * DAY_MS + 1_000)
    numbers = tell_overdue(shop.db, EventId(UUID(int=name)), now)
    assert is_told(shop.db, overdue_now(shop.db, now))
    return numbers


def test_goods_that_nobody_receives_alarm_once_and_it_ends_when_they_come(shop: Counting) -> None:
    transfer = intent_of(COMPANY, NUMBER)
    hear(shop, told(TransferNews.SENT, transfer, ToldLine(1, BUN, 6_000, -600), number=NUMBER))
    events = len(shop.events())
    assert overdue(shop, 6) == ()
    assert len(shop.events()) == events
    assert overdue(shop, 8) == overdue(shop, 9, 2) == (NUMBER,)
    raised = shop.events()[-1].fact
    assert len(shop.events()) == events + 1
    assert isinstance(raised, AlarmRaised)
    assert (raised.kind, raised.subject) == (AlarmKind.GOODS_OVERDUE, NUMBER)
    take(shop, 5_000)
    assert overdue(shop, 10, 3) == ()
    cleared = shop.events()[-1].fact
    assert isinstance(cleared, AlarmCleared)
    assert cleared.alarm_id == raised.alarm_id
    assert list_alarms(shop.db) == ()


def test_another_overdue_transfer_is_told_and_one_that_was_looked_into_is_not_again(
    shop: Counting,
) -> None:
    send(shop, 1_000)
    (first,) = overdue(shop, 8)
    send(shop, 2_000)
    assert len(overdue(shop, 8, 2)) == 2
    (alarm,) = list_alarms(shop.db)
    asked = ClearAlarm("Ann", "the van is broken")
    clear_alarm(shop.db, asked, alarm.alarm_id, EventId(uuid4()), moment())
    assert overdue(shop, 9, 3) == ()
    assert list_alarms(shop.db) == ()
    hear(shop, told(TransferNews.SENT, WISH, ToldLine(1, BUN, 1), number="S02-S01-1AABBCCDD-99"))
    assert overdue(shop, 9, 4) == ("S02-S01-1AABBCCDD-99",)
    assert first not in list_alarms(shop.db)[0].subject


async def test_the_box_looks_by_itself_and_its_page_says_what_to_do(browser: Browser) -> None:
    lines = (ToldLine(1, ItemId("item-1"), 1_000),)
    row = replace(told(TransferNews.SENT, WISH, *lines, number=NUMBER), at_ms=1)

    def put(db: sqlite3.Connection) -> None:
        key = ROWS[DataSet.TRANSFERS].key_of(row)
        put_in_force(db, DataSet.TRANSFERS, [key], [Read(1, row)], [], 0)

    await browser.do(put)
    box = browser.till.box
    assert await look_for_overdue(box) == await look_for_overdue(box) == (NUMBER,)
    await browser.enter()
    page = await browser.text("/office/sync")
    assert "Goods between shops are on their way for too long" in page
    assert page.count(NUMBER) == 1
