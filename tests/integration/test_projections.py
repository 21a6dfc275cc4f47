"""Projections over a real PostgreSQL: made anew to identical rows, held against the journals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.decisions import record_decisions
from central.db.engine import open_engine, snapshot, unit_of_work
from central.db.projected import PROJECTED
from central.db.tables import metadata
from central.domain.decisions import (
    CustomerDecided,
    CustomerErased,
    CustomersJoined,
    GrantIssued,
    PointsOpened,
)
from central.domain.loyalty_decided import (
    BirthMonthSet,
    CustomerTierSet,
    LoyaltyProgramSet,
    PointsExpired,
    PointsGiven,
)
from central.projections.rows import PROJECTIONS, TABLES, WHOLE
from central.usecases.decision.apply_decisions import apply_decisions
from central.usecases.journal.apply_events import apply_events
from central.usecases.proof.rebuild_projections import rebuild_projections
from central.usecases.proof.verify_journal import verify_journal
from central.usecases.proof.verify_projections import verify_projections
from sync.protocol.change import Epoch
from sync.protocol.facts import PinSet, PriceModifier, RetailTransaction
from sync.protocol.identity import StoreId
from sync.protocol.reference import Grant
from tests.head_office import (
    apply_all,
    deliver,
    head_office_template,
    open_stream,
    projections,
)
from tests.shop_journal import ANNA, COMPANY, CUSTOMERS, DAY, NOW_MS, Shop
from tests.shop_sales import lowered


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def traded(engine: AsyncEngine) -> tuple[Shop, Shop]:
    """Two stores' days arrived, with poison in one; head office decided something before."""
    first, second = Shop(1), Shop(2)
    for shop in (first, second):
        shop.open()
        shop.trade(40)
    first.append_body("retail_transaction", 1, b"\xc1")
    missing = first.sale()
    first.append(first.sale((), None, [(missing, 1)]))
    repeated = first.sale()
    first.append(repeated)
    first.append(repeated)
    first.append(lowered(first.sale(), PriceModifier("discount", -50, "dented")))
    first.append_body("from_the_future", 1, b"")
    for shop in (first, second):
        shop.append(shop.signed_in())
        shop.append(PinSet(ANNA, bytes([shop.number] * 60)))
    archive = PostgresArchive(engine)
    await decide(engine, first)
    for shop in (first, second):
        shop.close()
        await open_stream(archive, engine, shop)
        await deliver(archive, shop)
    await apply_all(archive, 25)
    return first, second


async def decide(engine: AsyncEngine, shop: Shop) -> None:
    decisions = (
        PointsOpened(CUSTOMERS[0], 100),
        GrantIssued(shop.store_id, 1, Grant(UUID(int=77), CUSTOMERS[0], 30, 1)),
        CustomerDecided(shop.customer(CUSTOMERS[1], 99)),
        CustomersJoined(CUSTOMERS[3], CUSTOMERS[2], "one card", "Ann"),
        CustomerErased(CUSTOMERS[4], "asked by letter", "Ann"),
        LoyaltyProgramSet(12, 100, 50, "earned", 24, DAY, "from today", "Ann"),
        CustomerTierSet(CUSTOMERS[0], "gold", "an old card", "Ann"),
        PointsGiven(CUSTOMERS[0], 100, "welcome", "", DAY, "the first receipt", ""),
        PointsExpired(CUSTOMERS[0], 5, DAY),
        BirthMonthSet(CUSTOMERS[0], b"sealed", "Ann"),
    )
    async with unit_of_work(engine) as db:
        await db.execute(
            text(
                "INSERT INTO central_state (one, incarnation, last_decision_no) VALUES (1, :i, 0)"
            ),
            {"i": UUID(int=9)},
        )
        await record_decisions(db, COMPANY, decisions, NOW_MS)
        changed = await apply_decisions(db, COMPANY, decisions)
    assert [record.customer_id for record in changed] == [CUSTOMERS[1], CUSTOMERS[4]]


async def grant(engine: AsyncEngine, shop: Shop, number: int) -> None:
    issued = (GrantIssued(shop.store_id, 1, Grant(UUID(int=1_000 + number), CUSTOMERS[0], 5, 1)),)
    async with unit_of_work(engine) as db:
        await record_decisions(db, COMPANY, issued, NOW_MS)
        await apply_decisions(db, COMPANY, issued)


def cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild ends after the first events of a store."""

    async def cut(archive: Archive, store_id: StoreId, epoch: Epoch) -> None:
        await apply_events(archive, store_id, epoch, 10)
        raise ConnectionError

    monkeypatch.setattr("central.usecases.proof.rebuild_projections.apply_events", cut)


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with unit_of_work(engine) as db:
        await db.execute(text(statement))


def a_receipt(shop: Shop) -> RetailTransaction:
    return next(
        fact for fact in shop.facts if isinstance(fact, RetailTransaction) and not fact.training
    )


NEVER_TRADED = {
    *("store_alarm", "alarm_clearing", "written_off", "tail_closed", "correction"),
    *(
        "stock_count",
        "stock_counted",
        "stock_transfer",
        "lot_movement",
        "lot_count",
        "purchase_order",
        "purchase_order_line",
        "purchase_order_end",
        "supplier_credit",
        "transfer_note",
        "transfer_note_line",
        "recovered_fact",
        "till_carried",
        "manifest_given",
        "day_signed",
    ),
    *("day_root", "lines_removed", "exception_accepted", "sale_voucher", "invoice"),
    "birth_month_told",
    *("right_released", "grant_answer", "request_given_up"),
    *("cash_pieces", "till_count", "counted_tender", "till_tender", "till_handed_over"),
    *("goodwill_budget", "goodwill_given", "share_rule", "coupon", "right_born"),
}


async def test_rebuilding_gives_identical_rows(engine: AsyncEngine) -> None:
    shops = await traded(engine)
    archive = PostgresArchive(engine)
    before = await projections(archive, engine)
    assert {name for name in TABLES if not before[name]} <= NEVER_TRADED
    rebuilt = await rebuild_projections(engine)
    assert await projections(archive, engine) == before
    assert rebuilt.events == sum(len(shop.events) for shop in shops)
    assert (rebuilt.decisions, rebuilt.set_aside) == (10, len(before["quarantine"]))


async def test_a_rebuild_that_was_cut_short_is_finished_by_the_background(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await traded(engine)
    archive = PostgresArchive(engine)
    before = await projections(archive, engine)
    cut_short(monkeypatch)
    with pytest.raises(ConnectionError):
        await rebuild_projections(engine)
    assert await projections(archive, engine) != before
    await apply_all(archive, 7)
    assert await projections(archive, engine) == before


async def test_untouched_projections_and_journals_verify(engine: AsyncEngine) -> None:
    shops = await traded(engine)
    assert await verify_projections(engine) == ()
    streams = await verify_journal(engine)
    assert [(one.store_code, one.events, one.first_bad_seq) for one in streams] == [
        (shop.code, len(shop.events), None) for shop in shops
    ]
    await rebuild_projections(engine)
    assert await verify_projections(engine) == ()


async def test_shops_go_on_trading_while_they_are_verified(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each snapshot sees more of both shops and of head office: sales of known customers, a return
    that waited for its sale, a sale that comes again, a grant. The company still adds up."""
    archive, first, second = PostgresArchive(engine), Shop(1), Shop(2)
    missing = first.sale(customer=CUSTOMERS[0])
    turns = 0

    async def trade() -> None:
        nonlocal turns
        turns += 1
        for shop in (first, second):
            shop.trade(15)
            shop.append(shop.customer(CUSTOMERS[0], turns))
        first.append(first.sale((), None, [(missing, 1)]) if turns == 1 else missing)
        await grant(engine, first, turns)
        for shop in (first, second):
            await deliver(archive, shop)
        await apply_all(archive, 10)

    @asynccontextmanager
    async def trading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        await trade()
        async with snapshot(engine) as db:
            yield db

    for shop in (first, second):
        shop.open()
        await open_stream(archive, engine, shop)
    await decide(engine, first)
    await trade()
    monkeypatch.setattr("central.usecases.proof.verify_projections.snapshot", trading)
    assert await verify_projections(engine) == ()
    assert turns == 5, "one for the stores' names, one a store, one for the company"
    await execute(engine, "UPDATE right_account SET earned = earned + 1")
    findings = await verify_projections(engine)
    assert findings
    assert all("right_account" in finding.what for finding in findings)


