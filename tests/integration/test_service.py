"""Both servers as services of systemd: the units that are written and removed, and what a running
server says of itself to whoever started it."""

import asyncio
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from central.commands.cli import app as central_app
from central.database.embedded import PostgresServer
from edge.box.folder import database_of
from edge.commands.cli import app as edge_app
from edge.db.connection.engine import open_connection
from sync.program import private_folder, systemd, unit
from tests.central_fixtures import postgres_template
from tests.edge_store import make_store
from tests.needed import Need
from tests.patience import PATIENCE_S
from tests.servers import Server, central_process, edge_process, new_database

__all__ = ["postgres_template"]

BEAT_S = 0.1
HARDENED = {
    "Type": "notify",
    "Restart": "always",
    "WatchdogSec": "60",
    "UMask": "0077",
    "NoNewPrivileges": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "PrivateTmp": "yes",
    "LimitNOFILE": "65536",
}
OF_THE_SYSTEM_ONLY = ("User", "CapabilityBoundingSet", "ProtectSystem", "PrivateTmp")
EXPOSURE_MAX = "25"
"""Of 100, as `systemd-analyze security` reckons it."""


class Said(NamedTuple):
    """What a command left, and what it asked of systemd meanwhile."""

    code: int
    shown: str
    asked: list[str]


class Machine:
    """A machine with systemd, whose units stand in a folder and whose ``systemctl`` writes down
    what it is asked. A unit is at work from its start to its end."""

    def __init__(self, place: Path) -> None:
        self.units = place / "units"
        self._asked = place / "asked"
        programs = place / "programs"
        programs.mkdir()
        (programs / "systemctl").write_text(
            f'#!/bin/sh\necho "$@" >>\'{self._asked}\'\ncase "$*" in\n'
            f"*restart*) touch '{place}/runs';;\n*disable*) rm -f '{place}/runs';;\n"
            f"*is-active*) test -e '{place}/runs';;\nesac\n"
        )
        (programs / "systemctl").chmod(0o755)
        self.path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def type(self, app: typer.Typer, *words: str | Path) -> Said:
        """The command, in this process."""
        self._asked.write_text("")
        done = CliRunner().invoke(app, [str(word) for word in words], env={"PATH": self.path})
        return Said(done.exit_code, done.output, self._asked.read_text().splitlines())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setattr(unit, "SYSTEMD_RUNS", tmp_path)
    monkeypatch.setattr(unit, "SYSTEM_UNITS", made.units)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", made.path)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "a shop at 100% $"
    make_store(folder)
    return folder


def settings_of(unit: str) -> dict[str, str]:
    """Each setting of a unit that stands in it once."""
    pairs = (line.partition("=") for line in unit.splitlines() if "=" in line)
    return {name: value for name, _, value in pairs}


