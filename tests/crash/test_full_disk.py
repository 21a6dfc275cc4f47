"""Group commit on a full disk, through real HTTP: who is refused has left nothing, who was answered
is in the file, and when there is room again the shop sells on."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.crash.client import Workstation
from tests.crash.cycles import finish, log_of, looking_at, refuse_faults
from tests.crash.forge import Forge, Order
from tests.crash.line import Kind, Line, Refused, signed_in
from tests.crash.seed import Seeded
from tests.patience import PATIENCE_S

ROOM_PAGES = 150
"""Some dozens of large baskets."""
ALL_PAGES = 1_000_000
LINES = 60


@pytest.mark.parametrize("mended", ["while it runs", "after a kill"])
async def test_on_a_full_disk_nothing_is_half_done_and_the_shop_sells_on_when_there_is_room(
    forge: Forge, store: Seeded, mended: str
) -> None:
    workstations = store.workstations(len(mended))
    for each in workstations:
        each.lines_max = LINES
    pages = store.folder / "pages"
    with looking_at(store.folder) as db:
        pages.write_text(str(db.execute("PRAGMA page_count").fetchone()[0] + ROOM_PAGES))
    order = Order(str(store.folder), pages_file=str(pages))
    async with forge.serving(order) as served:
        port = await served.ready()
        assert port is not None, log_of(store.folder)
        await fill_the_disk(port, workstations)
        assert sum(len(each.sales) for each in workstations) > len(workstations)
        refuse_traces(store, workstations)
        await look_up(port, workstations)
        pages.write_text(str(ALL_PAGES))
        if mended == "while it runs":
            await asyncio.gather(*(each.trade(port, operations_max=5) for each in workstations))
            assert [each.name for each in workstations if each.pending is not None] == []
    await finish(forge, order, workstations, operations=5)
    refuse_faults(store, workstations, complete=True)
    assert told_unexpected(store.folder) == []


async def fill_the_disk(port: int, workstations: tuple[Workstation, ...]) -> None:
    """Trade until the store refuses every one of them, each with a problem that says why."""
    async with asyncio.timeout(PATIENCE_S):
        ends = await asyncio.gather(
            *(each.trade(port) for each in workstations), return_exceptions=True
        )
    for end in ends:
        assert isinstance(end, Refused), end
        assert end.answer.status == 507
        problem = end.answer.document
        assert problem["type"] == "urn:holdfast:problem:store-disk"
        assert "full" in problem["detail"]
        assert "nothing of this request was kept" in problem["detail"]
        assert problem["remedy"].startswith("Free some space")


def refuse_traces(store: Seeded, workstations: tuple[Workstation, ...]) -> None:
    """Of what was refused there is nothing; what was answered is there."""
    refuse_faults(store, workstations, complete=False)
    refused = [
        each.pending.id.bytes
        for each in workstations
        if each.pending is not None and each.pending.kind is not Kind.SETTLE_TILL
    ]
    assert refused
    with looking_at(store.folder) as db:
        for id_ in refused:
            for table, column in (("journal", "event_id"), ("sale", "sale_id")):
                found = db.execute(f"SELECT 1 FROM {table} WHERE {column} = ?", (id_,)).fetchone()
                assert found is None


async def look_up(port: int, workstations: tuple[Workstation, ...]) -> None:
    """A full disk keeps nobody from seeing what was sold."""
    line = await Line.open(port)
    try:
        for each in workstations:
            for sale_id, told in each.sales.items():
                answer = await line.ask("GET", f"/sales/{sale_id}", b"", signed_in(each.token))
                assert answer.status == 200
                assert answer.document["hash"] == told.hash
    finally:
        line.close()


def told_unexpected(folder: Path) -> list[str]:
    """Errors in the log that are no refusal of the disk."""
    lines = [json.loads(line) for line in log_of(folder).splitlines() if line.startswith("{")]
    return [
        str(line)
        for line in lines
        if line["level"] == "error" and line.get("type") != "urn:holdfast:problem:store-disk"
    ]
