"""The store server's commands: a technician's way, every mistake in one sentence, exit codes."""

import contextlib
import errno
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from edge.box.clock import StoreClock
from edge.box.folder import KEY_FILE, SETTINGS_FILE, database_of
from edge.box.settings import LOOPBACK, WrongSettings, read_settings, write_settings
from edge.commands.cli import app
from edge.commands.running_box import LOOK_EVERY_S
from edge.db.connection.engine import open_connection
from edge.db.connection.lock import hold_folder
from edge.db.connection.writer import InlineWriter
from edge.server.ports import bind
from edge.usecases.box.note_refusal import note_refusal
from edge.usecases.box.raise_alarm import raise_alarm
from edge.usecases.box.stop_pushing import stop_pushing
from sync.engine.transport import Request, Response
from sync.program.command_line import command
from sync.protocol.facts import AlarmKind
from sync.protocol.identity import BootId
from tests.edge_store import act, make_store, pairing, row_counts, sale
from tests.fake_central import CODE, FakeCentral, problem, served
from tests.patience import PATIENCE_S


def run(*words: str | Path) -> Result:
    """A command in this process, for those that end by themselves."""
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(result: Result) -> str:
    """The one sentence of a command that could not run."""
    assert result.exit_code == 2, (result.exit_code, result.output, result.exception)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("edge: ")
    return lines[0]