def shown_unit(app: typer.Typer, *words: str | Path) -> str:
    done = CliRunner().invoke(app, ["install-service", "--print", *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("own", [False, True])
def test_a_unit_shuts_in_what_the_server_does_not_need(store: Path, own: bool) -> None:
    told = settings_of(shown_unit(edge_app, "--data", store, *(["--user"] if own else [])))
    wanted = {**HARDENED, "User": "holdfast-edge"}
    if own:
        assert [name for name in OF_THE_SYSTEM_ONLY if name in told] == []
        wanted = {name: value for name, value in wanted.items() if name not in OF_THE_SYSTEM_ONLY}
    assert {name: told.get(name) for name in wanted} == wanted


def test_a_folder_with_any_letters_in_its_path_reaches_the_server_as_it_is(store: Path) -> None:
    told = settings_of(shown_unit(edge_app, "--data", store))
    as_command = str(store).replace("%", "%%").replace("$", "$$")
    assert told["ExecStart"].endswith(f'-m edge serve --data "{as_command}"')
    assert told["ReadWritePaths"] == '"{}"'.format(str(store).replace("%", "%%"))


def test_options_of_serve_reach_the_unit_and_a_low_port_the_right_to_it(tmp_path: Path) -> None:
    words = ("--data", tmp_path, "--", "--port", "443", "--tls-cert", "a.pem", "--tls-key", "b.pem")
    told = settings_of(shown_unit(central_app, *words))
    here = Path.cwd()
    assert f"--port 443 --tls-cert {here}/a.pem --tls-key {here}/b.pem" in told["ExecStart"]
    assert told["CapabilityBoundingSet"] == told["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    refused = CliRunner().invoke(central_app, ["install-service", "--", "--prot", "443"])
    assert (refused.exit_code, "--prot" in refused.stderr) == (2, True)


@pytest.mark.needs(Need.SYSTEMD)
@pytest.mark.parametrize("program", ["edge", "central"])
def test_systemd_takes_the_unit_and_finds_little_to_reach(
    program: str, store: Path, tmp_path: Path
) -> None:
    app = edge_app if program == "edge" else central_app
    written = tmp_path / f"holdfast-{program}-test.service"
    text = shown_unit(app, "--data", store)
    written.write_text(text.replace(f"=holdfast-{program}\n", "=daemon\n"))  # no such account here
    for words in (("verify",), ("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}")):
        looked = subprocess.run(
            ["systemd-analyze", *words, str(written)],  # noqa: S607  wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        )
        assert looked.returncode == 0, looked.stdout + looked.stderr
        assert looked.stderr == ""


def test_a_service_of_ones_own_is_installed_once_and_removed_once(
    machine: Machine, store: Path, tmp_path: Path
) -> None:
    name = "holdfast-edge-a-shop-at-100.service"
    words = ("--data", store, "--user")
    first = machine.type(edge_app, "install-service", *words)
    file = tmp_path / "config/systemd/user" / name
    assert (first.code, file.exists()) == (0, True), first
    changes = ("daemon-reload", f"enable {name}", f"restart {name}")
    assert first.asked == [f"--user {change}" for change in changes]
    again = machine.type(edge_app, "install-service", *words)
    assert "nothing was changed" in again.shown
    assert [ask for ask in again.asked if "--quiet is-" not in ask] == []
    gone = machine.type(edge_app, "remove-service", *words)
    assert (gone.asked[0], file.exists()) == (f"--user disable --now {name}", False)
    assert database_of(store).exists()
    assert "was not there" in machine.type(edge_app, "remove-service", *words).shown


def test_a_folder_of_the_same_name_does_not_take_the_others_service(
    machine: Machine, store: Path, tmp_path: Path
) -> None:
    machine.type(edge_app, "install-service", "--data", store, "--user")
    other = tmp_path / "elsewhere" / store.name
    make_store(other)
    refused = machine.type(edge_app, "install-service", "--data", other, "--user")
    assert (refused.code, refused.asked) == (2, [])
    assert "serves another folder of that name" in refused.shown


@pytest.mark.needs(Need.ROOT)
def test_a_service_of_the_systems_gets_its_folder_and_must_reach_its_program(
    machine: Machine, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: nobody)
    shut = machine.type(edge_app, "install-service", "--data", store)
    assert (shut.code, shut.asked) == (2, [])
    assert "cannot pass through" in shut.shown
    monkeypatch.setattr(unit, "_lets_pass", lambda _folder, _unit: True)
    done = machine.type(edge_app, "install-service", "--data", store)
    assert (done.code, (machine.units / service_name(store)).exists()) == (0, True)
    assert {path.stat().st_uid for path in (store, *store.rglob("*"))} == {nobody.pw_uid}


def service_name(store: Path) -> str:
    return unit.Unit("edge", "", store, (), "", own=False).name


@pytest.mark.parametrize("app", [edge_app, central_app])
def test_without_systemd_a_sentence_says_so_and_nothing_is_done(
    machine: Machine, store: Path, app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "SYSTEMD_RUNS", store / "nothing")
    for command in ("install-service", "remove-service"):
        refused = machine.type(app, command, "--data", store)
        assert (refused.code, refused.asked) == (2, [])
        assert "No systemd runs here" in refused.shown


@pytest.mark.needs(Need.ROOT)
def test_root_works_in_a_services_folder_as_the_service_does(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    ask = (
        "import os, pwd, sys; from pathlib import Path\n"
        "from sync.program.private_folder import work_as_account\n"
        "if sys.argv[2] == 'named': pwd.getpwuid = lambda _: pwd.struct_passwd("
        f"('holdfast-edge', '', {nobody.pw_uid}, {nobody.pw_gid}, '', '', ''))\n"
        "work_as_account('edge', Path(sys.argv[1])); print(os.geteuid(), os.getegid())"
    )
    for named, left in (("named", (nobody.pw_uid, nobody.pw_gid)), ("as it is", (0, 0))):
        done = subprocess.run(
            [sys.executable, "-c", ask, str(tmp_path), named],
            capture_output=True,
            text=True,
            check=True,
        )
        assert tuple(map(int, done.stdout.split())) == left


@pytest.mark.needs(Need.ROOT)
def test_who_began_a_command_is_who_typed_it_also_by_sudo_and_in_a_services_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = pwd.getpwnam("nobody")
    ask = "import os; from sync.program.private_folder import began_by; "
    for begun, said, name in (
        ("", "", "root"),
        (f"os.setuid({nobody.pw_uid}); ", "", "root"),
        ("", str(nobody.pw_uid), "nobody"),
        ("", "sudo", "root"),
        ("", "3999999999", "3999999999"),
    ):
        monkeypatch.setenv("SUDO_UID", said)
        words = [sys.executable, "-c", f"{ask}{begun}print(began_by())"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == name


def test_whom_sudo_was_for_nobody_but_root_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_folder, "_BEGAN_AS", pwd.getpwnam("nobody").pw_uid)
    monkeypatch.setenv("SUDO_UID", "0")
    assert private_folder.began_by() == "nobody"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    """Where systemd listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE_S)
        yield listening


def started_by(heard: socket.socket) -> dict[str, str]:
    limit_us = int(BEAT_S * systemd.BEATS_PER_LIMIT * systemd.MICROSECONDS)
    return {"NOTIFY_SOCKET": heard.getsockname(), "WATCHDOG_USEC": str(limit_us)}


def next_of(heard: socket.socket) -> str:
    return heard.recv(100).decode()


def test_a_stores_server_says_ready_alive_and_stopping(heard: socket.socket, store: Path) -> None:
    with edge_process(store, **started_by(heard)) as server:
        assert [next_of(heard) for _ in range(3)] == [systemd.READY, *[systemd.ALIVE] * 2]
        assert said_at_its_end(heard, server) == systemd.STOPPING


def test_head_office_says_ready_alive_and_stopping(
    heard: socket.socket, tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    url = new_database(postgres_server, postgres_template)
    with central_process(tmp_path / "hq", url, **started_by(heard)) as server:
        assert [next_of(heard) for _ in range(3)] == [systemd.READY, *[systemd.ALIVE] * 2]
        assert said_at_its_end(heard, server) == systemd.STOPPING


def said_at_its_end(heard: socket.socket, server: Server) -> str:
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE_S) == 0
    heard.settimeout(0)
    last = ""
    with suppress(BlockingIOError):
        while True:
            last = next_of(heard)
    return last


def test_a_writer_that_does_not_write_gives_no_sign_of_life(
    heard: socket.socket, store: Path
) -> None:
    """Another program holds the database's lock: the writer's unit is refused, not done."""
    with (
        edge_process(store, **started_by(heard)) as server,
        closing(open_connection(database_of(store))) as other,
    ):
        assert [next_of(heard) for _ in range(2)] == [systemd.READY, systemd.ALIVE]
        other.execute("BEGIN IMMEDIATE")
        before = waiting(heard)
        while "no sign of life" not in server.log.read_text():
            assert server.process.poll() is None
        while_stuck = waiting(heard)
        other.execute("ROLLBACK")
        assert next_of(heard) == systemd.ALIVE
    assert len(while_stuck) <= 1, "one that was on its way when the lock was taken"
    assert set(before) <= {systemd.ALIVE}


def waiting(heard: socket.socket) -> list[str]:
    """What has come, without waiting for more."""
    found: list[str] = []
    heard.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            found.append(next_of(heard))
    heard.settimeout(PATIENCE_S)
    return found


async def test_one_that_hangs_gives_no_sign_of_life(
    heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in started_by(heard).items():
        monkeypatch.setenv(name, value)
    asked = asyncio.Event()

    async def hang() -> None:
        asked.set()
        await asyncio.Event().wait()

    async with systemd.telling_systemd(hang):
        await asked.wait()
    assert [next_of(heard) for _ in range(2)] == [systemd.READY, systemd.STOPPING]


def test_whoever_is_started_by_hand_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    systemd.notify(systemd.READY)
    assert systemd.beat_every_s() is None
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    assert systemd.beat_every_s() == 1
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert systemd.beat_every_s() is None
