"""What every test may ask for: a real PostgreSQL, and a fresh empty database of its own in it."""

import edge  # noqa: F401, I001  must come before whatever imports sqlite3: see edge/__init__.py

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import structlog
import typer.main
import typer.testing
from hypothesis import HealthCheck, settings

from central.database.embedded import PostgresServer, running_postgres
from tests.longer import Run, leaves_out, run_of
from tests.longest_first import dealt
from tests.needed import need
from tests.patience import PATIENCE_S

# The ordinary run tries the same examples every time; HYPOTHESIS_PROFILE=deep looks for new ones.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A shell that starts this in the background has it ignore Ctrl-C, and every program that a test
# starts inherits that: those that a test interrupts would never hear of it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Stores of tests answer on this machine only; a test that wants otherwise says so.
os.environ["EDGE_LAN"] = "false"

if sys.dont_write_bytecode:
    # Whoever wants no bytecode in the tree does not want every program of a run to compile some
    # 2,000 modules again either: 2 of the 4 s of processor that `central serve` takes to start.
    # Workers and programs learn it from the environment, this process here.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

# A command that a test types in its own process would build head office's 130 anew: 70 ms.
pytest.MonkeyPatch().setattr("typer.testing._get_command", cache(typer.main.get_command))

MEMORY_DISK = Path("/dev/shm")
MEMORY_DISK_FREE_BYTES_MIN = 1024**3


RUN = pytest.StashKey[Run]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ordinary run is the one without it."""
    parser.addoption("--longer", action="store_true", help="Run what the ordinary run leaves out.")


def pytest_configure(config: pytest.Config) -> None:
    """Which run this is, its worker's too."""
    told = getattr(config, "workerinput", {}).get("run")
    named = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    asked = run_of(longer=config.getoption("longer"), named=named)
    config.stash[RUN] = asked if told is None else Run(told)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker is given paths, whoever chose them."""
    node.workerinput["run"] = node.config.stash[RUN].value


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """None: pytest's own rules decide."""
    if collection_path.is_file() and leaves_out(config.stash[RUN], collection_path):
        return True
    return None


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is not run is said."""
    said = "the ordinary run: without what tests/longer.py names (`uv run pytest --longer`)"
    return [said] if config.stash[RUN] is Run.ORDINARY else []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest first, where several workers share a run."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        items[:] = dealt(items, workers)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: the collector need not walk a million objects again and
    again."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """``@pytest.mark.needs(Need.ROOT)``: not on a machine that lacks it."""
    for mark in item.iter_markers("needs"):
        for what in mark.args:
            need(what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was skipped is said, once for each reason: a run without a browser has shown less."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2] for report in skipped if len(report.longrepr) == 3)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


def folder_for_databases() -> Path:
    """In memory where there is room: making a database takes 15 ms there and 300 ms on a disk."""
    parent = None
    if MEMORY_DISK.is_dir() and os.access(MEMORY_DISK, os.W_OK):
        disk = os.statvfs(MEMORY_DISK)
        roomy = disk.f_bavail * disk.f_frsize >= MEMORY_DISK_FREE_BYTES_MIN
        # Where `nobody` cannot reach the programs they are copied here, and must be let run.
        parent = MEMORY_DISK if roomy and not disk.f_flag & os.ST_NOEXEC else None
    return Path(tempfile.mkdtemp(prefix="hf-", dir=parent))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each worker of a run. It never waits for the disk."""
    folder = folder_for_databases()
    try:
        with running_postgres(folder, durable=False, deadline_s=PATIENCE_S) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """The database that each test's own is a copy of: empty here.

    A folder of tests that wants the migrated schema overrides this in its own conftest: it makes
    a database once in `postgres_server`, migrates it, closes every connection and gives its name.
    """
    return "template0"


@pytest.fixture
async def postgres_url(
    postgres_server: PostgresServer, postgres_template: str
) -> AsyncIterator[str]:
    """`postgresql+asyncpg://…` of a database that is this test's alone; dropped afterwards."""
    name = f"t_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.dsn_for("postgres"))
    try:
        await admin.execute(
            f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY FILE_COPY"
        )
        yield postgres_server.url_for(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture(autouse=True)
def _logs_as_at_first() -> Iterator[None]:
    """A test that starts a server in its own process leaves no log configuration to the next."""
    yield
    structlog.reset_defaults()
