"""A box that was put back takes from its tills what it lacks, also where head office has it."""

from pathlib import Path
from sqlite3 import Connection

from edge.box.box import draw_opening
from edge.db.epochs import writing
from edge.usecases.box.branch_off import branch_off
from sync.engine.outbox import BranchCause
from tests.edge_store import open_store, sale


async def test_a_receipt_that_a_put_back_box_lacks_is_taken_though_head_office_has_it(
    tmp_path: Path,
) -> None:
    """The simulation's put-backs, seed 8: a line that had come back before was taken back again,
    for no till offered what was acknowledged."""
    async with open_store(tmp_path / "S01") as till:
        await till.open_shop()
        await till.call("POST", "/sales", sale())
        before = (await till.call("GET", "/sync")).json()
        assert before["missing"] == []
        left = before["epoch"]

        def leave(db: Connection) -> None:
            opening, moment = draw_opening(till.box.device_key), till.box.clock.moment()
            why = (BranchCause.REWOUND, "put back", moment, opening)
            branch_off(db, writing(db).epoch, *why)

        await till.box.writer.run(leave)
        # By this a till knows that what was acknowledged is worth nothing, and offers all of it.
        assert (await till.call("GET", "/sync")).json()["epoch"] != left
        lost = {"epoch": left, "seq": before["last_seq"] + 1, "hash": "ab" * 32}
        offered = await till.call("POST", "/kept/offers", {"kept": [lost]})
        assert offered.json() == {"standings": ["wanted"]}
