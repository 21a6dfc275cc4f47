"""One row that is changed, at the store or at head office, is found within a few rounds and named
to the cent: on both sides' real databases, each counting its own rows."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import NamedTuple, cast
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import driver_of, open_engine
from central.reports.commands import commands_for
from central.reports.comparisons import Comparison, comparisons_of
from central.reports.statements import CLOSE, Statement
from central.reports.store_day import StoreDay
from central.usecases.journal.compare_spans import begin_search, take_span_figures
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from edge.db.connection.engine import open_connection
from edge.db.epochs import writing
from edge.db.journal import read_range
from edge.db.pruning import prune_rows
from edge.db.spans import Span, read_events, read_points
from edge.db.store import read_enrolment
from edge.usecases.day.close import make_manifest
from sync.protocol.batch import Batch, Health
from sync.protocol.checkpoints import CHECKPOINT_EVENTS, SpanFigures
from sync.protocol.commands import Detail, SaySpan
from sync.protocol.manifest import Difference
from tests.builders import BUSINESS_DATE, STORE
from tests.head_office import apply_all, head_office_template, open_stream
from tests.integration.test_edge_totals import Traded, trade
from tests.shop_journal import NOW_MS, Shop

SALES = 330
PLANTED = 18


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


class Edit(NamedTuple):
    """A row's change, on either side: of which sort of rows. ``hides``: it is then no receipt."""

    of: str
    statement: str
    hides: bool = False


EDITS = (
    Edit(
        "sale",
        "UPDATE sale_line SET amount_minor = amount_minor + {amount} WHERE sale_id = {id}"
        " AND line_no = 1",
    ),
    Edit(
        "sale",
        "UPDATE sale_tender SET amount_minor = amount_minor + {amount} WHERE sale_id = {id}"
        " AND tender_no = 1",
    ),
    Edit("sale", "UPDATE sale SET change_minor = change_minor + {amount} WHERE sale_id = {id}"),
    Edit("sale", "UPDATE sale SET points_earned = points_earned + {amount} WHERE sale_id = {id}"),
    Edit("sale", "UPDATE sale_tax SET tax_minor = tax_minor + {amount} WHERE sale_id = {id}"),
    Edit(
        "sale",
        "UPDATE sale SET training = true, change_minor = {amount} WHERE sale_id = {id}",
        hides=True,
    ),
    Edit(
        "float",
        "UPDATE till_session SET float_minor = float_minor + {amount} WHERE till_session_id = {id}",
    ),
    Edit(
        "count",
        "UPDATE till_session SET counted_cash_minor = counted_cash_minor + {amount}"
        " WHERE till_session_id = {id}",
    ),
    Edit(
        "stock",
        "UPDATE stock_movement SET quantity_milli = quantity_milli + {amount} WHERE event_id = {id}"
        " AND line_no = 1",
    ),
)


def traded(path: Path) -> Traded:
    store = Traded(path)
    store.receive(1, 40)
    trade(store, Random(7), SALES)
    store.receive(2, 11)
    store.settle()
    return store


async def sent(engine: AsyncEngine, db: sqlite3.Connection) -> None:
    """The store's whole journal is at head office, and counted."""
    held, box = writing(db), read_enrolment(db)
    assert box is not None
    archive = PostgresArchive(engine)
    shop = SimpleNamespace(
        store_id=box.store_id,
        code=box.store_code,
        epoch=held.epoch,
        device_id=box.device_id,
        genesis=box.genesis,
        key=StreamKey(box.store_id, held.epoch),
    )
    await open_stream(archive, engine, cast("Shop", shop))
    after = 0
    while after < held.head.seq:
        entries = read_range(db, after, 200, 1 << 22)
        batch = Batch(
            1,
            held.epoch,
            after + 1,
            entries[0].link.prev_hash,
            entries[-1].link.hash,
            held.head,
            tuple(one.envelope for one in entries),
            (),
            Health("test", 0, 0, NOW_MS, ()),
        )
        answer = await ingest_batch(archive, box.store_id, box.device_id, batch, NOW_MS)
        assert isinstance(answer, Acknowledged), answer
        after = entries[-1].envelope.seq
    await apply_all(archive)


def figures(db: sqlite3.Connection, question: SaySpan) -> SpanFigures:
    """As the box answers."""
    span = Span(*question[1:])
    if question.detail is Detail.CHECKPOINTS:
        return SpanFigures(*span, points=read_points(db, span))
    return SpanFigures(*span, events=read_events(db, span))


