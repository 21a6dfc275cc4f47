"""What keeps a command of the store from running is said in one sentence, with what to do."""

import errno
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import namedtuple
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from edge.box.clock import StoreClock
from edge.box.folder import SETTINGS_FILE, database_of
from edge.box.settings import WrongSettings, read_settings, write_settings
from edge.db.connection.engine import open_connection
from edge.db.connection.lock import hold_folder
from edge.db.connection.writer import InlineWriter
from edge.server.ports import bind
from edge.server.turn import LOOK_EVERY_S
from edge.usecases.box.note_refusal import note_refusal
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.box.stop_pushing import stop_pushing
from sync.engine.transport import Request, Response
from sync.program.command_line import command
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import BootId
from tests.edge_store import act, make_store, row_counts, sale
from tests.fake_central import CODE, FakeCentral
from tests.integration.command_fixtures import (
    central,
    paired_id,
    provision,
    refusal,
    run,
    running,
    sign_in,
    url,
)
from tests.patience import PATIENCE_S
from tests.pins import give_pins

__all__ = ["central", "url"]


def test_a_box_whose_clock_is_off_sells_and_says_so(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"
    assert provision(url, folder).exit_code == 0
    assert run("status", "--data", folder).exit_code == 0
    central.server_ms += 400_000
    assert provision(url, folder).exit_code == 0
    status = run("status", "--data", folder)
    assert status.exit_code == 1
    assert re.search(r"clock was \d+ s behind head office's .* set whichever", status.stdout)
    assert "Selling goes on" in status.stdout
    give_pins(folder)
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        code = run("pair", "W1", "--data", folder).stdout.splitlines()[0]
        sign_in(client, "W1", code)
        client.post("/business-days", json=act()).raise_for_status()
        opening = {"operator_id": "anna", "float_minor": 0, "till_session_id": paired_id()}
        client.post("/till-sessions", json=opening).raise_for_status()
        assert client.post("/sales", json=sale()).status_code == 201


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_folder_that_takes_nothing_is_said_with_what_to_do(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(path: object, *_: object) -> None:
        raise OSError(number, os.strerror(number), str(path))

    with monkeypatch.context() as patched:
        patched.setattr("edge.db.connection.lock.os.open", refuse)
        said = refusal(provision(url, tmp_path / "S01"))
    assert os.strerror(number) in said
    assert "name another folder with `--data DIR`" in said
    assert provision(url, tmp_path / "S01").exit_code == 0


def test_a_command_that_is_interrupted_says_that_it_goes_on_when_run_again(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    asked, ended = threading.Event(), threading.Event()

    def hold(request: Request) -> Response | None:
        if "data_set=prices" in request.path:
            asked.set()
            ended.wait(PATIENCE_S)
        return None

    central.instead = hold
    words = ("edge", "provision", "--central", url, "--code", CODE, "--port", "0", "--data")
    process = subprocess.Popen(
        [sys.executable, "-m", *words, str(tmp_path / "S01")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert asked.wait(PATIENCE_S)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=PATIENCE_S)
    ended.set()
    assert process.returncode == 130
    assert "edge: stopped. Run the same command again: it goes on from here." in complaint
    central.instead = lambda _request: None
    again = provision(url, tmp_path / "S01")
    assert "S01 was provisioned already and is ready to sell" in again.stdout


def test_a_port_that_is_taken_is_said_before_the_code_is_spent(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    with bind(0) as taken:
        port = str(taken.getsockname()[1])
        said = refusal(provision(url, tmp_path / "S01", "--port", port))
    assert f"Port {port}" in said
    assert "--port N" in said
    assert central.enrolled is None


def test_a_full_disk_and_an_old_sqlite_are_said_before_the_code_is_spent(
    central: FakeCentral, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _folder: usage(1, 1, 1 << 20))
        assert "1 MiB free" in refusal(provision(url, tmp_path / "S01"))
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "sqlite_version", "3.40.1")
        assert "SQLite 3.40.1" in refusal(provision(url, tmp_path / "S01"))
    assert central.enrolled is None


def test_a_folder_of_another_head_office_is_left_alone(url: str, tmp_path: Path) -> None:
    make_store(tmp_path / "S01")
    before = (tmp_path / "S01" / SETTINGS_FILE).read_text()
    assert "belongs to S01" in refusal(provision(url, tmp_path / "S01"))
    assert (tmp_path / "S01" / SETTINGS_FILE).read_text() == before


@pytest.mark.parametrize("word", ["serve", "status", "verify", "totals", "pair"])
def test_a_folder_without_a_store_says_how_to_make_one(tmp_path: Path, word: str) -> None:
    more = ("W1",) if word == "pair" else ()
    assert "edge provision" in refusal(run(word, *more, "--data", tmp_path / "none"))


def test_a_port_that_is_taken_keeps_a_store_from_serving(tmp_path: Path) -> None:
    make_store(tmp_path / "S01")
    before = row_counts(tmp_path / "S01")
    with bind(0) as taken:
        port = str(taken.getsockname()[1])
        said = refusal(run("serve", "--data", tmp_path / "S01", "--port", port))
    assert f"Port {port}" in said
    assert row_counts(tmp_path / "S01") == before


@pytest.mark.parametrize("word", ["status", "serve"])
def test_a_folder_that_is_held_and_silent_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setattr("edge.commands.running_box.TURN_WITHIN_S", 0)
    make_store(tmp_path / "S01")
    with hold_folder(tmp_path / "S01"):
        said = refusal(run(word, "--data", tmp_path / "S01"))
    assert f"is in use by process {os.getpid()}: stop that one first" in said


def test_a_command_that_holds_the_folder_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path / "S01")
    held = hold_folder(tmp_path / "S01")
    waits: list[float] = []

    def let_go(seconds: float) -> None:
        waits.append(seconds)
        held.release()

    with monkeypatch.context() as patched:
        patched.setattr("edge.commands.running_box.time.sleep", let_go)
        assert run("status", "--data", tmp_path / "S01").exit_code == 0
    assert waits == [LOOK_EVERY_S]
    with running(tmp_path / "S01"):
        assert "is in use by process" in refusal(run("serve", "--data", tmp_path / "S01"))


def test_a_code_can_be_made_before_the_store_serves(tmp_path: Path) -> None:
    make_store(tmp_path / "S01")
    write_settings(tmp_path / "S01", "http://127.0.0.1:1", 8_199)
    code, link, said = run("pair", "W1", "--data", tmp_path / "S01").stdout.splitlines()
    serving = command("edge", "serve", "--data", tmp_path / "S01")
    assert link == f"Till page: http://127.0.0.1:8199/#pair=W1:{code}"
    assert f"which does not serve yet, `{serving}`; open the link" in said


def test_two_stores_in_one_process_answer_each_under_its_own_address(tmp_path: Path) -> None:
    folders = [tmp_path / "S01", tmp_path / "S02"]
    for folder in folders:
        make_store(folder, folder.name)
    with running(*folders) as addresses:
        assert set(addresses) == {"S01", "S02"}
        for folder in folders:
            health = httpx.get(f"{addresses[folder.name]}/health")
            assert health.status_code == 200
            assert json.loads(run("status", "--data", folder, "--json").stdout)["waiting"] == 2
    said = refusal(run("serve", "--data", folders[0], "--data", folders[1], "--port", "1"))
    assert "single store" in said


def test_without_tls_a_store_listens_on_the_loopback_address_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path)
    monkeypatch.setenv("EDGE_HOST", "0.0.0.0")  # noqa: S104 - what must be refused
    with pytest.raises(WrongSettings, match=r"127\.0\.0\.1 only"):
        read_settings(tmp_path)


@pytest.mark.parametrize("text", ["port = 99999", "port = ", 'central_url = "x"', "colour = 1"])
def test_settings_that_cannot_be_are_said_in_one_sentence(tmp_path: Path, text: str) -> None:
    make_store(tmp_path)
    (tmp_path / SETTINGS_FILE).write_text(text)
    assert SETTINGS_FILE in refusal(run("serve", "--data", tmp_path))


def test_a_chain_that_was_changed_names_its_first_bad_event(tmp_path: Path) -> None:
    make_store(tmp_path)
    with closing(open_connection(database_of(tmp_path))) as db:
        db.execute("UPDATE journal SET occurred_at_ms = occurred_at_ms + 1 WHERE seq = 1")
    verified = run("verify", "--data", tmp_path)
    assert verified.exit_code == 1
    assert "Event 1 of epoch" in verified.stdout


def test_a_database_that_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path) -> None:
    make_store(tmp_path)
    database_of(tmp_path).write_bytes(b"not a database" * 1_000)
    assert "cannot be opened" in refusal(run("serve", "--data", tmp_path))


def test_a_disk_that_is_full_at_the_start_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("edge.box.box.migrate", full)
    said = refusal(run("serve", "--data", tmp_path))
    assert "disk is full" in said
    assert "free some space" in said


@pytest.mark.parametrize("module", ["edge.commands.provision", "edge.commands.running_box"])
def test_commands_that_do_not_serve_load_no_web_server(module: str) -> None:
    """A web framework takes a second to load: a command that serves nothing has no use for it."""
    look = f"import sys, edge.commands.cli, {module}; sys.exit('litestar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_a_folder_with_a_long_name_can_be_asked_too(tmp_path: Path) -> None:
    folder = tmp_path / ("a-store-with-a-long-name-" * 5) / "S01"
    make_store(folder)
    with running(folder):
        assert run("status", "--data", folder).exit_code == 0


def test_alarms_are_listed_and_cleared_with_who_and_why(tmp_path: Path) -> None:
    """A27: an alarm that nothing clears teaches people to look away."""
    folder = tmp_path / "S01"
    make_store(folder)
    assert run("alarm", "list", "--data", folder).stdout.startswith("No alarm stands. Next")
    writer = InlineWriter.open(database_of(folder))
    moment = StoreClock(BootId(uuid4())).moment()
    for number in (1, 2):
        writer.run_now(
            lambda db, number=number: raise_alarm(  # type: ignore[misc]  # mypy cannot infer it
                db, AlarmKind.FORK, "1-aa", "two boxes", moment, alarm_id=UUID(int=number)
            )
        )
    writer.close_now()
    listed = run("alarm", "list", "--data", folder)
    assert listed.exit_code == 1
    assert "two boxes (2 times" in listed.stdout
    status = run("status", "--data", folder)
    assert status.exit_code == 1
    (clearing,) = re.findall(r"`((?:uv run )?edge alarm clear [^`]+)`", status.stdout)
    words = shlex.split(clearing.replace("NAME", "'Ann Lee'").replace("WHY", "'one box is off'"))
    cleared = run(*words[words.index("alarm") :])
    assert cleared.exit_code == 0, cleared.output
    assert run("alarm", "list", "--data", folder).exit_code == 0
    assert run("status", "--data", folder).exit_code == 0
    again = run(*words[words.index("alarm") :])
    assert again.exit_code == 2
    assert "cleared by Ann Lee" in again.stderr


def test_sending_is_resumed_by_a_command(tmp_path: Path) -> None:
    """A40: `edge push resume` lifts a stop and says what it was."""
    folder = tmp_path / "S01"
    make_store(folder)
    resuming = ("push", "resume", "--by", "Ann", "--reason", "settled", "--data", folder)
    assert "not stopped" in run(*resuming).stdout
    writer = InlineWriter.open(database_of(folder))
    moment = StoreClock(BootId(uuid4())).moment()
    writer.run_now(
        lambda db: stop_pushing(db, "fork: two", moment, alarm=AlarmKind.FORK, alarm_id=UUID(int=1))
    )
    writer.close_now()
    assert run("status", "--data", folder).exit_code == 1
    resumed = run(*resuming)
    assert resumed.exit_code == 0, resumed.output
    assert "fork: two" in resumed.stdout
    assert run("status", "--data", folder).exit_code == 0


def test_serve_takes_the_folder_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B27: `edge serve` ignored EDGE_DATA, which every other command honours."""
    monkeypatch.setenv("EDGE_DATA", str(tmp_path / "nothing"))
    refused = run("serve")
    assert refused.exit_code == 2
    assert str(tmp_path / "nothing") in refused.stderr
    assert "Missing option" not in refused.stderr


def test_a_code_for_a_box_that_head_office_refuses_says_where_it_belongs(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    """A42: `edge provision` with a new code into that folder exited with 0 and changed nothing."""
    folder = tmp_path / "S01"
    assert provision(url, folder).exit_code == 0
    with closing(open_connection(database_of(folder), writer=True)) as db:
        note_refusal(db, "head office refuses this box: the key is not known here.")
    said = refusal(provision(url, folder, code="ANOTHER"))
    assert "a box of S01, and head office refuses this box: the key is not known here. A" in said
    assert "was not used" in said
    assert "in a folder of its own" in said
