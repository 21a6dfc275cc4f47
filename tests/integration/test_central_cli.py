"""Head office from the command line, as its people use it: real processes and a real database."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from central.keys import KEY_FILE
from tests.central_fixtures import postgres_template
from tests.conftest import folder_for_databases

__all__ = ["postgres_template"]

DEADLINE_S = 120


def central(
    *arguments: str, url: str | None = None, data: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "central", *arguments],
        env=_environment(url, data),
        input=typed,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def _environment(url: str | None, data: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CENTRAL_")}
    return {
        **kept,
        "COLUMNS": "100",
        **({"CENTRAL_DATABASE_URL": url} if url else {}),
        **({"CENTRAL_DATA": str(data)} if data else {}),
    }


async def in_thread(
    *arguments: str, url: str | None = None, data: Path | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(central, *arguments, url=url, data=data, typed=typed)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that PostgreSQL's user can reach, with a short path."""
    made = folder_for_databases()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


async def test_a_head_office_is_set_up_by_hand(postgres_url: str) -> None:
    for arguments, typed, said in (
        (("migrate",), "", "Next: `central serve`."),
        (("company", "add", "Acme"), "", "Next: `central store add CODE`."),
        (("store", "add", "S01", "--name", "Orchard"), "", "Next: `central enrol-code S01`."),
        (("load-sample",), "", "Next: `central enrol-code STORE`."),
        (("operator", "add", "O77", "Zoë"), "", "next pull."),
        (("user", "add", "ann@example.com", "--name", "Ann"), "four good words here\n", "token"),
        (("token", "add", "ci"), "", "Bearer TOKEN`."),
        (("enrol-code", "S01"), "", "--data DIR`."),
        (("rebuild",), "", "Next: `central verify`."),
        (("verify",), "", "what its journal says."),
    ):
        done = await in_thread(*arguments, url=postgres_url, typed=typed)
        assert (arguments, done.returncode, done.stderr) == (arguments, 0, "")
        assert done.stdout.splitlines()[-1].endswith(said) or said in done.stdout


async def test_what_a_command_cannot_do_is_said_in_one_sentence(
    postgres_url: str, tmp_path: Path
) -> None:
    await in_thread("company", "add", "Acme", url=postgres_url)
    open_key = tmp_path / "open"
    open_key.mkdir()
    (open_key / KEY_FILE).write_bytes(bytes(32))
    (open_key / KEY_FILE).chmod(0o644)
    short_key = tmp_path / "short"
    short_key.mkdir()
    (short_key / KEY_FILE).touch(0o600)
    away = "postgresql://nobody:secret@127.0.0.1:1/none"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments, url, data, said in (
            (("serve", "--port", port), postgres_url, tmp_path, "is taken"),
            (("serve", "--port", "0"), postgres_url, open_key, "may be read by others"),
            (("serve", "--port", "0"), postgres_url, short_key, "a key has 32"),
            (("serve", "--port", "0"), away, tmp_path, "refuses"),
            (("migrate",), away, None, "refuses"),
            (("migrate",), "mysql://a/b", None, "PostgreSQL URL"),
            (("company", "add", "Acme"), postgres_url, None, "already"),
            (("company", "add", "B", "--currency", "sgd"), postgres_url, None, "capital letters"),
            (("company", "add", "a\tb"), postgres_url, None, "control characters"),
            (("store", "add", "S 1"), postgres_url, None, "letters, digits"),
            (("store", "add", "S1", "--zone", "Mars"), postgres_url, None, "time zone"),
            (("store", "add", "S1", "--company", "Bolt"), postgres_url, None, "no company Bolt"),
            (("enrol-code", "S9"), postgres_url, None, "no store S9"),
            (("user", "add", "ann", "--name", "Ann"), postgres_url, None, "characters"),
        ):
            done = await in_thread(*arguments, url=url, data=data)
            assert (arguments, done.returncode, done.stdout) == (arguments, 2, "")
            [line] = done.stderr.splitlines()
            assert line.startswith("central: ")
            assert said in line
            assert "secret" not in line


async def test_a_database_that_was_not_migrated_says_so(postgres_url: str) -> None:
    await in_thread("migrate", url=postgres_url)
    from central.db.engine import open_engine
    from central.db.migrate import downgrade

    engine = open_engine(postgres_url)
    await downgrade(engine, "base")
    await engine.dispose()
    done = await in_thread("company", "add", "Acme", url=postgres_url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "run `central migrate` first" in done.stderr


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
        async with asyncio.timeout(DEADLINE_S):
            ready = (await serving.stdout.readline()).decode().split()
        assert ready[:2] == ["ready", "central"]
        async with httpx.AsyncClient(base_url=ready[2], trust_env=False) as client:
            assert (await client.get("/health")).json()["status"] == "ok"
        beside = await in_thread("company", "add", "Acme", data=folder)
        assert (beside.returncode, beside.stderr) == (0, "")
        assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
        second = await in_thread("serve", "--port", ready[2].rpartition(":")[2], data=folder)
        assert (second.returncode, second.stdout) == (2, "")
        serving.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            assert await serving.wait() == 0
    finally:
        if serving.returncode is None:
            serving.kill()
            await serving.wait()
    assert not (folder / "postgres" / "s" / ".s.PGSQL.5432").exists()
    again = await in_thread("company", "add", "Acme", data=folder)
    assert (again.returncode, "already" in again.stderr) == (2, True)
