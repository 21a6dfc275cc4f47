"""Head office from the command line, as its people use it: real processes and a real database."""

import asyncio
import fcntl
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from central.commands.cli import app
from central.database.chosen import LOCK_FILE
from central.db.engine import open_engine, unit_of_work
from central.db.key_file import KEY_FILE
from central.db.migrate import downgrade
from central.sample.chain import sample_operators
from sync.program.command_line import command
from sync.protocol.enrolment import read_invitation
from tests.central_fixtures import postgres_template
from tests.conftest import folder_for_databases
from tests.patience import PATIENCE_S

__all__ = ["postgres_template"]


class Done(NamedTuple):
    """What a command left."""

    code: int
    shown: str
    complaint: str


async def central(
    *arguments: str, url: str | None = None, data: Path | None = None, typed: str = ""
) -> Done:
    """A command in this process, in a thread of its own."""
    given = {"CENTRAL_DATABASE_URL": url, "CENTRAL_DATA": str(data) if data else None}
    result = await asyncio.to_thread(
        CliRunner().invoke, app, list(arguments), input=typed, env={"COLUMNS": "100", **given}
    )
    unexpected = None if isinstance(result.exception, SystemExit) else result.exception
    assert unexpected is None, result.exc_info
    return Done(result.exit_code, result.stdout, result.stderr)


async def central_process(*arguments: str, url: str | None, data: Path) -> Done:
    """A command in a process of its own."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "central", *arguments],
        env=_environment(url, data),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def _environment(url: str | None, data: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CENTRAL_")}
    return {
        **kept,
        "COLUMNS": "100",
        **({"CENTRAL_DATABASE_URL": url} if url else {}),
        **({"CENTRAL_DATA": str(data)} if data else {}),
    }


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's user can reach, with a short path."""
    made = folder_for_databases()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def test_a_head_office_is_set_up_by_hand(postgres_url: str, tmp_path: Path) -> None:
    for arguments, typed, said in (
        (("migrate",), "", "central serve`."),
        (("company", "add", "Acme"), "", "central store add S01 --company Acme`."),
        (("load-sample",), "", "central store add S01`."),
        (("store", "add", "S01", "--name", "Orchard"), "", "central enrol-code S01`."),
        (("operator", "add", "O77", "Zoë"), "", "next pull."),
        (("user", "add", "ann@example.com", "--name", "Ann"), "four good words here\n", "link"),
        (("token", "add", "ci"), "", "Bearer TOKEN`"),
        (("enrol-code", "S01"), "", "--data S01`."),
        (("rebuild",), "", "central verify`."),
        (("verify",), "", "what its journal says."),
    ):
        done = await central(*arguments, url=postgres_url, data=tmp_path, typed=typed)
        assert (arguments, done.code, done.complaint) == (arguments, 0, "")
        assert done.shown.splitlines()[-1].endswith(said) or said in done.shown


async def test_one_command_sets_up_what_a_first_store_needs(
    postgres_url: str, tmp_path: Path
) -> None:
    await central("migrate", url=postgres_url)
    words = ("setup", "Corner Shops", "--store", "S01", "--user", "ann@example.com")
    done = await central(*words, url=postgres_url)
    assert (done.code, done.complaint) == (0, "")
    made, once, *pins, board, _, told = done.shown.splitlines()
    assert "not shown again" in once
    assert len(pins) == len(sample_operators())
    assert all(re.search(r"  O\d\d  .+, \w+: \d{6}\Z", pin) for pin in pins)
    assert made.startswith("Made: company Corner Shops; store S01; ")
    assert re.search(r"^Board: http://127\.0\.0\.1:8100/sign-in#link=\S+ann@example\.com$", board)
    assert told.endswith("central enrol-code S01 --company 'Corner Shops'`.")
    enrol_code = ("enrol-code", "S01", "--company", "Corner Shops")
    enrolling = await central(*enrol_code, url=postgres_url, data=tmp_path)
    code, named, told = enrolling.shown.splitlines()
    string = named.split()[-1]
    invitation = read_invitation(string)
    assert (invitation.url, invitation.code) == ("http://127.0.0.1:8100", code)
    assert told.endswith(f"edge provision --enrol {string} --data S01`.")


