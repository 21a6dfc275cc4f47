"""Which database a command works on: the one that was named, or the embedded one in the folder.

The embedded server runs as long as the command that started it. A lock in the folder gives each
command its turn: one that finds ``central serve`` at work uses its server, any other waits until it
owns the folder. Only ``serve`` and commands on the embedded database bring its schema up to date by
themselves: a named one is migrated by ``central migrate``.
"""

import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from asyncpg import InterfaceError, PostgresError
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from central.database.embedded import DATABASE, ROLE
from central.database.kept import KeptPostgres, kept_postgres
from central.db.engine import database_url, open_engine, unit_of_work
from central.db.key_file import KEY_FILE
from central.db.migrate import is_current, upgrade
from central.db.mirror_files import MirrorFiles
from central.db.mirrored import OPTION, Mirror
from central.office.settings import CentralSettings, mirror_folder
from central.usecases.company.own_key import own_key
from central.usecases.decision.look_back import look_back
from sync.program.private_folder import OTHERS_PASS, OWNER_ONLY, keep_private

EMBEDDED_FOLDER = "postgres"
LOCK_FILE = "postgres.lock"
HOLDER_BYTES_MAX = 40
TURN_WITHIN_S = 60
LOOK_EVERY_S = 0.1
POSTGRES_MIN = 15
"""The oldest major version that the whole product was run on."""
_SERVING = "serve"


class CannotRun(Exception):
    """A command cannot do its work; ``str()`` is one sentence for a person."""


class Database(NamedTuple):
    """``embedded``: it lies in the folder and is ours alone; ``kept``: we started it. ``mirror``:
    the folder of its decisions' mirror, and ``data``: that of the key that is sealed under."""

    url: str
    embedded: bool
    kept: KeptPostgres | None = None
    mirror: Path | None = None
    data: Path = Path()


@contextmanager
def chosen_database(settings: CentralSettings, *, serving: bool = False) -> Iterator[Database]:
    """The database inside the block. Blocks while the embedded one starts, or is another command's;
    call it from the main thread. Raises BadDatabaseUrl, PostgresCannotStart, CannotRun."""
    _shut(settings)
    if settings.database_url is not None:
        url = database_url(settings.database_url)
        yield Database(url, embedded=False, mirror=mirror_folder(settings), data=settings.data)
        return
    folder = settings.data.absolute() / EMBEDDED_FOLDER
    lock = os.open(settings.data / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _await_turn(lock, settings.data, serving=serving):
            sockets = quote(str(folder.resolve() / "s"))
            url = f"postgresql+asyncpg://{ROLE}@/{DATABASE}?host={sockets}"
            yield Database(url, embedded=True, mirror=mirror_folder(settings), data=settings.data)
            return
        with kept_postgres(folder) as kept:
            if serving:
                _sign(lock, _SERVING)
            try:
                mirror = mirror_folder(settings)
                yield Database(kept.server.url, True, kept, mirror, settings.data)
            finally:
                _sign(lock)
    finally:
        os.close(lock)


def _shut(settings: CentralSettings) -> None:
    """The folder and its files are this user's alone, also one that was made otherwise. As root
    PostgreSQL is another user, who passes through to a folder of its own."""
    embedded = settings.database_url is None or (settings.data / EMBEDDED_FOLDER).exists()
    mode = OTHERS_PASS if embedded and os.geteuid() == 0 else OWNER_ONLY
    if settings.database_url is None:
        settings.data.mkdir(mode=mode, parents=True, exist_ok=True)
    if settings.data.is_dir():
        keep_private(settings.data, mode=mode, leave={KEY_FILE})


def _await_turn(lock: int, data: Path, *, serving: bool) -> bool:
    """True when the folder is ours; False where ``serve`` holds it and its server may be used."""
    ends_at = time.monotonic() + TURN_WITHIN_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            process, at_work = _holder(lock)
        else:
            _sign(lock)
            return True
        if at_work and not serving:
            return False
        if at_work or time.monotonic() > ends_at:
            raise CannotRun(
                f"{data} is in use by process {process}"
                f"{' (`central serve`)' if at_work else ''}: stop that one first, or name another "
                "folder with `--data DIR`."
            )
        time.sleep(LOOK_EVERY_S)


def _holder(lock: int) -> tuple[str, bool]:
    """The process that holds the lock, and whether it serves."""
    process, _, doing = os.pread(lock, HOLDER_BYTES_MAX, 0).decode().partition(" ")
    return process or "of another command", doing.strip() == _SERVING


def _sign(lock: int, doing: str = "") -> None:
    """Say in the lock who holds it. Its length stays: a reader never sees half of it."""
    os.pwrite(lock, f"{os.getpid()} {doing}".ljust(HOLDER_BYTES_MAX).encode(), 0)


@asynccontextmanager
async def engine_of(database: Database, *, migrating: bool = False) -> AsyncIterator[AsyncEngine]:
    """An engine on a database with the newest schema, which was held against its mirror. Raises
    CannotRun, BadKeyFile."""
    engine = open_engine(database.url)
    try:
        with telling_of_database(database):
            await _refuse_old(engine)
            current = await is_current(engine)
            if not current and not migrating and not database.embedded:
                raise CannotRun("The database is not migrated: run `central migrate` first.")
            if not current:
                await upgrade(engine)
        async with _mirrored(engine, database) as mirrored:
            yield mirrored
    finally:
        await engine.dispose()


@asynccontextmanager
async def _mirrored(engine: AsyncEngine, database: Database) -> AsyncIterator[AsyncEngine]:
    """The engine with its mirror, if there is one, after a look at whether the database was put
    back to its past."""
    now_ms = time.time_ns() // 1_000_000
    if database.mirror is None:
        with telling_of_database(database):
            await look_back(engine, now_ms)
        yield engine
        return
    key = await own_key(engine, database.data, now_ms)
    files = MirrorFiles(database.mirror)
    mirrored = engine.execution_options(**{OPTION: Mirror(files, key)})
    try:
        with telling_of_database(database):
            await look_back(mirrored, now_ms)
        yield mirrored
    finally:
        files.close()


async def _refuse_old(engine: AsyncEngine) -> None:
    async with unit_of_work(engine) as db:
        number = int(str(await db.scalar(text("SHOW server_version_num"))))
    if number // 10_000 < POSTGRES_MIN:
        raise CannotRun(
            f"The database is PostgreSQL {number // 10_000}, and head office needs {POSTGRES_MIN} "
            "or newer: upgrade it, or name another with `--database-url`."
        )


@contextmanager
def telling_of_database(database: Database) -> Iterator[None]:
    """What the database says against it, in one sentence. Raises CannotRun."""
    try:
        yield
    except (SQLAlchemyError, PostgresError, InterfaceError, OSError) as error:
        url = make_url(database.url).set(drivername="postgresql")
        shown = url.render_as_string(hide_password=True)
        said = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no answer"]
        raise CannotRun(
            f"The database {shown} refuses: {said[0].rstrip('.')}. Check its address, that "
            "PostgreSQL runs there and that it lets this user in; then run this again."
        ) from error
