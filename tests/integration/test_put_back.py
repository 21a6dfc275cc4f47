"""Head office's database is put back to an older state: with its mirror it knows, takes back what
it had decided and published since, and begins a new incarnation; boxes send the rest again."""

from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from central.database.embedded import PostgresServer
from central.db.engine import unit_of_work
from central.db.key_file import public_half
from central.db.tables import metadata
from central.reports.incarnation import still_expected
from central.usecases.box.revoke import revoke_box
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.apply_events import apply_events
from central.usecases.people.note_act import note_act
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import verify_head_office
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from sync.protocol.facts import TenderKind
from sync.protocol.identity import CompanyId, StoreId, TenderId
from sync.protocol.reference import DataSet, Tender
from tests.central_fixtures import (
    CENTRAL_KEY,
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)

__all__ = ["postgres_template"]
VOUCHER = Tender(TenderId("voucher"), "Voucher", TenderKind.VOUCHER)


class Chain:
    """A head office whose database can be copied and put back."""

    def __init__(self, server: PostgresServer, mirror: Path) -> None:
        self.server, self.mirror, self.names = server, mirror, [f"chain_{uuid4().hex}"]

    @property
    def url(self) -> str:
        return self.server.url_for(self.names[-1])

    async def begin(self, template: str) -> None:
        await self._execute(f"CREATE DATABASE {self.names[0]} TEMPLATE {template}")

    async def copy(self) -> str:
        """A copy of it as it is now; nobody works on it."""
        name = f"copy_{uuid4().hex}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {self.names[-1]}")
        return name

    def put_back(self, copy: str) -> None:
        self.names.append(copy)

    async def _execute(self, statement: str) -> None:
        admin = await asyncpg.connect(self.server.dsn_for("postgres"))
        await admin.execute(statement)
        await admin.close()


@pytest.fixture
async def chain(postgres_server: PostgresServer, postgres_template: str, tmp_path: Path) -> Chain:
    (tmp_path / "mirror").mkdir()
    chain = Chain(postgres_server, tmp_path / "mirror")
    await chain.begin(postgres_template)
    return chain


def reached(box: TestedBox, served: Served) -> TestedBox:
    box.client = served.client
    return box


async def delivered(box: TestedBox, first: int = 1) -> None:
    answer = await box.push_events(first, len(box.events))
    assert answer.status_code == 200, answer.text


async def state(served: Served) -> tuple[Any, ...]:
    (row,) = await served.rows(
        "SELECT incarnation, parent_incarnation, last_decision_no, last_decision_hash, mirror_no,"
        " lost_since_ms FROM central_state"
    )
    return row


async def whole(served: Served) -> None:
    """Everything that arrived is counted, nothing contradicts anything."""
    for key in await served.office.archive.streams():
        while (await apply_events(served.office.archive, *key)).more:
            pass
    await drain_publications(served.engine)
    assert (await verify_head_office(served.engine)).findings == ()
    await rebuild_projections(served.engine)
    assert (await verify_head_office(served.engine)).findings == ()


