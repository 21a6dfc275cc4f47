"""A group whose units have no savepoints is, to the row and to the answer, what it is with them."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.db.connection.engine import open_connection
from edge.db.connection.group import Done, Unit, run_group
from sync.protocol.errors import Refusal
from tests.faults import contents
from tests.integration.writer_fixtures import create, sale

REFUSED = 99


def refused(*, written: bool, keeps: bool) -> Unit[None]:
    def keep(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO alarm VALUES (?)", (REFUSED,))

    def unit(db: sqlite3.Connection) -> None:
        if written:
            sale(REFUSED)(db)
        raise Refusal("other content", remedy="Use a new id.", keep=keep if keeps else None)

    return unit


def each_by_itself(db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> list[Any]:
    return [outcome for unit in units for outcome in run_group(db, [unit])]


def ran(
    path: Path,
    units: Sequence[Unit[Any]],
    run: Callable[[sqlite3.Connection, Sequence[Unit[Any]]], list[Any]],
) -> tuple[list[object], dict[str, list[tuple[Any, ...]]], list[str]]:
    """What was answered, what is in the file, and the statements that brought it there."""
    said: list[str] = []
    with closing(open_connection(path, writer=True)) as db:
        create(db)
        db.set_trace_callback(said.append)
        outcomes = run(db, units)
        db.set_trace_callback(None)
        answers = [one.value if isinstance(one, Done) else repr(one.error) for one in outcomes]
        return answers, contents(db), said


@pytest.mark.parametrize("keeps", [False, True])
@pytest.mark.parametrize("written", [False, True])
def test_a_group_with_a_refusal_is_what_its_units_are_each_by_itself(
    tmp_path: Path, *, written: bool, keeps: bool
) -> None:
    units = [sale(1), refused(written=written, keeps=keeps), sale(2), sale(1)]
    answers, rows, _ = ran(tmp_path / "together", units, run_group)
    assert (answers, rows) == ran(tmp_path / "alone", units, each_by_itself)[:2]
    assert [row[0] for row in rows["sale"]] == [1, 2]
    assert rows["alarm"] == ([(REFUSED,)] if keeps else [])


def test_no_unit_has_a_savepoint_or_runs_twice_where_none_is_refused_after_it_wrote(
    tmp_path: Path,
) -> None:
    units = [sale(1), refused(written=False, keeps=False), sale(2)]
    _, _, said = ran(tmp_path / "store", units, run_group)
    assert not [one for one in said if "SAVEPOINT" in one or "ROLLBACK" in one]
    assert len([one for one in said if one.startswith("INSERT INTO sale")]) == 2


def test_a_group_runs_once_more_in_savepoints_where_one_is_refused_after_it_wrote(
    tmp_path: Path,
) -> None:
    units = [sale(1), refused(written=True, keeps=False), sale(2)]
    _, _, said = ran(tmp_path / "store", units, run_group)
    assert [one for one in said if one in ("BEGIN IMMEDIATE", "ROLLBACK", "COMMIT")] == [
        "BEGIN IMMEDIATE",
        "ROLLBACK",
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]
    assert said.count("SAVEPOINT unit") == len(units)