async def test_projections_made_anew_while_they_are_verified_add_up(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shops, turns = await traded(engine), 0

    @asynccontextmanager
    async def remaking(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        nonlocal turns
        turns += 1
        if turns == len(shops) + 2:  # before the company's
            with pytest.raises(ConnectionError):
                await rebuild_projections(engine)
        async with snapshot(engine) as db:
            yield db

    cut_short(monkeypatch)
    monkeypatch.setattr("central.usecases.proof.verify_projections.snapshot", remaking)
    assert await verify_projections(engine) == ()
    assert turns == len(shops) + 2


async def test_a_cent_changed_behind_centrals_back_names_the_receipt(engine: AsyncEngine) -> None:
    shop, _ = await traded(engine)
    sale = a_receipt(shop)
    await execute(
        engine,
        "UPDATE sale_line SET amount_minor = amount_minor + 1"
        f" WHERE line_no = 1 AND sale_id = '{sale.sale_id}'",
    )
    (finding,) = await verify_projections(engine)
    assert (finding.store_code, finding.receipt) == (shop.code, sale.receipt_number)
    amount = sale.lines[0].amount_minor
    assert f"amount_minor is {amount + 1}, by the journal {amount}" in finding.what


async def test_a_deleted_receipt_is_named(engine: AsyncEngine) -> None:
    _, shop = await traded(engine)
    sale = a_receipt(shop)
    await execute(engine, f"DELETE FROM sale WHERE sale_id = '{sale.sale_id}'")
    (finding,) = await verify_projections(engine)
    assert (finding.store_code, finding.receipt) == (shop.code, sale.receipt_number)
    assert "sale has no row" in finding.what


async def test_an_invented_receipt_is_named(engine: AsyncEngine) -> None:
    shop, _ = await traded(engine)
    chosen = {column.name: column.name for column in metadata.tables["sale"].columns}
    chosen |= {"sale_id": f"'{UUID(int=123)}'", "receipt_number": "'S01-W9-E1-000001'"}
    await execute(
        engine,
        f"INSERT INTO sale ({', '.join(chosen)}) SELECT {', '.join(chosen.values())}"
        f" FROM sale WHERE store_id = '{shop.store_id}' LIMIT 1",
    )
    findings = await verify_projections(engine)
    assert "S01-W9-E1-000001" in {finding.receipt for finding in findings}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE stock_level SET on_hand_milli = on_hand_milli + 1", "stock_level"),
        ("UPDATE day_total SET amount = amount + 1 WHERE figure = 'gross'", "day_total"),
        ("UPDATE right_account SET granted = granted + 1", "right_account"),
        ("UPDATE till_session SET moved_minor = 5", "till_session"),
        ("DELETE FROM stock_movement WHERE line_no = 2", "stock_movement"),
        ("UPDATE customer_field SET hlc = hlc - 1", "customer_field"),
        ("UPDATE business_day SET closed_seq = 1", "business_day"),
        ("DELETE FROM quarantine", "is not set aside"),
    ],
)
async def test_any_projection_that_was_changed_is_named(
    engine: AsyncEngine, statement: str, named: str
) -> None:
    await traded(engine)
    await execute(engine, statement)
    findings = await verify_projections(engine)
    assert any(named in finding.what for finding in findings)


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE raw_event SET body = body || 'x'::bytea WHERE seq = 7", 7),
        ("UPDATE raw_event SET occurred_at_ms = 1 WHERE seq = 9", 9),
        ("DELETE FROM raw_event WHERE seq = 12", 12),
        ("UPDATE stream SET head_hash = sha256('x')", None),
        ("UPDATE stream SET watermark = watermark + 1", None),
    ],
)
async def test_a_changed_journal_names_its_first_bad_event(
    engine: AsyncEngine, statement: str, first_bad: int | None
) -> None:
    shops = await traded(engine)
    await execute(engine, statement)
    found = await verify_journal(engine)
    ends = [len(shop.events) for shop in shops]
    if first_bad is None:
        assert all(
            one.first_bad_seq in (end, end + 1) for one, end in zip(found, ends, strict=True)
        )
    else:
        assert [one.first_bad_seq for one in found] == [first_bad, first_bad]
    assert all(one.finding is not None for one in found)
    (alone,) = await verify_journal(engine, shops[0].store_id)
    assert alone.store_code == "S01"


def test_every_projected_row_has_its_tables_columns() -> None:
    assert PROJECTED.keys() == set(TABLES)
    for whole in WHOLE:
        assert whole.columns == tuple(PROJECTED[whole.table].columns.keys()), whole.table
    for one in PROJECTIONS:
        table = PROJECTED[one.table]
        assert set(one.columns) <= set(table.columns.keys())
        named = set(table.primary_key.columns.keys()) - {"business_date"}
        assert named == set(one.columns[: one.key]) - {"business_date"}, f"{one.table}: its key"


async def test_a_fact_that_counts_at_its_second_arrival_is_what_its_journal_says(
    engine: AsyncEngine,
) -> None:
    """B15: the first one waited for its till, the second one came after it."""
    archive, shop = PostgresArchive(engine), Shop(1)
    moved = shop.move_till()
    shop.append(moved)
    shop.open()
    shop.append(moved)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    assert await verify_projections(engine) == ()
