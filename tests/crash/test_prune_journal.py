"""A box that is killed while it takes old rows away has taken a piece away whole or nothing of it:
the chain begins where its journal says, and everything behind is there."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.box.folder import database_of
from edge.db.connection.writer import AioWriter
from edge.db.epochs import writing
from edge.db.journal import acknowledge, verify_chain
from edge.usecases.box.prune_journal import ROWS_AT_ONCE
from tests.edge_store import open_store, sale

SALES = 2 * ROWS_AT_ONCE
PRUNE = """
import asyncio, sys
from pathlib import Path
from uuid import uuid4

from edge.box.clock import StoreClock
from edge.db.connection.writer import AioWriter
from edge.usecases.box.prune_journal import prune_journal
from sync.protocol.identity import BootId

async def main():
    moment = StoreClock(BootId(uuid4())).moment()
    async with await AioWriter.open(Path(sys.argv[1])) as writer:
        while await writer.run(
            lambda db: prune_journal(db, moment, 0, is_short=True, alarm_id=uuid4())
        ):
            pass

asyncio.run(main())
"""


async def sell(folder: Path) -> None:
    """A store with more than one piece that head office has, and no day that keeps it."""
    async with open_store(folder) as till:
        await till.open_shop()
        for _ in range(SALES):
            await till.call("POST", "/sales", sale())
    async with await AioWriter.open(database_of(folder)) as writer:
        head = (await writer.run(writing)).head
        await writer.run(lambda db: acknowledge(db, head.seq, head.hash))
        await writer.run(lambda db: db.execute("DELETE FROM business_day") and None)


async def pieces(folder: Path) -> int:
    """How many went, each whole."""
    async with await AioWriter.open(database_of(folder)) as writer:
        held = await writer.run(writing)
        walked = await writer.run(verify_chain)
        rows = await writer.run(lambda db: db.execute("SELECT count(*) FROM journal").fetchone())
    assert (walked.first_bad_seq, walked.pruned_through) == (None, held.pruned_through)
    assert rows == (held.head.seq - held.pruned_through,)
    return held.pruned_through // ROWS_AT_ONCE


@pytest.mark.parametrize(
    ("point", "gone"),
    [("journal_pruned", 0), ("before_commit", 0), ("after_commit", 1), ("journal_pruned:2", 1)],
)
def test_a_box_killed_while_it_prunes_has_done_a_piece_or_none_of_it(
    tmp_path: Path, point: str, gone: int
) -> None:
    folder = tmp_path / "S01"
    asyncio.run(sell(folder))
    command = [sys.executable, "-c", PRUNE, str(database_of(folder))]
    killed = subprocess.run(
        command, env={**os.environ, "HOLDFAST_CRASH_AT": point}, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed
    assert asyncio.run(pieces(folder)) == gone
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.returncode == 0
    assert asyncio.run(pieces(folder)) == SALES // ROWS_AT_ONCE
