"""Reports over a real PostgreSQL: what head office counts from its rows is what the store did."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from central.archive.postgres import PostgresArchive
from central.database.embedded import PostgresServer
from central.db.engine import open_engine, unit_of_work
from central.domain.day_verdict import Colour
from central.reports.reconciled_day import ReconciledDay
from central.reports.reconciliation import reconcile_day
from central.reports.sales import DAILY_SALES, TAX_BY_RATE, Page, read_sales
from central.reports.standings import store_standings
from central.reports.stock import stock_by_store
from central.reports.totals import store_account, store_receipts, store_totals
from central.usecases.journal.ingest_batch import ingest_batch
from sync.protocol.facts import RetailTransaction, TaxClass, tax_lines
from sync.protocol.identity import CompanyId, SaleId
from sync.protocol.manifest import ZERO, Receipt
from tests.head_office import apply_all, deliver, head_office_template, open_stream
from tests.shop_journal import COMPANY, DAY, NOW_MS, WORKSTATIONS, Shop
from tests.shop_sales import tally

NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    return head_office_template(postgres_server)


@pytest.fixture
async def engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(postgres_url)
    yield engine
    await engine.dispose()


async def arrived(engine: AsyncEngine, shop: Shop) -> Shop:
    archive = PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    await deliver(archive, shop)
    await apply_all(archive)
    return shop


def traded(number: int = 1, close: bool = True) -> Shop:
    """A day, and the beginning of another that nobody closed."""
    shop = Shop(number)
    shop.open()
    shop.trade(60)
    if close:
        shop.close()
    shop.new_tills()
    shop.open(NEXT_DAY)
    shop.trade(10, NEXT_DAY)
    return shop


async def verdict(engine: AsyncEngine, shop: Shop, day: date = DAY) -> ReconciledDay:
    async with unit_of_work(engine) as db:
        return await reconcile_day(db, shop.store_id, day)


async def execute(engine: AsyncEngine, statement: str) -> None:
    async with unit_of_work(engine) as db:
        await db.execute(text(statement))


def counted(shop: Shop) -> list[RetailTransaction]:
    """Receipts that count, in the order of their ids."""
    sales = [fact for fact in shop.facts if isinstance(fact, RetailTransaction)]
    return sorted((sale for sale in sales if not sale.training), key=lambda sale: sale.sale_id)


async def test_totals_are_what_the_store_did(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    await arrived(engine, traded(2))
    async with unit_of_work(engine) as db:
        for day in (DAY, NEXT_DAY):
            assert await store_totals(db, shop.store_id, day) == tally(shop.facts, day).totals()
        whole = tally(shop.facts, DAY)
        for other in (NEXT_DAY, None):
            whole.add_totals(tally(shop.facts, other).totals())
        assert await store_totals(db, shop.store_id, None) == whole.totals()
        assert await store_totals(db, shop.store_id, date(2001, 1, 1)) == ZERO
    assert whole.totals().refunds_minor > 0
    assert whole.totals().points_taken_back > 0


async def test_workstations_are_told_apart(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    async with unit_of_work(engine) as db:
        found = (await store_account(db, shop.store_id, DAY)).workstations
    assert [(one.workstation_id, one.totals) for one in found] == [
        (name, tally(shop.facts, DAY, name).totals()) for name in WORKSTATIONS
    ]


async def test_receipts_come_in_pages_and_add_up_to_the_day(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    found: list[Receipt] = []
    after: SaleId | None = None
    async with unit_of_work(engine) as db:
        while page := await store_receipts(db, shop.store_id, DAY, 7, after):
            assert len(page) <= 7
            found += page
            after = SaleId(page[-1].sale_id)
    sales = [sale for sale in counted(shop) if sale.business_date == DAY]
    assert [(one.number, one.sale_id, one.business_date) for one in found] == [
        (sale.receipt_number, sale.sale_id, DAY) for sale in sales
    ]
    assert [one.totals for one in found] == [tally([sale], DAY).totals() for sale in sales]


async def test_a_closed_day_that_is_here_whole_is_green(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    found = await verdict(engine, shop)
    assert (found.colour, found.reasons) == (Colour.GREEN, ())
    assert found.declared == found.central == tally(shop.facts, DAY).totals()
    assert [one.epoch for one in found.proven] == [str(shop.epoch)]


async def test_an_open_or_unknown_day_is_amber(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    for day in (NEXT_DAY, date(2001, 1, 1)):
        found = await verdict(engine, shop, day)
        assert (found.colour, found.declared) == (Colour.AMBER, None)
        assert len(found.reasons) == 1


async def test_a_day_with_events_set_aside_is_amber_and_names_them(engine: AsyncEngine) -> None:
    shop = Shop(1)
    shop.open()
    shop.append_body("from_the_future", 1, b"")
    shop.trade(5)
    shop.close()
    await arrived(engine, shop)
    found = await verdict(engine, shop)
    assert found.colour == Colour.AMBER
    assert [(one.seq, one.kind, one.state) for one in found.set_aside] == [
        (4, "from_the_future", "parked")
    ]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE sale_line SET amount_minor = amount_minor + 1 WHERE line_no = 1", "gross"),
        ("UPDATE sale_tender SET amount_minor = amount_minor - 1", "tender cash"),
        ("UPDATE till_session SET counted_cash_minor = 0", "counted cash"),
        ("UPDATE stock_movement SET quantity_milli = 0", "stock units moved"),
        ("DELETE FROM sale", "transactions"),
    ],
)
async def test_a_day_that_differs_is_red_with_the_exact_difference(
    engine: AsyncEngine, statement: str, named: str
) -> None:
    shop = await arrived(engine, traded())
    await execute(engine, statement)
    found = await verdict(engine, shop)
    assert found.colour == Colour.RED
    assert named in {difference.name for difference in found.differences}


async def test_a_cent_between_two_workstations_is_red(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    await execute(
        engine,
        "UPDATE sale SET workstation_id = CASE workstation_id WHEN 'W1' THEN 'W2' ELSE 'W1' END",
    )
    found = await verdict(engine, shop)
    assert (found.colour, found.differences) == (Colour.RED, ())
    assert [one.workstation_id for one in found.workstations] == list(WORKSTATIONS)


async def test_a_manifest_over_other_events_is_red(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    await execute(
        engine, "UPDATE raw_event SET hash = sha256('x') WHERE kind = 'till_session_settled'"
    )
    found = await verdict(engine, shop)
    assert (found.colour, found.differences) == (Colour.RED, ())


async def test_a_stream_under_an_alarm_is_red(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    await execute(engine, "UPDATE stream SET alarm = 'fork'")
    assert (await verdict(engine, shop)).colour == Colour.RED


async def test_a_day_over_two_epochs_adds_both_manifests(engine: AsyncEngine) -> None:
    first, second = Shop(1), Shop(1, epoch_number=2)
    for shop in (first, second):
        shop.open()
        shop.trade(20)
        shop.close()
    await arrived(engine, first)
    await arrived(engine, second)
    found = await verdict(engine, first)
    assert (found.colour, found.reasons) == (Colour.GREEN, ())
    assert len(found.proven) == 2


async def test_receipts_of_an_epoch_without_a_manifest_are_amber(engine: AsyncEngine) -> None:
    first, second = Shop(1), Shop(1, epoch_number=2)
    first.open()
    first.trade(20)
    first.close()
    second.append(second.sale())
    await arrived(engine, first)
    await arrived(engine, second)
    assert (await verdict(engine, first)).colour == Colour.AMBER


async def test_daily_sales_and_tax_are_the_companys_own(engine: AsyncEngine) -> None:
    shops = [await arrived(engine, traded(number)) for number in (1, 2)]
    stranger = CompanyId(UUID(int=2))
    async with unit_of_work(engine) as db:
        days = await read_sales(db, DAILY_SALES, COMPANY, DAY, NEXT_DAY)
        one = await read_sales(db, DAILY_SALES, COMPANY, DAY, DAY, shops[1].store_id)
        taxes = await read_sales(db, TAX_BY_RATE, COMPANY, DAY, DAY, shops[0].store_id)
        assert await read_sales(db, DAILY_SALES, stranger, DAY, NEXT_DAY) == ()
        assert await read_sales(db, TAX_BY_RATE, stranger, DAY, NEXT_DAY) == ()
        assert await stock_by_store(db, stranger) == ()
    assert [(row.business_date, row.store_code) for row in days] == [
        (day, shop.code) for day in (DAY, NEXT_DAY) for shop in shops
    ]
    for row in days:
        shop = next(shop for shop in shops if shop.code == row.store_code)
        totals = tally(shop.facts, row.business_date).totals()
        assert (row.transactions, row.gross_minor, row.refunds_minor) == (
            totals.transactions,
            totals.gross_minor,
            totals.refunds_minor,
        )
        assert row.total_minor == totals.gross_minor - totals.refunds_minor
        assert row.tax_minor == sum(tax.tax_minor for tax in totals.taxes)
    assert [row.store_code for row in one] == ["S02"]
    assert [(row.tax_class, row.tax_rate_bp, row.net_minor, row.tax_minor) for row in taxes] == [
        (tax.tax_class, tax.tax_rate_bp, tax.net_minor, tax.tax_minor)
        for tax in tally(shops[0].facts, DAY).totals().taxes
    ]


async def test_sales_and_tax_are_sums_over_the_figures_of_days_and_equal_the_rows(
    engine: AsyncEngine,
) -> None:
    """With tax on top, training and days on which nothing was sold; no receipt is read for them."""
    shop, later = traded(), NEXT_DAY + timedelta(days=1)
    on_top = shop.sale(((0, 1_000, 1_000),), day=NEXT_DAY)
    (line,), (tender,) = on_top.lines, on_top.tenders
    lines = (structs.replace(line, tax_included=False, tax_minor=90),)
    paid = (structs.replace(tender, amount_minor=1_090 + on_top.change_minor),)
    shop.append(structs.replace(on_top, lines=lines, taxes=tax_lines(lines), tenders=paid))
    shop.new_tills()
    shop.open(later)
    shop.append(shop.sale(day=later, training=True))
    await arrived(engine, shop)
    async with unit_of_work(engine) as db:
        before = (
            await read_sales(db, DAILY_SALES, COMPANY, DAY, later),
            await read_sales(db, TAX_BY_RATE, COMPANY, DAY, later),
        )
        owed = await db.execute(
            text(
                "SELECT business_date, count(*), sum(total_minor) FROM sale WHERE NOT training"
                " GROUP BY 1 ORDER BY 1"
            )
        )
        taxed = await db.execute(
            text(
                "SELECT tax_class, tax_rate_bp, sum(net_minor), sum(tax_minor) FROM sale_tax"
                " JOIN sale USING (store_id, sale_id) WHERE NOT training"
                " GROUP BY 1, 2 ORDER BY 1, 2"
            )
        )
        for name in ("sale", "sale_line", "sale_tax", "sale_tender"):
            await db.execute(text(f"DELETE FROM {name}"))
        after = (
            await read_sales(db, DAILY_SALES, COMPANY, DAY, later),
            await read_sales(db, TAX_BY_RATE, COMPANY, DAY, later),
        )
    assert before == after
    days, rates = before
    assert [(row.business_date, row.transactions, row.total_minor) for row in days] == [
        tuple(row) for row in owed
    ]
    assert [(row.tax_class, row.tax_rate_bp, row.net_minor, row.tax_minor) for row in rates] == [
        tuple(row) for row in taxed
    ]
    assert [row.business_date for row in days] == [DAY, NEXT_DAY]


async def test_the_tax_report_says_the_base_without_the_tax_and_leaves_out_what_is_out_of_scope(
    engine: AsyncEngine,
) -> None:
    """A15: two items of 10.90 with 9 % inside have a base of 20.00 and a tax of 1.80."""
    shop = Shop(1)
    shop.open()
    sale = shop.sale(((0, 1_000, 1_090), (2, 1_000, 1_090), (1, 1_000, 5_000)))
    outside = structs.replace(sale.lines[2], tax_class=TaxClass.OUT_OF_SCOPE)
    lines = (*sale.lines[:2], outside)
    shop.append(structs.replace(sale, lines=lines, taxes=tax_lines(lines)))
    await arrived(engine, shop)
    async with unit_of_work(engine) as db:
        rows = await read_sales(db, TAX_BY_RATE, COMPANY, DAY, DAY)
    assert [(row.tax_class, row.tax_rate_bp, row.net_minor, row.tax_minor) for row in rows] == [
        ("standard", 900, 2_000, 180)
    ]


async def test_stock_is_the_sum_of_every_movement(engine: AsyncEngine) -> None:
    shop = await arrived(engine, traded())
    async with unit_of_work(engine) as db:
        levels = await stock_by_store(db, COMPANY, shop.store_id)
        totals = await store_totals(db, shop.store_id, None)
        page = await stock_by_store(db, COMPANY, None, Page(2, 1))
    assert sum(level.on_hand_milli for level in levels) == totals.stock_milli
    assert page == levels[1:3]
    assert all(level.oversold == (level.on_hand_milli < 0) for level in levels)


async def test_where_every_store_stands_is_told(engine: AsyncEngine) -> None:
    shop = traded()
    shop.append_body("from_the_future", 1, b"")
    archive = PostgresArchive(engine)
    await open_stream(archive, engine, shop)
    whole = shop.chain
    await ingest_batch(archive, shop.store_id, shop.device_id, whole.batch(0, 10), NOW_MS)
    async with unit_of_work(engine) as db:
        (early,) = await store_standings(db, COMPANY)
    await deliver(archive, shop)
    await apply_all(archive)
    async with unit_of_work(engine) as db:
        (late,) = await store_standings(db, COMPANY)
    assert (early.watermark, early.behind, early.unapplied) == (10, len(shop.events) - 10, 10)
    assert (late.watermark, late.behind, late.unapplied) == (len(shop.events), 0, 0)
    assert (late.set_aside, late.alarm, late.last_contact_ms) == (1, None, NOW_MS)
    assert late.head_hash == whole.hashes[-1].hex()