async def test_a_set_up_with_one_wrong_field_makes_nothing(postgres_url: str) -> None:
    await central("migrate", url=postgres_url)
    before = await _rows(postgres_url)
    for words, said in (
        (("--store", "S01", "--user", "ann"), "email: "),
        (("--store", "S01", "--store", "S 2"), "code: "),
        (("--store", "S01", "--currency", "dollars"), "currency: "),
    ):
        done = await central("setup", "Corner Shops", *words, url=postgres_url)
        assert (done.code, done.shown) == (2, "")
        assert said in done.complaint
    assert await _rows(postgres_url) == before


AGAIN = (
    ("setup", "Corner Shops", "--store", "S01", "--user", "ann@example.com"),
    ("company", "add", "Corner Shops"),
    ("store", "add", "S01"),
    ("load-sample",),
    ("user", "add", "ann@example.com", "--name", "Ann"),
)


async def test_a_command_that_is_run_again_says_so_and_changes_nothing(postgres_url: str) -> None:
    await central("migrate", url=postgres_url)
    await central(*AGAIN[0], url=postgres_url)
    before = await _rows(postgres_url)
    for words in AGAIN:
        done = await central(*words, url=postgres_url, typed="four good words here\n")
        assert (words, done.code, done.complaint) == (words, 0, "")
        assert "already" in done.shown
        assert "Made" not in done.shown
        assert await _rows(postgres_url) == before


async def _rows(url: str) -> list[int]:
    engine = open_engine(url)
    async with unit_of_work(engine) as db:
        counted = [
            (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("company", "store", '"user"', "publication", "feed_log", "decision")
        ]
    await engine.dispose()
    return counted


async def test_what_a_command_cannot_do_is_said_in_one_sentence(
    postgres_url: str, tmp_path: Path
) -> None:
    await central("company", "add", "Acme", url=postgres_url)
    away = "postgresql://nobody:secret@127.0.0.1:1/none"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, url, data, said in (
            (("serve", "--port", port), postgres_url, tmp_path, "is taken"),
            (("migrate",), away, None, "refuses"),
            (("migrate",), "mysql://a/b", None, "PostgreSQL URL"),
            (("migrate",), "postgresql//a:secret@b/c", None, "such as postgresql://user@host/name"),
            (("company", "add", "B", "--currency", "sgd"), postgres_url, None, "capital letters"),
            (("company", "add", "a\tb"), postgres_url, None, "control characters"),
            (("store", "add", "S 1"), postgres_url, None, "letters, digits"),
            (("store", "add", "S1", "--zone", "Mars"), postgres_url, None, "time zone"),
            (("store", "add", "S1", "--company", "Bolt"), postgres_url, None, "no company Bolt"),
            (("enrol-code", "S9"), postgres_url, None, "no store S9"),
            (("user", "add", "ann", "--name", "Ann"), postgres_url, None, "characters"),
        ):
            done = await central(*arguments, url=url, data=data)
            assert (arguments, done.code, done.shown) == (arguments, 2, "")
            [line] = done.complaint.splitlines()
            assert line.startswith("central: ")
            assert said in line
            assert "secret" not in line


async def test_it_serves_with_no_key_that_others_could_have(
    postgres_url: str, tmp_path: Path
) -> None:
    open_key = tmp_path / "open"
    open_key.mkdir()
    (open_key / KEY_FILE).write_bytes(bytes(32))
    (open_key / KEY_FILE).chmod(0o644)
    short_key = tmp_path / "short"
    short_key.mkdir()
    (short_key / KEY_FILE).touch(0o600)
    for data, said in ((open_key, "may be read by others"), (short_key, "a key has 32")):
        done = await central_process("serve", "--port", "0", url=postgres_url, data=data)
        assert (done.code, done.shown) == (2, "")
        assert said in done.complaint


async def test_a_database_that_was_not_migrated_says_so(postgres_url: str) -> None:
    await central("migrate", url=postgres_url)
    engine = open_engine(postgres_url)
    await downgrade(engine, "base")
    await engine.dispose()
    done = await central("company", "add", "Acme", url=postgres_url)
    assert (done.code, done.shown) == (2, "")
    assert f"run `{command('central', 'migrate')}` first" in done.complaint


async def test_it_serves_until_it_is_asked_to_stop_and_leaves_nothing_running(
    folder: Path,
) -> None:
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "central", "serve", "--port", "0"),
        env=_environment(None, folder),
        stdout=asyncio.subprocess.PIPE,
    )
    assert serving.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            ready = (await serving.stdout.readline()).decode().split()
            told = (await serving.stdout.readline()).decode()
        assert ready[:2] == ["ready", "central"]
        assert told.startswith(f"Board: {ready[2]}/ . Next")
        (pasted,) = re.findall(r"Next, once, in another terminal: `([^`]+)`", told)
        words = shlex.split(pasted.removeprefix("uv run "))
        assert words[:2] == ["central", "setup"]
        set_up = await central(*words[1:], data=folder)
        assert (set_up.code, set_up.complaint) == (0, "")
        async with httpx.AsyncClient(base_url=ready[2], trust_env=False) as client:
            assert (await client.get("/health")).json()["status"] == "ok"
        beside = await central("company", "add", "Acme", data=folder)
        assert (beside.code, beside.complaint) == (0, "")
        assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
        second = await central("serve", "--port", ready[2].rpartition(":")[2], data=folder)
        assert (second.code, second.shown) == (2, "")
        assert "is taken" in second.complaint
        other = await central("serve", "--port", "0", data=folder)
        assert (other.code, other.shown) == (2, "")
        assert (
            f"in use by process {serving.pid} (`central serve`): stop that one" in other.complaint
        )
        await central("store", "add", "S01", "--company", "Acme", data=folder)
        enrolling = await central("enrol-code", "S01", "--company", "Acme", data=folder)
        assert read_invitation(enrolling.shown.splitlines()[1].split()[-1]).url == ready[2]
        serving.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await serving.wait() == 0
    finally:
        if serving.returncode is None:
            serving.kill()
            await serving.wait()
    assert not (folder / "postgres" / "s" / ".s.PGSQL.5432").exists()
    again = await central("company", "add", "Acme", data=folder)
    assert (again.code, "already" in again.shown) == (0, True)