async def test_what_was_decided_since_the_copy_comes_back_with_the_same_numbers_and_hashes(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        first_store = await served.store(company, "S01")
        await known_key(served)
        old = await served.enrolled(first_store)
        old.record(3)
        await delivered(old)
    copy = await chain.copy()
    async with serving(chain.url, mirror=chain.mirror) as served:
        boxes = await decided_since(served, company, first_store, old)
        before = await state(served)
        decisions = await served.rows("SELECT * FROM decision ORDER BY decision_no")
        await whole(served)
        kept = await own_rows(served)
    chain.put_back(copy)
    async with serving(chain.url, mirror=chain.mirror) as served:
        after = await state(served)
        assert (after[1], after[2]) == (before[0], before[2] + 1)
        assert after[0] != before[0]
        assert after[5] is None
        again = await served.rows("SELECT * FROM decision ORDER BY decision_no")
        assert again[: len(decisions)] == decisions
        assert again[-1][2] == "incarnation_begun"
        async with unit_of_work(served.engine) as db:
            waiting = {(one.store_code, one.what) for one in await still_expected(db)}
        assert waiting == {("S01", "contact"), ("S02", "contact"), ("S03", "contact")}
        await sent_again(served, boxes)
        await whole(served)
        async with unit_of_work(served.engine) as db:
            assert [one.store_code for one in await still_expected(db)] == ["S03"]
        assert await own_rows(served) == kept


async def known_key(served: Served) -> None:
    """Head office's key is written down, as at its first start."""
    async with unit_of_work(served.engine) as db:
        row = {"public_key": public_half(CENTRAL_KEY), "since_ms": NOW_MS, "current": True}
        await db.execute(metadata.tables["office_key"].insert(), row)


class Boxes(NamedTuple):
    """``line``: those that head office never met in the copy, in the order in which they send."""

    old: TestedBox
    stolen: TestedBox
    line: tuple[TestedBox, ...]


async def decided_since(
    served: Served, company: CompanyId, first_store: StoreId, old: TestedBox
) -> Boxes:
    """More events; another box of the store; a sample of goods and people; two more stores, the box
    of one of which went on by itself, and of the other was stolen; a way to pay."""
    reached(old, served).record(2)
    await delivered(old, 4)
    async with unit_of_work(served.engine) as db:
        await load_sample(db, company, NOW_MS)
    new = await filled(await served.enrolled(first_store))
    other = await filled(await served.enrolled(await served.store(company, "S02")))
    branch = other.branched()
    assert (await branch.ratify()).status_code == 200
    await filled(branch)
    stolen = await served.enrolled(await served.store(company, "S03"))
    stolen.record(1)
    async with unit_of_work(served.engine) as db:
        await publish_rows(db, company, DataSet.TENDERS, [VOUCHER])
        await note_act(db, company, "tests", "tender_set", "voucher", "", NOW_MS)
    async with unit_of_work(served.engine) as db:
        await revoke_box(db, company, stolen.me.store_id, None, "stolen", NOW_MS)
    await drain_publications(served.engine)
    return Boxes(old, stolen, (new, other, branch))


async def filled(box: TestedBox) -> TestedBox:
    box.record(2)
    await delivered(box)
    return box


async def own_rows(served: Served) -> list[Any]:
    """What is in force, and what head office knows of its own."""
    found: list[Any] = []
    for statement in (
        "SELECT company_id, name, currency FROM company ORDER BY 1",
        "SELECT store_id, code, settings, last_epoch_number, last_epoch_fingerprint FROM store"
        " ORDER BY 1",
        "SELECT device_id, public_key, revoked FROM device ORDER BY 1",
        "SELECT store_id, epoch_number, epoch_fingerprint, genesis, state, sealed_through,"
        " watermark, head_hash FROM stream ORDER BY 1, 2, 3",
        "SELECT data_set, scope, key, body FROM feed_latest ORDER BY 1, 2, 3",
        "SELECT customer_id, key FROM personal_key ORDER BY 1",
        "SELECT code_key, item_id FROM live_code ORDER BY 1",
        "SELECT item_id, body FROM listed_item ORDER BY 1",
        "SELECT * FROM points_account ORDER BY company_id, customer_id",
        "SELECT store_id, epoch_number, seq, hash FROM raw_event ORDER BY 1, 2, epoch_fingerprint,"
        " 3",
        "SELECT code_hash, redeemed_by, ended_at_ms FROM enrol_code ORDER BY 1",
    ):
        found.append(await served.rows(statement))
    return found


async def sent_again(served: Served, boxes: Boxes) -> None:
    """Each box calls, is told that less is here than it knew, and sends the rest."""
    for box in boxes.line:
        answer = await reached(box, served).get(f"/v1/stores/{box.me.store_id}/feeds")
        assert decode(Acknowledgement, answer.content).acknowledged_through == 0
        await delivered(box)
    pushed = await reached(boxes.old, served).push_tail(4, 5)
    assert pushed.status_code == 200, pushed.text
    stolen = await reached(boxes.stolen, served).push_events(1, 1)
    assert problem(stolen) == (403, "device-revoked")
