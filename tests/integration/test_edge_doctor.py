"""What `edge doctor` says of a box in which one thing is really broken, and what it tells to do."""

import json
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pytest

from edge.box.folder import DATABASE_FILE, KEY_FILE, SETTINGS_FILE, SOCKET_FILE, database_of
from edge.box.keys import make_key
from edge.box.settings import write_settings
from edge.db.alarms import Alarm, insert_alarm
from edge.db.connection.engine import open_connection
from edge.db.pushing import write_contact, write_refused, write_stopped
from edge.db.told_mark import MARK_FILE
from edge.doctor.checks import CHECKS, examine
from edge.doctor.machine import look_at_clock
from edge.doctor.scene import AtWork, Scene
from edge.domain.reckoning import Steady
from sync.program.disk import look_at_disk
from sync.program.findings import Finding, State
from tests.doctors import of
from tests.edge_store import NOWHERE, make_store
from tests.fake_central import FakeCentral
from tests.integration.command_fixtures import central, provision, run, running, url
from tests.integration.people_fixtures import Counter, counter
from tests.needed import Need, mount_small, need, unmount
from tests.patience import PATIENCE_S

__all__ = ["central", "counter", "url"]

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "S01"
    make_store(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A store that is sound, and does not run."""
    return Path(shutil.copytree(made, tmp_path / "S01"))


def found(folder: Path, check: str, later_ms: int = 0) -> Finding:
    """What is said of one thing."""
    scene = Scene(folder)
    scene.now_ms += later_ms
    told = examine(scene)
    assert [each.check for each in told.findings] == [check.name for check in CHECKS]
    return of(told, check)


def change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database_of(folder))) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 4 MiB."""
    need(Need.MOUNTS)
    at = tmp_path / "disk"
    at.mkdir()
    assert mount_small(at)
    yield at
    unmount(at)


def test_a_box_that_sells_and_reaches_head_office_is_fine_in_every_point(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"
    assert provision(url, folder).exit_code == 0
    assert run("pair", "W1", "--data", folder).exit_code == 0
    change(folder, "INSERT INTO workstation VALUES ('W1', x'00', 1, 'till')")
    with running(folder):
        told = run("doctor", "--data", folder)
        assert told.exit_code == 0, told.output
        last = told.stdout.splitlines()[-1]
        assert last == f"{len(CHECKS)} of {len(CHECKS)} checks are fine: nothing is to be done."
        document = json.loads(run("doctor", "--data", folder, "--json").stdout)
        assert document["state"] == "fine"
        assert {each["state"] for each in document["findings"]} == {"fine"}
    stopped = run("doctor", "--data", folder)
    assert stopped.exit_code == 1
    assert "The box does not run: no till can sell." in stopped.stdout
    assert f"`edge serve --data {folder}`" in stopped.stdout.replace("uv run ", "")


def test_where_no_store_is_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    told = run("doctor", "--data", tmp_path / "none")
    assert (told.exit_code, "holds no store yet" in told.stderr) == (2, True)


def test_a_full_disk_is_told_with_what_shows_why(small_disk: Path, folder: Path) -> None:
    moved = Path(shutil.copytree(folder, small_disk / "S01"))
    with suppress(OSError), (small_disk / "filled").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(65_536))
    said = found(moved, "disk")
    assert (said.state, "is full" in said.says) == (State.STOP, True)
    assert said.command == f"df -h {moved}"


def test_a_disk_that_can_only_be_read_is_told(small_disk: Path, folder: Path) -> None:
    moved = Path(shutil.copytree(folder, small_disk / "S01"))
    remounting = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remounting, check=True)
    said = found(moved, "disk")
    assert (said.state, "can only be read" in said.says) == (State.STOP, True)
    assert said.command == f"findmnt --target {moved}"


def test_little_room_is_told_before_it_is_none(small_disk: Path, tmp_path: Path) -> None:
    assert look_at_disk(small_disk, 1 << 40).state is State.STOP
    little = look_at_disk(tmp_path / "not" / "there", 1 << 60)
    assert (little.state, "MiB are wanted" in little.says) == (State.ATTENTION, True)


def test_a_folder_that_is_none_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = look_at_disk(tmp_path / "file", 0)
    assert (said.state, said.command) == (State.STOP, f"ls -ld {tmp_path / 'file'}")