async def compared(db: AsyncConnection, store: sqlite3.Connection) -> tuple[Comparison, int]:
    """The search, asked and answered to its end; how many questions it took. Every answer comes
    twice."""
    manifest = make_manifest(store, BUSINESS_DATE)
    held = writing(store)
    said = Statement(held.epoch, manifest, held.epoch, 1, CLOSE, True, False, True)
    day = StoreDay(STORE, BUSINESS_DATE)
    await begin_search(db, day, said, NOW_MS)
    asked = 0
    while questions := (await commands_for(db, STORE, held.epoch)).commands:
        (question,) = questions
        assert isinstance(question, SaySpan)
        answer = figures(store, question)
        await take_span_figures(db, STORE, answer, NOW_MS)
        await take_span_figures(db, STORE, answer, NOW_MS)
        asked += 1
        assert asked < 20
    (found,) = await comparisons_of(db, day)
    return found, asked


async def test_any_planted_difference_is_found_and_named_exactly(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    traded(tmp_path / "store.sqlite3").writer.close_now()
    with closing(open_connection(tmp_path / "store.sqlite3", writer=True)) as rows:
        await sent(engine, rows)
        events = numbered(rows)
        dice = Random(11)
        for turn in range(PLANTED):
            edit = EDITS[turn % len(EDITS)]
            row_id, name = dice.choice(events[edit.of])
            amount = dice.choice([-3, 1, 500])
            at_store = turn % 2 == 0
            found, asked = await planted(engine, rows, edit, amount, row_id, at_store=at_store)
            assert [one.number for one in found.events] == [name], edit
            (event,) = found.events
            if edit.hides:
                assert event.only_at == ("central" if at_store else "store")
            else:
                assert event.only_at is None
                assert abs(amount) in {parted(one) for one in event.figures}
            assert (found.is_open, found.whole) == (False, True)
            assert asked <= 4


async def test_equal_sides_are_asked_once_and_nothing_is_found(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    traded(tmp_path / "store.sqlite3").writer.close_now()
    with closing(open_connection(tmp_path / "store.sqlite3", writer=True)) as rows:
        await sent(engine, rows)
        async with engine.connect() as db:
            found, asked = await compared(db, rows)
            await db.rollback()
    assert (found.events, found.whole, asked) == ((), True, 1)


async def test_a_day_whose_journal_rows_are_gone_is_compared_as_before(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    """Head office has had them for longer than the box keeps them: tills and stock still stand."""
    traded(tmp_path / "store.sqlite3").writer.close_now()
    with closing(open_connection(tmp_path / "store.sqlite3", writer=True)) as rows:
        await sent(engine, rows)
        held = writing(rows)
        gone = prune_rows(rows, held, held.head.seq - 1, held.head.seq)
        assert gone == held.head.seq - 1
        async with engine.connect() as db:
            found, asked = await compared(db, rows)
            await db.rollback()
        assert (found.events, found.whole, asked) == ((), True, 1)
        names = numbered(rows)
        for edit in (one for one in EDITS if one.of != "sale"):
            row_id, name = names[edit.of][0]
            there, _ = await planted(engine, rows, edit, PLANTED, row_id, at_store=True)
            assert [one.number for one in there.events] == [name], edit


def numbered(rows: sqlite3.Connection) -> dict[str, list[tuple[bytes, str]]]:
    """Rows that can be changed, by their tables' ids, and what their events are called."""
    sales = rows.execute(
        "SELECT sale_id, receipt_number, seq FROM sale WHERE NOT training"
        " AND sale_id IN (SELECT sale_id FROM sale_tax) ORDER BY seq"
    ).fetchall()
    assert sales[-1][2] > CHECKPOINT_EVENTS
    tills = rows.execute("SELECT till_session_id FROM till_session").fetchall()
    moved = rows.execute("SELECT event_id FROM stock_movement WHERE kind = 'receipt'").fetchall()
    return {
        "sale": [(row[0], row[1]) for row in sales],
        "float": [(row[0], "till_session_opened") for row in tills],
        "count": [(row[0], "till_session_settled") for row in tills],
        "stock": [(row[0], "stock_moved") for row in moved],
    }


async def planted(
    engine: AsyncEngine,
    rows: sqlite3.Connection,
    edit: Edit,
    amount: int,
    row_id: bytes,
    *,
    at_store: bool,
) -> tuple[Comparison, int]:
    """The edit, and what a search makes of it; within units of work that are given up."""
    async with engine.connect() as db:
        rows.execute("BEGIN")
        try:
            if at_store:
                statement = edit.statement.format(amount="?1", id="?2")
                assert rows.execute(statement, (amount, row_id)).rowcount > 0
            else:
                statement = edit.statement.format(amount="$1::bigint", id="$2")
                connection = await driver_of(db)
                changed = await connection.execute(statement, amount, UUID(bytes=row_id))
                assert changed != "UPDATE 0"
            return await compared(db, rows)
        finally:
            rows.rollback()
            await db.rollback()


def parted(one: Difference) -> int:
    """By how much two sides differ; what is taken back counts the other way."""
    return abs((one.central or 0) - (one.store or 0))
