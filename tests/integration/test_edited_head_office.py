"""Somebody edits head office's database behind its back: ``central verify`` names each edit, tools
go on with the rest, and what was lost comes again from the box."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.db.key_file import public_half
from central.db.migrate import migrate
from central.db.tables import metadata
from central.usecases.company.load_sample import load_sample
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.apply_events import apply_events
from central.usecases.journal.mend_streams import mend_streams
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_head_office import NOT_VERIFIED, VERIFIED, verify_head_office
from sync.protocol.batch import Acknowledgement
from sync.protocol.codec import decode
from tests.central_fixtures import CENTRAL_KEY, NOW_MS, Served, TestedBox, problem, serving

EVENTS = 6


@cache
def _template(server: PostgresServer) -> str:
    """A head office at work: a chain with two stores, one of which has its second box."""
    name = f"edited_{uuid4().hex}"
    with ThreadPoolExecutor(1) as apart:  # a test's own loop may be running here
        apart.submit(lambda: asyncio.run(_make(server, name))).result()
    return name


async def _make(server: PostgresServer, name: str) -> None:
    admin = await asyncpg.connect(server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await migrate(server.url_for(name))
    async with serving(server.url_for(name)) as served:
        company_id = await served.company()
        stores = [await served.store(company_id, code) for code in ("S01", "S02")]
        async with unit_of_work(served.engine) as db:
            await load_sample(db, company_id, NOW_MS)
            await db.execute(
                metadata.tables["office_key"].insert(),
                {"public_key": public_half(CENTRAL_KEY), "since_ms": NOW_MS, "current": True},
            )
        for store_id in (stores[0], *stores):
            await _delivered(served, await served.enrolled(store_id))
        await drain_publications(served.engine)


async def _delivered(served: Served, box: TestedBox) -> None:
    box.record(EVENTS)
    assert (await box.push_events(1, EVENTS)).status_code == 200
    await apply_events(served.office.archive, box.me.store_id, box.epoch)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return _template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
def common(postgres_server: PostgresServer) -> str:
    """A database for many edits, each of which is taken back: a copy for each would take longer."""
    name = f"common_{uuid4().hex}"
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(_copy(postgres_server, name))).result()
    return postgres_server.url_for(name)


async def _copy(server: PostgresServer, name: str) -> None:
    admin = await asyncpg.connect(server.dsn_for("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {_template(server)} STRATEGY FILE_COPY")
    await admin.close()


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with unit_of_work(engine) as db:
        await db.execute(text(statement))


async def said(engine: AsyncEngine) -> list[str]:
    return [finding.what for finding in (await verify_head_office(engine)).findings]


async def test_a_head_office_that_nobody_edited_has_no_findings(engine: AsyncEngine) -> None:
    assert await said(engine) == []


_SECOND = "epoch_number = 2"
_A_PRICE = "data_set = 'prices' AND pub_seq = 3"
EDITS = [
    # what is listed of what was published
    ("UPDATE listed_item SET body = body || 'x'::bytea", "is not listed as it was published"),
    ("DELETE FROM listed_item", "is not listed as it was published"),
    ("UPDATE listed_price SET unit_price_minor = 1", "main is not listed as it was published"),
    ("DELETE FROM listed_price", "main is not listed as it was published"),
    # the journals
    ("UPDATE raw_event SET body = body || 'x'::bytea WHERE seq = 2", "event 2 is not the one"),
    ("UPDATE raw_event SET clock_state = 'wild' WHERE seq = 2", "event 2 is not the one"),
    ("UPDATE raw_event SET hlc = -1 WHERE seq = 3", "event 3 is not the one"),
    ("UPDATE raw_event SET kind_version = 70000 WHERE seq = 3", "event 3 is not the one"),
    ("DELETE FROM raw_event WHERE seq = 4", "event 4 is missing"),
    (f"DELETE FROM raw_event WHERE seq = {EVENTS}", f"event {EVENTS} is missing"),
    ("DELETE FROM stream WHERE epoch_number = 1", "there are events of it, and no row in stream"),
    # the streams' rows
    (
        "UPDATE stream SET watermark = 4, head_hash = (SELECT hash FROM raw_event AS r WHERE"
        " r.store_id = stream.store_id AND r.epoch_number = stream.epoch_number AND seq = 4)",
        "events 5 to 6 stand beyond what is acknowledged, 4: its row was set back",
    ),
    ("UPDATE stream SET watermark = watermark + 1", "event 7 is missing"),
    ("UPDATE stream SET head_hash = sha256('x')", "is not the one acknowledged"),
    ("UPDATE stream SET genesis_signature = sha256('x')", "its genesis signature is not the one"),
    ("UPDATE stream SET genesis = genesis || 'x'::bytea", "its genesis record is not the one"),
    ("UPDATE stream SET device_id = gen_random_uuid()", "its box is not the one that was issued"),
    (f"UPDATE stream SET state = 'sealed' WHERE {_SECOND}", "should be current, and its row says"),
    ("UPDATE stream SET state = 'side'", "should be sealed, and its row says side"),
    ("UPDATE stream SET sealed_through = NULL", "should be sealed, and its row says sealed"),
    ("UPDATE stream SET provisional = true", "its sort is not the one that was issued"),
    ("UPDATE stream SET ended_seq = 2", "its own last record is event None, by its row 2"),
    ("UPDATE store SET last_epoch_fingerprint = 'abcd'", "its last epoch is"),
    ("DELETE FROM stream WHERE epoch_number = 2", "it was issued, and has no row in stream"),
    ("UPDATE stream SET company_id = gen_random_uuid()", "its company is not the store's"),
    # the boxes
    ("UPDATE device SET public_key = sha256('x')", "its box's key is not the one that was enrol"),
    ("UPDATE device SET revoked = true", "says that it was revoked, and nobody did"),
    ("DELETE FROM device", "its box has no row in device"),
    (
        "INSERT INTO device SELECT gen_random_uuid(), store_id, public_key, false FROM device"
        " LIMIT 1",
        "was never enrolled",
    ),
    # the stores
    ("UPDATE store SET name = 'Mine' WHERE code = 'S01'", "S01: the store's row is not what was"),
    ("UPDATE store SET settings = '' WHERE code = 'S02'", "S02: its settings cannot be read"),
    ("UPDATE store SET last_epoch_number = 7 WHERE code = 'S01'", "its last epoch is 7, by the"),
    # the decisions
    ("DELETE FROM decision WHERE decision_no = 5", "decision 5 is missing"),
    ("DELETE FROM decision WHERE decision_no > 5", "are missing"),
    ("UPDATE decision SET body = '\\xc1' WHERE decision_no = 5", "decision 5 cannot be read"),
    ("UPDATE decision SET decided_at_ms = 0 WHERE decision_no = 5", "decision 5 is not the one"),
    ("UPDATE central_state SET last_decision_no = last_decision_no - 1", "the log ends with"),
    ("UPDATE office_key SET public_key = sha256('x')", "key did not sign its genesis record"),
    # what was published
    (
        f"UPDATE feed_log SET body = body || 'x'::bytea WHERE {_A_PRICE}",
        "feed prices (main): row 3",
    ),
    (f"DELETE FROM feed_log WHERE {_A_PRICE}", "feed prices (main): row 3 is missing"),
    (f"UPDATE feed_latest SET body = 'x' WHERE {_A_PRICE}", "is not what was published last"),
    (f"DELETE FROM feed_latest WHERE {_A_PRICE}", "feed prices (main): the newest row of"),
    ("UPDATE feed SET head = head - 1 WHERE data_set = 'prices'", "its head is"),
    ("UPDATE feed SET set_hash = sha256('x') WHERE data_set = 'items'", "its head is"),
    ("DELETE FROM feed WHERE data_set = 'items'", "its head is 0"),
    # people
    ("UPDATE personal_key SET key = sha256('x')", "their key does not open what is sealed"),
    ("UPDATE personal_key SET key = ''", "their key has 0 bytes"),
    ("DELETE FROM personal_key", "there is no key for what is sealed of them"),
    ("UPDATE right_account SET opening = opening + 1", "right_account"),
]


@pytest.mark.parametrize(("edit", "named"), EDITS)
async def test_every_edit_behind_head_offices_back_is_named(
    common: str, edit: str, named: str
) -> None:
    """A44: eight of thirty were missed, among them a price in the feed and a box's key."""
    engine = open_engine(common)
    changed = next(word for word in edit.split() if word.strip('"') in metadata.tables)
    try:
        async with unit_of_work(engine) as db:
            await db.execute(text(f"CREATE TABLE kept AS TABLE {changed}"))
            await db.execute(text(edit))
        found = await said(engine)
        assert any(named in what for what in found), found
    finally:
        async with unit_of_work(engine) as db:
            await db.execute(text("SET LOCAL session_replication_role = replica"))
            await db.execute(text(f"DELETE FROM {changed}"))
            await db.execute(text(f"INSERT INTO {changed} TABLE kept"))
            await db.execute(text("DROP TABLE kept"))
        await engine.dispose()