def test_a_sqlite_that_can_lose_sales_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.40.1")
    said = found(folder, "sqlite")
    assert (said.state, said.command) == (State.STOP, "pip install pysqlite3")


def test_settings_that_cannot_be_read_are_told_and_the_rest_is_looked_at(folder: Path) -> None:
    (folder / SETTINGS_FILE).write_text("port = 'many'\n")
    said = found(folder, "settings")
    assert (said.state, "port" in said.says) == (State.STOP, True)
    assert said.command == f"ls -l {folder / SETTINGS_FILE}"
    assert found(folder, "database").state is State.FINE
    assert found(folder, "name").state is State.UNKNOWN


def test_a_key_that_is_gone_open_or_another_is_told(folder: Path) -> None:
    path = folder / KEY_FILE
    path.chmod(0o644)
    said = found(folder, "key")
    assert (said.state, said.command) == (State.STOP, f"chmod 600 {path}")
    make_key(folder)
    said = found(folder, "key")
    assert "another key than the one that this box was enrolled with" in said.says
    path.unlink()
    said = found(folder, "key")
    assert (said.state, "is gone" in said.says) == (State.STOP, True)


def test_a_database_that_is_gone_is_told_and_what_needs_none_is_looked_at(folder: Path) -> None:
    database_of(folder).unlink()
    said = found(folder, "schema")
    assert (said.state, said.command) == (State.STOP, f"ls -la {folder}")
    assert found(folder, "chain").state is State.UNKNOWN
    assert "nothing listens on its port 9" in found(folder, "connection").says


def test_a_database_of_a_newer_version_is_told(folder: Path) -> None:
    change(folder, "UPDATE alembic_version SET version_num = '9999'")
    said = found(folder, "schema")
    assert (said.state, "changed by a newer version" in said.says) == (State.STOP, True)


def test_a_database_of_an_older_version_is_brought_up_to_date_by_serving(folder: Path) -> None:
    change(folder, "UPDATE alembic_version SET version_num = '0000'")
    said = found(folder, "schema")
    assert said.state is State.ATTENTION
    assert said.command == f"{Scene(folder).command('serve')}"


def test_a_damaged_page_is_told_with_the_copy_to_make_first(folder: Path) -> None:
    database = database_of(folder)
    with closing(sqlite3.connect(database)) as db:
        size: int = db.execute("PRAGMA page_size").fetchone()[0]
        root: int = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'price'"
        ).fetchone()[0]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    said = found(folder, "database")
    assert (said.state, "is damaged" in said.says) == (State.STOP, True)
    assert said.command == f"cp -a {folder} {folder}.damaged"
    assert found(folder, "chain").state is State.FINE


def test_a_file_that_is_no_database_is_told(folder: Path) -> None:
    (folder / DATABASE_FILE).write_bytes(b"not a database at all" * 1_000)
    assert found(folder, "database").state is State.STOP
    assert found(folder, "alarms").state is State.UNKNOWN


def test_rows_that_others_name_and_that_are_gone_are_told(folder: Path) -> None:
    change(
        folder,
        "PRAGMA foreign_keys = OFF",
        "INSERT INTO sale_tax VALUES (x'01', 0, 'standard', 900, 1, 1, 1)",
    )
    said = found(folder, "database")
    assert (said.state, "in sale_tax" in said.says) == (State.STOP, True)


def test_a_record_that_was_changed_is_told(folder: Path) -> None:
    change(folder, "UPDATE journal SET body = x'00' WHERE seq = 1")
    said = found(folder, "chain")
    assert (said.state, "Record 1 of epoch" in said.says) == (State.STOP, True)
    assert said.command == f"cp -a {folder} {folder}.damaged"


def test_a_database_that_was_set_back_is_told(folder: Path) -> None:
    """What is there is whole in itself; what tills were told of is not there."""
    with closing(open_connection(database_of(folder))) as db:
        number, fingerprint = db.execute(
            "SELECT epoch_number, epoch_fingerprint FROM journal_head"
        ).fetchone()
    told = f"{number}-{fingerprint.hex()}:7:{'ab' * 32}"
    (folder / MARK_FILE).write_text(f"{told}\n")
    said = found(folder, "chain")
    assert (said.state, "records 2 to 7 are missing" in said.says) == (State.STOP, True)


