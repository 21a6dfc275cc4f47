"""A box that is killed while it goes on in another epoch has done all of it or nothing: no event is
lost or carried twice, and no number is used again."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.db.epochs import held_epochs
from edge.db.journal import read_head, verify_chain
from edge.db.told_mark import MARK_FILE
from edge.domain.epoch import EpochState
from sync.engine.signing import head_text
from sync.protocol.change import Head
from tests.edge_store import open_store, sale

POINTS = ("epoch_opened", "epoch_carried", "before_commit", "after_commit")


async def sell(folder: Path, times: int) -> list[str]:
    async with open_store(folder) as till:
        await till.open_shop()
        answers = [await till.call("POST", "/sales", sale()) for _ in range(times)]
        head = await till.box.reader.read(read_head)
    numbers = [answer.json()["receipt_number"] for answer in answers]
    told = Head(head.epoch, head.seq + 5, b"t" * 32)
    (folder / MARK_FILE).write_text(f"{head_text(told)}\n")
    return numbers


async def sold_on(folder: Path, before: list[str]) -> None:
    """What the next start finds."""
    async with open_store(folder) as till:
        held = await till.box.reader.read(held_epochs)
        assert [one.state for one in held] == [EpochState.LEFT, EpochState.WRITING]
        count = "SELECT count(*) FROM journal WHERE kind = 'event_recovered'"
        carried = await till.box.reader.read(lambda db: db.execute(count).fetchone()[0])
        assert carried == held[0].head.seq, "each once: head office had none of them"
        for one in held:
            walked = await till.box.reader.read(lambda db, of=one: verify_chain(db, epoch=of.epoch))  # type: ignore[misc]  # mypy does not infer a lambda's default
            assert walked.first_bad_seq is None
        sold = await till.call("POST", "/sales", sale())
        assert sold.json()["receipt_number"] == f"S01-W1-E{held[1].epoch}-000001"
        assert sold.json()["receipt_number"] not in before


@pytest.mark.parametrize("point", POINTS)
def test_a_box_killed_while_it_opens_an_epoch_has_opened_one_or_none(
    tmp_path: Path, point: str
) -> None:
    folder = tmp_path / "S01"
    before = asyncio.run(sell(folder, 3))
    command = [sys.executable, "-m", "edge", "verify", "--data", str(folder)]
    killed = subprocess.run(
        command, env={**os.environ, "HOLDFAST_CRASH_AT": point}, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed
    asyncio.run(sold_on(folder, before))