def test_each_table_is_named_as_verified_or_as_not_and_why() -> None:
    """A44: what is not looked at is said."""
    assert sorted({*VERIFIED, *NOT_VERIFIED}) == sorted(metadata.tables)
    assert not VERIFIED.keys() & NOT_VERIFIED.keys()
    assert all((*VERIFIED.values(), *NOT_VERIFIED.values()))


async def test_a_deleted_decision_is_still_seen_after_a_rebuild(engine: AsyncEngine) -> None:
    """A44: it was seen before a rebuild and gone after it."""
    await execute(engine, "DELETE FROM decision WHERE decision_no = 5")
    rebuilt = await rebuild_projections(engine)
    assert any("decision 5 is missing" in what for what in rebuilt.said)
    assert any("decision 5 is missing" in what for what in await said(engine))


async def test_a_decision_that_cannot_be_read_is_named_and_the_rest_is_made_anew(
    engine: AsyncEngine,
) -> None:
    """A43: verify and rebuild ended in tracebacks."""
    whole = await rebuild_projections(engine)
    await execute(engine, "UPDATE decision SET body = '\\xc1' WHERE decision_no = 5")
    rebuilt = await rebuild_projections(engine)
    assert rebuilt.decisions == whole.decisions - 1
    assert rebuilt.events == whole.events == 3 * EVENTS
    assert any("decision 5 cannot be read" in what for what in rebuilt.said)


