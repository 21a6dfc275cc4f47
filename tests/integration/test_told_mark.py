"""A database that was put back, or lost its log, is whole in itself: the mark beside it is not
fooled."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from edge.api.sync_status import status_of
from edge.box.folder import database_of
from edge.commands.cli import app
from edge.db.connection.engine import open_connection
from edge.db.journal import read_head
from edge.db.told_mark import MARK_FILE, missing_after, read_mark
from tests.edge_store import open_store, sale


async def sell(folder: Path, times: int, *, first: bool = True) -> None:
    async with open_store(folder) as till:
        if first:
            await till.open_shop()
        for _ in range(times):
            sold = await till.call("POST", "/sales", sale())
            assert sold.status_code == 201, sold.text


def the_head(folder: Path) -> int:
    with closing(open_connection(database_of(folder), create=False)) as db:
        return read_head(db).seq


async def test_a_database_that_was_put_back_names_what_is_missing(tmp_path: Path) -> None:
    """A7, A35: receipts that were answered 201 are gone, and `edge verify` said "whole"."""
    folder, kept = tmp_path / "S01", tmp_path / "yesterday.sqlite3"
    await sell(folder, 1)
    shutil.copy(database_of(folder), kept)
    yesterday = the_head(folder)
    await sell(folder, 3, first=False)
    told = the_head(folder)
    shutil.copy(kept, database_of(folder))
    async with open_store(folder) as till:
        status = await status_of(till.box)
        assert status.needs_a_person
        assert status.stopped is None
        assert [alarm.kind for alarm in status.alarms] == ["rewound"]
        said = status.alarms[0].detail
        assert f"records {yesterday + 1:,} to {told:,} are missing" in said
        sold = await till.call("POST", "/sales", sale())
        assert sold.status_code == 201, "selling goes on"
        opened = await till.epoch()
        assert sold.json()["receipt_number"] == f"S01-W1-E{opened}-000001"
        assert f"the shop goes on in epoch {opened}" in said


async def test_a_log_that_was_deleted_under_a_killed_box_is_noticed(tmp_path: Path) -> None:
    """A7: `-wal` deleted after a kill: receipts are gone in silence."""
    folder, without_log = tmp_path / "S01", tmp_path / "without-log.sqlite3"
    await sell(folder, 1)
    async with open_store(folder) as till:
        for _ in range(3):
            assert (await till.call("POST", "/sales", sale())).status_code == 201
        shutil.copy(database_of(folder), without_log)  # a kill, and the log is gone
    told = the_head(folder)
    shutil.copy(without_log, database_of(folder))
    assert the_head(folder) < told
    async with open_store(folder) as till:
        status = await status_of(till.box)
        assert f"to {told:,} are missing" in status.alarms[0].detail


async def test_a_box_that_lost_nothing_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    await sell(folder, 2)
    async with open_store(folder) as till:
        status = await status_of(till.box)
        assert (status.stopped, status.alarms) == (None, ())


async def test_another_record_under_the_number_that_was_told_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "S01"
    await sell(folder, 2)
    with closing(sqlite3.connect(database_of(folder))) as db:
        mark = read_mark(folder)
        assert mark is not None
        assert missing_after(db, mark) is None
        other = mark.__class__(mark.epoch, mark.seq, bytes(32))
        assert "another record" in (missing_after(db, other) or "")


def test_a_mark_that_says_nothing_is_none(tmp_path: Path) -> None:
    assert read_mark(tmp_path) is None
    for text in ("", "nonsense", "1-aabbccdd:7"):
        (tmp_path / MARK_FILE).write_text(text)
        assert read_mark(tmp_path) is None


def test_verify_says_what_is_missing_and_calls_a_person(tmp_path: Path) -> None:
    """A7: `edge verify` said "whole: nothing is to be done"."""
    folder, kept = tmp_path / "S01", tmp_path / "yesterday.sqlite3"
    asyncio.run(sell(folder, 1))
    shutil.copy(database_of(folder), kept)
    asyncio.run(sell(folder, 2, first=False))
    shutil.copy(kept, database_of(folder))
    verified = CliRunner().invoke(app, ["verify", "--data", str(folder)])
    assert verified.exit_code == 1, verified.output
    assert "are missing" in verified.output
    assert "tell head office" in verified.output
