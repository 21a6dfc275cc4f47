"""A large publication over three data sets comes into force whole, whenever the box is killed: what
a till is quoted is the old one, then the new one, and no part of either."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

from edge.box.folder import database_of
from edge.db.connection.engine import open_reading
from tests.crash.large_switch import Told, read_told

KILLED_AT = ("rows_laid:3", "switched", "rows_settled:2")
"""While rows are laid ready, in the switch itself before its commit, while it settles behind."""
LEFT = (
    "SELECT name FROM sqlite_schema WHERE name GLOB 'ready_item*' OR name GLOB 'earlier_*'"
    " UNION ALL SELECT 'waiting_row' FROM waiting_row UNION ALL SELECT 'past' FROM ready_past_row"
    " UNION ALL SELECT 'settling' FROM feed_switch WHERE settling IS NOT NULL"
)


def trade(folder: Path, rows: int, newest: int, killed_at: str | None = None) -> list[Told]:
    """What tills were told until all was in force, or the box was killed."""
    log = folder.with_name(f"{killed_at or newest}.log")
    armed = {} if killed_at is None else {"HOLDFAST_CRASH_AT": killed_at}
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.large_switch", folder, log, str(rows), str(newest)],
        env={**os.environ, **armed},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == (0 if killed_at is None else -9), done.stderr
    return read_told(log)


def of(told: Told) -> set[int]:
    """The publications that a quote has parts of."""
    return {*told.names, *told.prices, told.tax}


def test_a_large_publication_comes_into_force_whole_however_often_the_box_is_killed(
    tmp_path: Path, switch_rows: int
) -> None:
    folder = tmp_path / "S01"
    assert {1} == set.union(*map(of, trade(folder, switch_rows, 1)))
    laying, switching, settling = (trade(folder, switch_rows, 2, at) for at in KILLED_AT)
    after = trade(folder, switch_rows, 2)
    seen = [of(told) for told in (*laying, *switching, *settling, *after)]
    assert all(len(one) == 1 for one in seen), "a quote of two publications"
    assert [one.pop() for one in seen] == sorted(
        told.tax for told in laying + switching + settling + after
    )
    assert {told.tax for told in laying + switching} == {1}, (
        "nothing was in force before the switch"
    )
    assert {told.tax for told in after} == {2}
    with closing(open_reading(database_of(folder))) as db:
        assert db.execute(LEFT).fetchall() == []
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        kept = {row[0] for row in db.execute("SELECT sale_id FROM sale")}
    sold = [told.sale_id for told in (*laying, *switching, *settling, *after) if told.sale_id]
    assert sold
    assert {UUID(sale_id).bytes for sale_id in sold} <= kept
