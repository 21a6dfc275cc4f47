"""What a shop and head office keep is read by nobody else on the machine, however its folder was
made."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from central.database.chosen import chosen_database
from central.database.embedded import PostgresServer, running_postgres
from central.office.settings import CentralSettings
from edge.box.folder import KEY_FILE, database_of
from tests.central_fixtures import postgres_template
from tests.edge_store import make_store
from tests.needed import Need
from tests.servers import central_process, edge_process, new_database

__all__ = ["postgres_template"]

NOBODY = "nobody"


def open_to_others(folder: Path) -> dict[str, str]:
    """What others may do with the folder or a file in it: nothing."""
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()}
    modes["."] = stat.S_IMODE(folder.stat().st_mode)
    return {name: oct(mode) for name, mode in modes.items() if mode & 0o077}


def test_a_store_s_folder_is_shut_at_each_start(tmp_path: Path) -> None:
    """A33: a folder that existed with 0755 was kept so, the database was 0644."""
    folder = tmp_path / "S01"
    make_store(folder)
    folder.chmod(0o755)
    for entry in folder.iterdir():
        if entry.name != KEY_FILE:
            entry.chmod(0o644)
    (folder / "note.txt").write_text("")
    (folder / "note.txt").chmod(0o666)
    with edge_process(folder):
        assert open_to_others(folder) == {}
        assert database_of(folder).with_name(f"{database_of(folder).name}-wal").exists()
    assert open_to_others(folder) == {}


def test_head_office_s_folder_is_shut_at_each_start(
    tmp_path: Path, postgres_server: PostgresServer, postgres_template: str
) -> None:
    """A33: the same at head office."""
    folder = tmp_path / "central"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "old").write_text("")
    (folder / "old").chmod(0o644)
    with central_process(folder, new_database(postgres_server, postgres_template)):
        assert open_to_others(folder) == {}


@pytest.fixture
def short() -> Iterator[Path]:
    """Short, for PostgreSQL's socket, and passable."""
    path = Path(tempfile.mkdtemp(prefix="hf-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_the_embedded_database_s_folder_lets_others_pass_at_most(short: Path) -> None:
    """A33: as root PostgreSQL passes through to its own folder; nobody lists or reads anything."""
    (short / "old").write_text("")
    (short / "old").chmod(0o644)
    with chosen_database(CentralSettings(data=short)):
        found = open_to_others(short)
        assert set(found) <= {".", "postgres"}
        assert set(found.values()) <= {"0o711"}
        inside = open_to_others(short / "postgres")
        assert {name for name in inside if not name.startswith("binaries-")} <= {"."}


def as_nobody(*command: str) -> int:
    done = subprocess.run(
        command, user=NOBODY, group="nogroup", extra_groups=[], capture_output=True, check=False
    )
    return done.returncode


@pytest.mark.needs(Need.ROOT)
async def test_other_processes_of_nobody_reach_neither_socket_nor_data(short: Path) -> None:
    """A33: started by root, the database belonged to ``nobody``, and any such process wrote it."""
    with running_postgres(short, durable=False) as server:
        assert as_nobody("/bin/ls", "-d", str(short)) == 0
        for private in ("data", "s", "data/PG_VERSION", "data/pg_hba.conf", "log"):
            assert as_nobody("/bin/cat", str(short / private)) != 0
        assert as_nobody("/usr/bin/test", "-S", str(server.socket_folder / ".s.PGSQL.5432")) != 0
        db = await asyncpg.connect(server.dsn)
        assert await db.fetchval("SELECT 1") == 1
        await db.close()
        owners = {path.stat().st_uid for path in (short / "data").rglob("*")}
    assert len(owners) == 1
    assert owners.isdisjoint({0, 65_534})


@pytest.mark.needs(Need.ROOT)
def test_a_cluster_that_belongs_to_nobody_is_taken_away_from_it(short: Path) -> None:
    """A33: at each start, not only at the first."""
    with running_postgres(short, durable=False):
        pass
    for path in (short / "data", *(short / "data").rglob("*")):
        os.chown(path, 65_534, 65_534)
    with running_postgres(short, durable=False):
        assert as_nobody("/bin/cat", str(short / "data" / "PG_VERSION")) != 0