async def test_a_decision_that_cannot_be_kept_is_named_and_the_rest_is_made_anew(
    engine: AsyncEngine,
) -> None:
    """A43: also one that says more points than there can be."""
    whole = await rebuild_projections(engine)
    async with unit_of_work(engine) as db:
        found = await db.execute(
            text("SELECT decision_no, body FROM decision WHERE kind = 'points_opened' LIMIT 1")
        )
        number, body = found.one()
        wild = body[:18] + b"\xcf" + b"\xff" * 8
        await db.execute(
            text("UPDATE decision SET body = :body WHERE decision_no = :number"),
            {"body": wild, "number": number},
        )
    rebuilt = await rebuild_projections(engine)
    assert rebuilt.decisions == whole.decisions - 1
    assert any(f"decision {number} cannot be" in what for what in rebuilt.said)


async def test_a_lost_event_is_named_and_nothing_after_it_is_applied(engine: AsyncEngine) -> None:
    """A43: the last one ended a rebuild half made, and later ones were applied over a gap."""
    for lost in (EVENTS, 4):
        await execute(engine, f"DELETE FROM raw_event WHERE seq = {lost} AND epoch_number = 2")
        rebuilt = await rebuild_projections(engine)
        (told,) = rebuilt.said
        assert told.startswith("S01, epoch 2-")
        assert f"event {lost} is lost, and nothing after it was applied" in told
        assert rebuilt.events == 2 * EVENTS + lost - 1
        async with unit_of_work(engine) as db:
            applied = await db.scalars(
                text("SELECT applied_through FROM stream ORDER BY store_id, epoch_number")
            )
            assert sorted(applied) == sorted([lost - 1, EVENTS, EVENTS])