async def test_commands_that_are_typed_at_once_take_turns_on_an_empty_folder(folder: Path) -> None:
    """Each would make the database: the second waits until the first has."""
    done = await asyncio.gather(
        *(
            central_process("company", "add", name, url=None, data=folder)
            for name in ("Acme", "Bolt", "Coil")
        )
    )
    assert [(one.code, one.complaint) for one in done] == [(0, "")] * 3


async def test_a_folder_that_another_command_holds_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.database.chosen.TURN_WITHIN_S", 0)
    with (folder / LOCK_FILE).open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711 ".ljust(40))
        lock.flush()
        done = await central("company", "add", "Acme", data=folder)
    assert (done.code, done.shown) == (2, "")
    assert "is in use by process 4711: stop that one first" in done.complaint


async def test_a_folder_that_cannot_be_used_is_said_with_what_to_do(folder: Path) -> None:
    (folder / "file").touch()
    for data in (folder / "file", folder / "file" / "below"):
        done = await central("company", "add", "Acme", data=data)
        assert (done.code, done.shown) == (2, "")
        assert "name another folder with `--data DIR`" in done.complaint or "a file" in (
            done.complaint
        )


async def test_a_postgresql_that_is_too_old_is_named_with_what_is_needed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.database.chosen.POSTGRES_MIN", 99)
    done = await central("migrate", url=postgres_url)
    assert (done.code, done.shown) == (2, "")
    assert re.search(r"PostgreSQL \d+, and head office needs 99 or newer: upgrade", done.complaint)


async def test_a_database_that_is_away_says_where_and_what_to_do(postgres_url: str) -> None:
    nowhere = f"{postgres_url.replace('/t_', '/u_')}"
    for url, said in (
        ("postgresql://nobody:secret@127.0.0.1:1/none", "Connect"),
        ("postgresql://nobody:secret@no-such-host.invalid/none", "Name or service not known"),
        (nowhere, "does not exist"),
    ):
        done = await central("company", "add", "Acme", url=url)
        assert (done.code, done.shown) == (2, "")
        [line] = done.complaint.splitlines()
        assert said in line
        assert "Check its address" in line
        assert "secret" not in line
