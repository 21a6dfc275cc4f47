"""Begins head office's mirror in another folder, or ends it: a person's word, because its disk is
lost or another one shall hold it."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from central.db.decisions import lock_decisions
from central.db.engine import driver_of, snapshot, unit_of_work
from central.db.mirrored import OPTION
from central.usecases.people.note_act import note_act

_FORGET = "UPDATE central_state SET mirror_no = NULL, mirror_hash = NULL"
_ENTRIES = "SELECT mirror_no FROM central_state WHERE one = 1"


class Mirrored(NamedTuple):
    """``entries``: how many the database has put into its mirror; None: it has none."""

    entries: int | None


async def read_mirrored(engine: AsyncEngine) -> Mirrored:
    """As the database says."""
    async with snapshot(engine) as db:
        return Mirrored(await (await driver_of(db)).fetchval(_ENTRIES))


async def forget_mirror(engine: AsyncEngine, who: str, folder: str, now_ms: int) -> None:
    """From now on the database has no mirror, until one begins with everything that there is."""
    async with unit_of_work(engine.execution_options(**{OPTION: None})) as db:
        await lock_decisions(db)
        await (await driver_of(db)).execute(_FORGET)
        await note_act(db, None, who, "mirror_ended", folder, "", now_ms)
