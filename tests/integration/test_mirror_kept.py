"""Nothing is answered that is not in the mirror, and nothing is kept of what could not be: a disk
that is away, a process that knows of no mirror, one that is killed, a database that is put back
under a head office that runs."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from central.db.engine import unit_of_work
from central.db.mirror_files import MirrorFiles
from central.domain.mirror import NONE_YET, NotMirrored, Verdict, compare
from central.usecases.decision.look_back import look_back
from central.usecases.feed.publish_reference import publish_rows
from sync.protocol.facts import TenderKind
from sync.protocol.identity import CompanyId, TenderId
from sync.protocol.reference import DataSet, Tender
from tests.central_fixtures import NOW_MS, Served, TestedBox, postgres_template, problem, serving
from tests.put_back import Chain, chain, known_key

__all__ = ["chain", "postgres_template"]
VOUCHER = Tender(TenderId("voucher"), "Voucher", TenderKind.VOUCHER)


async def publish(served: Served, company: CompanyId) -> None:
    async with unit_of_work(served.engine) as db:
        await publish_rows(db, company, DataSet.TENDERS, [VOUCHER])


async def state(served: Served) -> tuple[object, ...]:
    (row,) = await served.rows(
        "SELECT last_decision_no, mirror_no, incarnation,"
        " (SELECT count(*) FROM publication WHERE data_set = 'tenders'),"
        " (SELECT count(*) FROM stream), (SELECT count(*) FROM device) FROM central_state"
    )
    return row


async def test_with_its_mirror_away_head_office_decides_nothing_and_keeps_nothing_of_it(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        store = await served.store(company, "S01")
        box = await served.enrolled(store)
        code = await served.code(store)
        before = await state(served)
        away = chain.mirror.rename(chain.mirror.with_name("away"))
        refused = await TestedBox(served.client).enrol(code)
        assert problem(refused) == (503, "not-mirrored")
        with pytest.raises(NotMirrored, match="there is no such folder"):
            await publish(served, company)
        assert await state(served) == before
        box.record(2)
        assert (await box.push_events(1, 2)).status_code == 200
        away.rename(chain.mirror)
        await publish(served, company)
        assert (await TestedBox(served.client).enrol(code)).status_code == 200


async def test_an_empty_folder_in_the_mirrors_place_is_not_taken_for_it(chain: Chain) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await served.store(company, "S01")
    (empty := chain.mirror.with_name("empty")).mkdir()
    async with serving(chain.url, mirror=empty) as served:
        with pytest.raises(NotMirrored, match="lacks what the database has put there"):
            await publish(served, company)
    assert list(empty.iterdir()) == []


async def test_a_process_that_knows_of_no_mirror_decides_nothing_where_there_is_one(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
    async with serving(chain.url) as served:
        with pytest.raises(NotMirrored, match="was not told where"):
            await publish(served, company)


async def test_another_head_offices_mirror_is_not_taken(chain: Chain, tmp_path: Path) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
    (other := tmp_path / "other").mkdir()
    other_chain = Chain(chain.server, other)
    await other_chain.begin(await chain.copy())
    async with serving(chain.url, mirror=chain.mirror) as served:
        for _ in range(3):
            await publish(served, company)
    async with serving(other_chain.url) as served:
        await served.rows(
            "UPDATE central_state SET mirror_no = NULL, mirror_hash = NULL RETURNING 1"
        )
    async with serving(other_chain.url, mirror=other) as served:
        await served.company("Another")
    async with serving(other_chain.url, mirror=chain.mirror) as served:
        with pytest.raises(NotMirrored, match="another database's"):
            await publish(served, (await served.rows("SELECT company_id FROM company"))[0][0])


async def test_a_database_that_is_put_back_under_a_running_head_office_is_found_out(
    chain: Chain,
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        before = await state(served)
        await publish(served, company)
        ((number,),) = await served.rows("SELECT mirror_no FROM central_state")
        earlier = next(
            link for link in MirrorFiles(chain.mirror).links() if link.number == number - 1
        )
        await served.rows("DELETE FROM publication RETURNING 1")
        await served.rows(
            "UPDATE central_state SET mirror_no = $1, mirror_hash = $2 RETURNING 1",
            earlier.number,
            earlier.hash,
        )
        with pytest.raises(NotMirrored, match="put back to an older state"):
            await publish(served, company)
        begun = await look_back(served.engine, NOW_MS + 1)
        assert begun is not None
        assert begun.predecessor == before[2]
        assert (begun.replayed, begun.lost) == (1, False)
        after = await state(served)
        assert after[3] == 1
        await publish(served, company)
        assert await look_back(served.engine, NOW_MS + 2) is None


DECIDING = """
import asyncio, os, signal, sys
from pathlib import Path
from uuid import UUID
from central.db import mirrored
from central.db.engine import open_engine, unit_of_work
from central.db.mirror_files import MirrorFiles
from central.usecases.feed.publish_reference import publish_rows
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet
from tests.central_fixtures import CENTRAL_KEY
from tests.integration.test_mirror_kept import VOUCHER

url, folder, company, point = sys.argv[1:]

def die(*_given):
    os.kill(os.getpid(), signal.SIGKILL)

if point == "before it is written":
    MirrorFiles.append = die
if point == "before it commits":
    written = MirrorFiles.append
    MirrorFiles.append = lambda *given: (written(*given), die())
if point == "before it is confirmed":
    MirrorFiles.confirm = die
async def decide():
    mirror = mirrored.Mirror(MirrorFiles(Path(folder)), CENTRAL_KEY)
    engine = open_engine(url).execution_options(**{mirrored.OPTION: mirror})
    async with unit_of_work(engine) as db:
        await publish_rows(db, CompanyId(UUID(company)), DataSet.TENDERS, [VOUCHER])
    print("answered", flush=True)
    if point == "before it is answered":
        die()
    await engine.dispose()
asyncio.run(decide())
"""


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("before it is written", 0),
        ("before it commits", 0),
        ("before it is confirmed", 1),
        ("before it is answered", 1),
    ],
)
async def test_wherever_a_process_is_killed_database_and_mirror_agree_and_nothing_is_put_back(
    chain: Chain, point: str, kept: int
) -> None:
    async with serving(chain.url, mirror=chain.mirror) as served:
        company = await served.company()
        await known_key(served)
        before = await state(served)
    given = (chain.url, str(chain.mirror), str(company), point)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DECIDING, *given)
    assert await process.wait() == -signal.SIGKILL
    async with serving(chain.url, mirror=chain.mirror) as served:
        after = await state(served)
        assert (after[2], after[3]) == (before[2], kept)
        await publish(served, company)
        assert (await state(served))[3] == kept + 1
        links = MirrorFiles(chain.mirror).links()
        found = compare(NONE_YET, links, moved=False)
        assert found.verdict is Verdict.AHEAD
        ((number, mirrored),) = await served.rows(
            "SELECT mirror_no, mirror_hash FROM central_state"
        )
        assert (found.missing[-1].number, found.missing[-1].hash) == (number, mirrored)