@pytest.mark.parametrize("lost", [(EVENTS,), (3,), (1, 2, 3, 4, 5, 6), (2, 5)])
async def test_lost_events_come_again_from_the_box_and_fill_the_hole(
    postgres_url: str, lost: tuple[int, ...]
) -> None:
    """A43: a store whose raw events were lost at head office could never deliver again."""
    async with serving(postgres_url) as served:
        box, gone = await _new_store(served), ", ".join(map(str, lost))
        await _delivered(served, box)
        await execute(
            served.engine,
            f"DELETE FROM raw_event WHERE store_id = '{box.me.store_id}' AND seq IN ({gone})",
        )
        refused = await box.push_events(1, EVENTS)
        assert problem(refused) == (503, "record-damaged")
        assert "central mend" in refused.json()["remedy"]
        (mended,) = await mend_streams(served.engine)
        assert mended.done
        assert f"event {lost[0]} is lost; its box sends everything from there" in mended.said
        heard = decode(
            Acknowledgement, (await box.get(f"/v1/stores/{box.me.store_id}/feeds")).content
        )
        assert heard.acknowledged_through == lost[0] - 1
        box.record(2)
        again = await box.push_events(lost[0], EVENTS + 2)
        assert decode(Acknowledgement, again.content).acknowledged_through == EVENTS + 2
        await apply_events(served.office.archive, box.me.store_id, box.epoch)
        await drain_publications(served.engine)
        assert await said(served.engine) == []
        assert await mend_streams(served.engine) == ()


async def _new_store(served: Served) -> TestedBox:
    (company_id,) = (await served.rows("SELECT company_id FROM company"))[0]
    return await served.enrolled(await served.store(company_id, "S03"))


SET_BACK = """
UPDATE stream SET watermark = 2, head_hash = (SELECT hash FROM raw_event AS r
    WHERE r.store_id = stream.store_id AND r.seq = 2) WHERE store_id = '{0}'
"""


async def test_a_stream_that_was_set_back_takes_what_it_holds_once(postgres_url: str) -> None:
    """A43: its push got 500 for ever."""
    async with serving(postgres_url) as served:
        box = await _new_store(served)
        await _delivered(served, box)
        await execute(served.engine, SET_BACK.format(box.me.store_id))
        box.record(1)
        again = await box.push_events(3, EVENTS + 1)
        assert decode(Acknowledgement, again.content).acknowledged_through == EVENTS + 1
        await apply_events(served.office.archive, box.me.store_id, box.epoch)
        assert await said(served.engine) == []


async def test_a_stream_that_was_set_back_is_put_right_by_mending(postgres_url: str) -> None:
    """A43: without the box, too."""
    async with serving(postgres_url) as served:
        box = await _new_store(served)
        await _delivered(served, box)
        await execute(served.engine, SET_BACK.format(box.me.store_id))
        (mended,) = await mend_streams(served.engine)
        assert (mended.done, "stood at 2, and its events reach 6" in mended.said) == (True, True)
        assert await said(served.engine) == []


async def test_an_event_that_was_changed_is_not_mended_but_named(postgres_url: str) -> None:
    """A43: it is evidence, and the box's own copy cannot take its place unseen."""
    async with serving(postgres_url) as served:
        box = await _new_store(served)
        await _delivered(served, box)
        await execute(
            served.engine,
            "UPDATE raw_event SET body = body || 'x'::bytea"
            f" WHERE store_id = '{box.me.store_id}' AND seq = 3",
        )
        (mended,) = await mend_streams(served.engine)
        assert (mended.done, "event 3 is not the one" in mended.said) == (False, True)


async def test_a_box_that_holds_another_event_than_a_stream_that_was_set_back_is_told(
    postgres_url: str,
) -> None:
    """A43: nothing is laid over what is there."""
    async with serving(postgres_url) as served:
        box = await _new_store(served)
        await _delivered(served, box)
        await execute(served.engine, SET_BACK.format(box.me.store_id))
        del box.events[4:], box.hashes[4:]
        box.record(2)
        refused = await box.push_events(3, EVENTS)
        assert problem(refused) == (503, "record-damaged")
        held = await served.rows(
            f"SELECT count(*) FROM raw_event WHERE store_id = '{box.me.store_id}'"
        )
        assert held == [(EVENTS,)]
