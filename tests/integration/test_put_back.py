"""Head office's database is put back to an older state: with its mirror it knows, takes back what
it had decided and published since, and begins a new incarnation; boxes send the rest again."""

from typing import Any, NamedTuple

from central.db.engine import unit_of_work
from central.reports.incarnation import still_expected
from central.usecases.box.revoke import revoke_box
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.people.note_act import note_act
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from sync.protocol.facts import TenderKind
from sync.protocol.identity import CompanyId, StoreId, TenderId
from sync.protocol.reference import DataSet, Tender
from tests.central_fixtures import (
    NOW_MS,
    Served,
    TestedBox,
    postgres_template,
    problem,
    serving,
)
from tests.put_back import Chain, chain, delivered, known_key, reached, whole

__all__ = ["chain", "postgres_template"]
LATER_MS = NOW_MS + 3_600_000
VOUCHER = Tender(TenderId("voucher"), "Voucher", TenderKind.VOUCHER)


async def state(served: Served) -> tuple[Any, ...]:
    (row,) = await served.rows(
        "SELECT incarnation, parent_incarnation, last_decision_no, last_decision_hash, mirror_no,"
        " lost_since_ms FROM central_state"
    )
    return row


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
    async with serving(chain.url, mirror=chain.mirror, now_ms=LATER_MS) as served:
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
        "SELECT * FROM right_account ORDER BY company_id, account_id",
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
