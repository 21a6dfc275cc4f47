"""Which key is head office's own: the database says whose public half it is, the folder has it.

The first process on a fresh database makes the key and writes its public half down, in one unit of
work under the row lock of central_state. From then on a process whose folder has another key, or
none, does not start: a second folder, or a restored database on a new machine, would sign with a
key that no box knows.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.db.credentials import OfficeKey
from central.db.decisions import lock_decisions
from central.db.engine import unit_of_work
from central.db.key_file import (
    KEY_FILE,
    BadKeyFile,
    find_key,
    fingerprint,
    load_or_make_key,
    public_half,
)
from central.db.tables import table

_KEYS = table(OfficeKey)


class AnotherKey(BadKeyFile):
    """The database belongs to a head office with another key."""


async def own_key(engine: AsyncEngine, folder: Path, now_ms: int) -> Ed25519PrivateKey:
    """The key in ``folder``, if it is this database's; made where the database knows none yet.
    Raises AnotherKey, BadKeyFile, OSError."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        known = await current_key(db)
        if known is None:
            key = load_or_make_key(folder)
            await _write_down(db, public_half(key), now_ms)
            return key
    found = find_key(folder)
    if found is None or public_half(found) != known:
        raise _another(folder, known, found)
    return found


async def central_key(engine: AsyncEngine, folder: Path, now_ms: int) -> bytes:
    """The public half of the key that signs, which is made where there is none yet. Raises
    AnotherKey, BadKeyFile, OSError."""
    async with unit_of_work(engine) as db:
        known = await current_key(db)
    return known or public_half(await own_key(engine, folder, now_ms))


async def current_key(db: AsyncConnection) -> bytes | None:
    """The public half of the key that signs; None before the first start."""
    found: bytes | None = await db.scalar(select(_KEYS.c.public_key).where(_KEYS.c.current))
    return found


async def known_keys(db: AsyncConnection) -> tuple[bytes, ...]:
    """Public halves of every key that ever signed here."""
    return tuple(await db.scalars(select(_KEYS.c.public_key).order_by(_KEYS.c.since_ms)))


async def replace_key(engine: AsyncEngine, folder: Path, now_ms: int) -> bytes:
    """From now on the key in ``folder`` (made if there is none) is head office's own, because the
    one before is lost or known to strangers; its public half. Boxes that were enrolled under
    another one must be enrolled again. Raises BadKeyFile, OSError."""
    async with unit_of_work(engine) as db:
        await lock_decisions(db)
        public_key = public_half(load_or_make_key(folder))
        await db.execute(update(_KEYS).where(_KEYS.c.current).values(current=False))
        await _write_down(db, public_key, now_ms)
    return public_key


async def _write_down(db: AsyncConnection, public_key: bytes, now_ms: int) -> None:
    row = {"public_key": public_key, "since_ms": now_ms, "current": True}
    await db.execute(
        insert(_KEYS)
        .values(row)
        .on_conflict_do_update(index_elements=["public_key"], set_={"current": True})
    )


def _another(folder: Path, known: bytes, found: Ed25519PrivateKey | None) -> AnotherKey:
    path = folder / KEY_FILE
    has = f"{path} is {fingerprint(public_half(found))}" if found else f"there is no {path}"
    return AnotherKey(
        f"The database belongs to the head office with the key {fingerprint(known)}, and {has}:"
        f" copy {KEY_FILE} from that head office's folder, or name its folder with `--data DIR`."
        " Where that key is lost for good: `central key replace`, and enrol every box again."
    )
