"""A box, served as a process of its own, closes a day that nobody closed by its timer; a second
forgotten day joins the alarm of the first, which names both."""

import asyncio
import dataclasses
import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from edge.box.box import Box
from edge.box.clock import StoreClock, steady_clock, wall_clock_ms
from edge.box.forgotten_day import close_forgotten
from edge.db.days import find_open_day
from edge.domain.forgotten_day import HOUR_MS
from edge.domain.reckoning import Steady
from edge.server import background
from edge.server.background import exchanging
from edge.usecases.day.close import ClosedDay
from edge.usecases.day.open import OpenBusinessDay, open_business_day
from edge.usecases.till.open import OpenTill, open_till
from sync.protocol.codec import decode_fact
from sync.protocol.facts import AlarmCleared, AlarmRaised, AnyFact, TillSessionSettled
from sync.protocol.identity import EventId, OperatorId, TillSessionId, WorkstationId
from tests.edge_store import open_store
from tests.integration.command_fixtures import running
from tests.patience import PATIENCE_S

ANNA = OperatorId("anna")
_OPEN = "SELECT business_date FROM business_day WHERE state = 'open'"
_STANDING = "SELECT subject, detail FROM alarm WHERE cleared_at_ms IS NULL"


async def forget(folder: Path, days_ago: int) -> date:
    """A day is opened so long ago, with a till that nobody settles, and the box is switched off."""
    async with open_store(folder) as till:
        now = till.box.clock.moment()
        then = now._replace(wall_ms=now.wall_ms - days_ago * 24 * HOUR_MS, known=None)
        asked = OpenBusinessDay(ANNA)
        day = await till.box.writer.run(
            lambda db: open_business_day(db, asked, EventId(uuid4()), then)
        )
        session = OpenTill(TillSessionId(uuid4()), ANNA, 10_000)
        where = WorkstationId("W1")
        await till.box.writer.run(lambda db: open_till(db, session, where, then))
    return day.business_date


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """Of the store's database, while another process serves it."""
    uri = f"file:{folder / 'store.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as db:
        return db.execute(statement).fetchall()


def serve_until_it_closes(folder: Path) -> None:
    """As a process, which nobody asks for anything."""
    assert rows(folder, _OPEN)
    with running(folder):
        until = time.monotonic() + PATIENCE_S
        while rows(folder, _OPEN):  # each look is a query: others run meanwhile
            assert time.monotonic() < until


def facts(folder: Path) -> list[AnyFact]:
    journal = rows(folder, "SELECT kind, kind_version, body FROM journal ORDER BY seq")
    return [decode_fact(*row) for row in journal]


class Passing:
    """A machine's clocks, which go on by so much at once."""

    def __init__(self) -> None:
        self.passed_ms = 0

    def wall(self) -> int:
        return wall_clock_ms() + self.passed_ms

    def steady(self) -> Steady:
        now = steady_clock()
        return now._replace(ms=now.ms + self.passed_ms)


async def test_a_box_that_is_served_on_closes_the_day_by_a_later_tick_of_its_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody starts it again: it is served when the day is opened, and two nights later still."""
    monkeypatch.setattr("edge.server.background.DAY_EVERY_S", 1)
    passing = Passing()
    async with open_store(tmp_path / "S01") as till:
        now = till.box.clock
        clock = StoreClock(now.boot_id, now.zone, wall=passing.wall, steady=passing.steady)
        box = dataclasses.replace(till.box, clock=clock)
        looks: asyncio.Queue[ClosedDay | None] = asyncio.Queue()

        async def told(of: Box) -> ClosedDay | None:
            closed = await close_forgotten(of)
            looks.put_nowait(closed)
            return closed

        monkeypatch.setattr(background, "close_forgotten", told)
        async with exchanging(box):
            await till.open_shop()
            opened = await box.reader.read(find_open_day)
            assert opened is not None
            async with asyncio.timeout(PATIENCE_S):
                assert [await looks.get(), await looks.get()] == [None, None]
                passing.passed_ms += 48 * HOUR_MS
                closed = None
                while closed is None:
                    closed = await looks.get()
            assert closed.business_date == opened.business_date
            assert await box.reader.read(find_open_day) is None
        [(subject, _)] = rows(tmp_path / "S01", _STANDING)
        assert subject == opened.business_date.isoformat()


async def test_a_served_box_closes_forgotten_days_by_itself_and_one_alarm_names_both(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "S01"
    first = await forget(folder, 4)
    serve_until_it_closes(folder)
    [(subject, detail)] = rows(folder, _STANDING)
    assert subject == first.isoformat()
    assert "not counted: W1 (at W1)" in detail
    second = await forget(folder, 2)
    serve_until_it_closes(folder)
    [(subject, detail)] = rows(folder, _STANDING)
    assert subject == f"{first} {second}"
    assert f"{first}: it closed itself" in detail
    assert f"{second}: it closed itself" in detail
    told = [one for one in facts(folder) if isinstance(one, AlarmRaised | AlarmCleared)]
    assert [type(one) for one in told] == [AlarmRaised, AlarmCleared, AlarmRaised]
    raised, cleared, again = told
    assert cleared.alarm_id == raised.alarm_id
    assert msgspec.structs.asdict(again)["subject"] == subject
    settled = [one for one in facts(folder) if isinstance(one, TillSessionSettled)]
    assert [(one.business_date, one.counted) for one in settled] == [
        (first, False),
        (second, False),
    ]
