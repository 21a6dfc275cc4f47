"""Provisioning that is cut at any moment by SIGKILL goes on where it stopped when it is run again,
with the same words: real processes, and in the end the same store as one that nobody cut."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.box.clock import wall_clock_ms
from edge.box.folder import database_of
from edge.db.connection.crash import VARIABLE
from edge.db.connection.engine import open_connection
from sync.engine.transport import Request, Response
from tests.fake_central import CODE, FakeCentral
from tests.fake_central_http import served
from tests.integration.command_fixtures import central
from tests.patience import PATIENCE_S

__all__ = ["central"]

KILLED = -9
POINTS = (
    *("key_made", "redeemed", "before_commit", "after_commit", "settings_written"),
    *("before_commit:2", "after_unit:3", "after_commit:2", "before_answer:4"),
    *("loaded", "certified"),
)
"""In the order in which one run passes them, and each run, which begins with what those before it
left, is cut at the next: before and after head office was asked, before and after what it answered
was adopted, and so with pages of the load (a run's first commit notes the contact)."""
TABLES = ("reference_row", "item", "price", "tender", "operator")
CURSORS = "SELECT data_set, scope, pub_seq, set_hash FROM feed_cursor"
EPOCHS = "SELECT count(*) FROM journal_head"
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def url(central: FakeCentral) -> Iterator[str]:
    with served(central) as address:
        yield address


def begin(
    url: str, folder: Path, verb: str = "provision", **environment: str
) -> "subprocess.Popen[str]":
    words = (verb, "--central", url, "--code", CODE, "--data", str(folder), "--port", "0")
    return subprocess.Popen(
        [sys.executable, "-m", "edge", *words],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str]:
    shown, complaint = process.communicate(timeout=PATIENCE_S)
    return process.returncode, shown + complaint


def published(folder: Path) -> Rows:
    """What the store holds of head office's, and how many epochs it began."""
    questions = {table: f"SELECT * FROM {table}" for table in TABLES}
    with closing(open_connection(database_of(folder), create=False)) as db:
        return {
            name: sorted(map(tuple, db.execute(question)))
            for name, question in {**questions, "cursors": CURSORS, "epochs": EPOCHS}.items()
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What a store holds that nobody cut."""
    central, folder = FakeCentral(server_ms=wall_clock_ms()), tmp_path_factory.mktemp("whole") / "S"
    central.publish_shop()
    with served(central) as address:
        assert finish(begin(address, folder))[0] == 0
    return published(folder)


def test_cut_at_each_step_of_its_own_it_ends_as_if_nobody_had(
    central: FakeCentral, url: str, tmp_path: Path, whole: Rows
) -> None:
    folder = tmp_path / "S01"
    cut = [finish(begin(url, folder, **{VARIABLE: point})) for point in POINTS]
    assert {
        point: code for point, (code, _) in zip(POINTS, cut, strict=True) if code != KILLED
    } == {}
    code, shown = finish(begin(url, folder))
    assert (code, "S01 was provisioned already and is ready to sell" in shown) == (0, True)
    assert published(folder) == whole
    assert central.certificates_asked == 1


def test_cut_while_head_office_carries_out_what_it_asked_it_goes_on_behind_that(
    central: FakeCentral, url: str, tmp_path: Path, whole: Rows
) -> None:
    """The n-th run is killed as its n-th request arrives: done there, and nobody was told here."""
    folder, killed, asked = tmp_path / "S01", list[str](), list[str]()
    at_work: list[subprocess.Popen[str]] = []

    def kill(request: Request) -> Response | None:
        asked.append(request.path.partition("?")[0].rpartition("/")[2])
        if len(asked) == len(killed) + 1:
            killed.append(asked[-1])
            at_work[-1].kill()
        return None

    central.instead = kill
    code = KILLED
    while code == KILLED:
        asked.clear()
        at_work.append(begin(url, folder))
        code, shown = finish(at_work[-1])
    assert (code, "ready to sell" in shown) == (0, True)
    assert killed[:3] == ["health", "enrol", "feeds"]
    assert killed.count("feed") >= 3, "and in the middle of the load"
    assert published(folder) == whole