@contextmanager
def running(*folders: Path) -> Iterator[dict[str, str]]:
    """`edge serve` as a process of its own: its addresses by store, once it answers."""
    words = [word for folder in folders for word in ("--data", str(folder))]
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    addresses: dict[str, str] = {}
    try:
        assert process.stdout is not None
        while len(addresses) < len(folders):
            line = process.stdout.readline()
            assert line, "edge serve ended"
            word, store, address = line.split()
            assert word == "ready"
            addresses[store] = address
            told = process.stdout.readline()
            assert told.startswith(f"Till page: {address}/ . Next"), told
            assert "edge pair W1 --data " in told
        yield addresses
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def central() -> FakeCentral:
    made = FakeCentral(server_ms=time.time_ns() // 1_000_000)
    made.publish_shop()
    return made


@pytest.fixture
def url(central: FakeCentral) -> Iterator[str]:
    with served(central) as address:
        yield address


def provision(url: str, folder: Path, *more: str, code: str = CODE) -> Result:
    words = ("provision", "--central", url, "--code", code, "--data", folder)
    return run(*words, *(more or ("--port", "0")))


def test_a_technician_puts_a_box_into_a_shop_and_it_sells(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "shop" / "S01"
    made = provision(url, folder)
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[-1].endswith(f"edge serve --data {folder}`.")
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        assert stat.S_IMODE((folder / "edge.sock").stat().st_mode) == 0o600
        code, link, said = run("pair", "W1", "--data", folder).stdout.splitlines()
        assert link == f"Till page: {addresses['S01']}/#pair=W1:{code}"
        assert "open the link in W1's browser" in said
        paired = client.post("/pair", json=pairing("W1", code)).json()
        client.headers["Authorization"] = f"Bearer {paired['token']}"
        client.post("/business-days", json=act()).raise_for_status()
        opening = {"operator_id": "anna", "float_minor": 0, "till_session_id": paired_id()}
        client.post("/till-sessions", json=opening).raise_for_status()
        sold = client.post("/sales", json=sale())
        assert sold.status_code == 201, sold.text
        assert "is in use by process" in refusal(run("serve", "--data", folder))
        told = json.loads(run("totals", "--data", folder, "--receipts").stdout)
        assert told["head_hash"] == sold.json()["hash"]
        assert [receipt[0] for receipt in told["receipts"]] == [sold.json()["receipt_number"]]
    assert not (folder / "edge.sock").exists()
    verified = run("verify", "--data", folder)
    assert (verified.exit_code, "5 events" in verified.stdout) == (0, True)
    assert json.loads(run("totals", "--data", folder, "--json").stdout)["totals"] == told["totals"]
    status = run("status", "--data", folder)
    assert (status.exit_code, "S01: " in status.stdout) == (0, True)
    assert central.kinds[0] == "device_recorded"


def paired_id() -> str:
    sale_id: str = sale()["sale_id"]
    return sale_id


def test_provisioning_again_goes_on_where_it_stopped(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "S01"

    def cut(request: Request) -> Response | None:
        return Response(503, {}, b"") if "data_set=prices" in request.path else None

    central.instead = cut
    assert "run the same command again" in refusal(provision(url, folder))
    key = (folder / KEY_FILE).read_bytes()
    central.instead = lambda _request: None
    pulled = len(central.pulled)
    again = provision(url, folder)
    assert again.exit_code == 0, again.output
    assert central.pulled[pulled:] == ["prices after 0", "prices after 2", "prices after 4"]
    assert (folder / KEY_FILE).read_bytes() == key
    with closing(open_connection(database_of(folder))) as db:
        assert db.execute("SELECT count(*) FROM box").fetchone() == (1,)


def test_an_answer_that_was_lost_on_its_way_costs_no_new_code(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    def lose(request: Request) -> Response | None:
        if request.path == "/v1/enrol":
            central.enrol(__import__("base64").b64decode(json.loads(request.body)["public_key"]))
            return Response(502, {}, b"")
        return None

    central.instead = lose
    refusal(provision(url, tmp_path / "S01"))
    central.instead = lambda _request: None
    assert provision(url, tmp_path / "S01").exit_code == 0


def hotel(_request: Request) -> Response:
    return Response(200, {"content-type": "text/html"}, b"<h1>Welcome</h1>")


def late(_request: Request) -> Response:
    return Response(200, {"date": "Mon, 01 Jan 2024 00:00:00 GMT"}, b'{"status": "ok"}')


def another_program(_request: Request) -> Response:
    return Response(200, {"content-type": "application/json"}, b'{"ok": true}')


def moved(_request: Request) -> Response:
    return Response(302, {"location": "http://127.0.0.1:1/"}, b"")


def database_away(_request: Request) -> Response:
    return problem(503, "database-away", "Nothing is known to have changed.")


def broken(request: Request) -> Response | None:
    return Response(500, {}, b"<h1>oops</h1>") if request.path == "/v1/enrol" else None


MISTAKES: list[tuple[Callable[[Request], Response | None], str]] = [
    (hotel, "it is not head office: check the address.*the code is still good"),
    (another_program, "it is not head office"),
    (moved, "it is not head office"),
    (database_away, "fails .503.: Nothing is known.*Run this again in a minute"),
    (broken, "fails .500.: it does not say why.*the code is still good.*log of `central serve`"),
    (late, "clock is .* ahead of head office's.*: set .*the code is still good"),
]


@pytest.mark.parametrize(
    ("instead", "says"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_what_is_wrong_with_the_other_side_is_said_with_what_to_do(
    central: FakeCentral,
    url: str,
    tmp_path: Path,
    instead: Callable[[Request], Response | None],
    says: str,
) -> None:
    central.instead = instead
    assert re.search(says, refusal(provision(url, tmp_path / "S01")))
    assert central.enrolled is None


def test_a_code_that_head_office_refuses_is_told_in_its_own_words(url: str, tmp_path: Path) -> None:
    assert "The code is not known." in refusal(provision(url, tmp_path / "a", code="WRONG"))
    again = provision(url, tmp_path / "a")
    assert again.exit_code == 0, again.output


@contextmanager
def answering(said: bytes) -> Iterator[str]:
    """Something at a port that says this to whoever connects, and hangs up."""
    with socket.create_server((LOOPBACK, 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(4_096)
                    connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"{LOOPBACK}:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_how_far_the_line_came_to_an_absent_head_office_is_said(tmp_path: Path) -> None:
    with bind(0) as silent:
        nobody = f"http://{LOOPBACK}:{silent.getsockname()[1]}"
    for address, says in (
        (nobody, "nothing listens there. Check the address, and that `central serve` runs there"),
        ("http://no-such-host.invalid", "its name does not resolve"),
        (nobody.replace("http:", "https:"), "nothing listens there"),
    ):
        said = refusal(provision(address, tmp_path / "S01"))
        assert f"Head office does not answer at {address}: " in said
        assert says in said
        assert said.endswith("then run this again; the code is still good.")
    assert "begins with http" in refusal(provision("hq.example", tmp_path / "S01"))


def test_tls_spoken_to_what_speaks_none_and_the_other_way_round_is_said(tmp_path: Path) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as plain:
        said = refusal(provision(f"https://{plain}", tmp_path / "S01"))
    assert "does not speak TLS. Check the port, or begin the address with http://" in said
    with answering(b"\x15\x03\x01\x00\x02\x02\x46") as encrypted:
        said = refusal(provision(f"http://{encrypted}", tmp_path / "S01"))
    assert "does not speak HTTP. Check the port, or begin the address with https://" in said


def test_provisioning_a_store_again_says_that_it_is_one(
    central: FakeCentral, url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "a store's folder"
    assert provision(url, folder).exit_code == 0
    settings = (folder / SETTINGS_FILE).read_text() + "push_every_s = 7\n"
    (folder / SETTINGS_FILE).write_text(settings)
    again = provision(url, folder, code="USED-UP")
    assert again.exit_code == 0
    assert "S01 was provisioned already and is ready to sell" in again.stdout
    assert again.stdout.endswith(f"edge serve --data {shlex.quote(str(folder))}`.\n")
    assert (folder / SETTINGS_FILE).read_text() == settings
    with running(folder):
        at_work = provision(url, folder, code="USED-UP")
        assert (at_work.exit_code, at_work.stderr) == (0, "")
        assert "S01 is provisioned already and at work; nothing was changed." in at_work.stdout
        assert "belongs to a store of" in refusal(provision("http://127.0.0.1:1", folder))


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
    with running(folder) as addresses, httpx.Client(base_url=addresses["S01"]) as client:
        code = run("pair", "W1", "--data", folder).stdout.splitlines()[0]
        paired = client.post("/pair", json=pairing("W1", code)).json()
        client.headers["Authorization"] = f"Bearer {paired['token']}"
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
    assert run("alarm", "list", "--data", folder).stdout == "No alarm stands.\n"
    writer = InlineWriter.open(database_of(folder))
    moment = StoreClock(BootId(uuid4())).moment()
    for number in (1, 2):
        writer.run_now(
            lambda db, number=number: raise_alarm(  # type: ignore[misc]
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