def test_a_port_that_another_program_has_is_told(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        write_settings(folder, NOWHERE, taken.getsockname()[1])
        said = found(folder, "port")
    assert (said.state, "another program listens there" in said.says) == (State.STOP, True)
    assert said.command == "ss -ltnp"


def test_a_box_that_hangs_is_looked_at_from_outside(folder: Path) -> None:
    """It holds its socket and answers nothing that can be read."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / SOCKET_FILE))
        listening.listen()

        def hang_up() -> None:
            taken, _ = listening.accept()
            taken.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        told = run("doctor", "--data", folder, "--json")
        thread.join(PATIENCE_S)
    document = json.loads(told.stdout)
    box = next(each for each in document["findings"] if each["check"] == "serving")
    assert (told.exit_code, box["state"]) == (1, "stop")
    assert "does not answer" in box["says"]


def test_a_box_whose_port_does_not_answer_is_told(folder: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        told = examine(Scene(folder, AtWork({}, 1, address)))
    said = of(told, "port")
    assert (said.state, "does not answer" in said.says) == (State.STOP, True)


async def test_when_each_workstation_called_last_is_told_to_whoever_may_see_reports(
    counter: Counter,
) -> None:
    assert (await counter.call("GET", "/doctor")).status_code == 403
    await counter.sign_in("ben")
    assert (await counter.call("GET", "/doctor")).status_code == 403
    await counter.sign_in("anna")
    answer = await counter.call("GET", "/doctor")
    assert answer.status_code == 200, answer.text
    named = {each["check"]: each for each in answer.json()["findings"]}
    assert named["workstations"]["state"] == "fine"
    year = time.gmtime().tm_year
    assert f"1 are paired; they called last: W1 {year}-" in named["workstations"]["says"]
    assert named["serving"]["state"] == "fine"


def test_a_box_without_a_workstation_is_told(folder: Path) -> None:
    said = found(folder, "workstations")
    assert said.state is State.ATTENTION
    assert said.command == Scene(folder).command("pair", "W1")


def test_records_that_wait_for_more_than_a_day_are_told(folder: Path) -> None:
    assert found(folder, "journal").state is State.FINE
    said = found(folder, "journal", later_ms=2 * DAY_MS)
    assert (said.state, "the oldest since" in said.says) == (State.ATTENTION, True)


def test_sending_that_was_stopped_or_refused_is_told(folder: Path) -> None:
    with closing(open_connection(database_of(folder))) as db:
        write_refused(db, "This box was revoked")
    said = found(folder, "journal")
    assert (said.state, "This box was revoked; 1 records wait" in said.says) == (State.STOP, True)
    with closing(open_connection(database_of(folder))) as db:
        write_stopped(db, "fork: head office has another record 7")
    said = found(folder, "journal")
    assert (said.state, "another record 7" in said.says) == (State.STOP, True)
    assert said.command == Scene(folder).command("alarm", "list")


def test_an_alarm_that_stands_is_told(folder: Path) -> None:
    with closing(open_connection(database_of(folder))) as db:
        insert_alarm(db, Alarm(UUID(int=1), "rewound", "", "", "so it is", 1, 1))
    said = found(folder, "alarms")
    assert (said.state, said.says) == (State.ATTENTION, "1 stand: rewound.")


def test_a_clock_that_went_back_is_told_where_head_office_is_away(folder: Path) -> None:
    now_ms = time.time_ns() // 1_000_000
    with closing(open_connection(database_of(folder))) as db:
        write_contact(db, now_ms, now_ms + DAY_MS, Steady("", 0), 0)
    said = found(folder, "clock")
    assert (said.state, "before" in said.says) == (State.ATTENTION, True)
    assert said.command == "sudo timedatectl set-ntp true"


def test_a_clock_is_held_against_head_offices_before_there_is_a_store() -> None:
    now_s = int(time.time())
    assert look_at_clock(now_s).state is State.FINE
    late = look_at_clock(now_s - 3_600)
    assert (late.state, "s ahead of head office's" in late.says) == (State.ATTENTION, True)
    assert look_at_clock(None).state is State.UNKNOWN
