"""Head office goes back to its past: its database is copied, and put back later. What it decided
since stands in its mirror, and everything else is at its boxes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from central.database.programs import programs_here
from central.db.engine import snapshot
from central.demo.day import Shop
from central.demo.errors import DemoCannotRun
from central.demo.scene import Scene, now_s
from central.reports.totals import store_totals
from sync.protocol.counted import counted

COPY = "central.dump"


async def copy_head_office(scene: Scene, _shop: Shop) -> AsyncIterator[str]:
    """As of one instant, while it serves. Somebody else's database is left alone."""
    if scene.stage.database.embedded:
        there = scene.stage.folder / COPY
        await _run(scene, "pg_dump", "--format=custom", f"--file={there}")
        scene.copies[COPY] = there, now_s()
        yield "Head office's database is copied while it serves."


async def put_head_office_back(scene: Scene, _shop: Shop) -> AsyncIterator[str]:
    """What was copied takes the place of what is there, and head office starts from that."""
    if COPY not in scene.copies:
        return
    (there, copied_s), stage = scene.copies.pop(COPY), scene.stage
    before = await _receipts(scene)
    await stage.stop_central()
    await _run(scene, "pg_restore", "--clean", "--if-exists", str(there))
    gone = before - await _receipts(scene)
    yield (
        f"Head office is put back by {now_s() - copied_s:.0f} s: of its "
        f"{counted(before, 'receipt')} {gone:,} are gone."
    )
    await stage.start_central()
    yield "Its mirror has what it decided since, and its boxes send the rest again."


async def _receipts(scene: Scene) -> int:
    async with snapshot(scene.stage.engine) as db:
        totals = [await store_totals(db, store.store_id, None) for store in scene.counted]
    return sum(each.transactions for each in totals)


async def _run(scene: Scene, program: str, *words: str) -> None:
    """One of PostgreSQL's own, on head office's database. Raises DemoCannotRun with its words."""
    programs = programs_here() or Path()
    url = scene.stage.engine.url.set(drivername="postgresql")
    process = await asyncio.create_subprocess_exec(
        str(programs / "bin" / program),
        f"--dbname={url.render_as_string(hide_password=False)}",
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise DemoCannotRun(f"{program} ended with {process.returncode}: {said.decode().strip()}")
