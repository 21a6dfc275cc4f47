"""Every kind of fact has golden bytes, a line in PROTOCOL.md, and rows that it is known to make.

The golden facts themselves are projected, in both archives: what each changes is told here by
hand, table by table. A kind that is added to the codec and not here fails.
"""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

import sync
from central.archive.port import Archive
from central.archive.postgres import PostgresArchive
from central.db.engine import unit_of_work
from central.db.tables import metadata
from central.projections.arrival import RECOVERED_KIND
from central.projections.event import Event
from central.projections.fact_id import SALE_KIND
from central.projections.fold import fold_events
from central.projections.fold.kinds import FACT_KINDS
from central.projections.projection import ENTRIES
from central.projections.rows import BY_ROW
from central.projections.taking_back import is_taken_away
from central.usecases.feed.publish_reference import publish_customers
from sync.protocol.codec import KINDS
from sync.protocol.facts import AnyFact, CustomerChanged, Fact, KindVersion
from sync.protocol.identity import EventId
from sync.protocol.reference import DataSet
from tests.contract.projected import Row
from tests.contract.projected_facts import PROJECTED
from tests.doubles.archive_memory import MemoryArchive
from tests.golden import examples as golden
from tests.head_office import (
    Rows,
    apply_all,
    deliver,
    open_stream,
    projections,
)
from tests.shop_journal import COMPANY, NOW_MS, Shop

GOLDEN_BODIES = Path(golden.__file__).with_name("bodies_1.json")
PROTOCOL = Path(sync.__file__).with_name("PROTOCOL.md")
THE_DAY_BEFORE = date(2025, 11, 23)


def test_no_kind_lacks_golden_bytes_a_line_in_the_protocol_or_a_projection() -> None:
    bodies = {tuple(name.split()) for name in json.loads(GOLDEN_BODIES.read_text())}
    told = {
        tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")[:2])
        for line in PROTOCOL.read_text().splitlines()
        if line.startswith("| `")
    }
    for kind, version in KINDS:
        name = (kind, str(version))
        assert name in bodies, f"{kind} {version}: no golden bytes in {GOLDEN_BODIES.name}"
        assert name in told, f"{kind} {version}: no line in PROTOCOL.md"
        assert (kind, version) in PROJECTED, f"{kind} {version}: nobody says what rows it makes"
    assert PROJECTED.keys() == KINDS.keys()
    assert golden.EXAMPLES.keys() == KINDS.keys()
    assert FACT_KINDS.keys() == set(KINDS.values()), "what does head office make of it?"
    assert set(Fact.__subclasses__()) == set(KINDS.values()), "a fact that is in no list"
    for fact in KINDS.values():
        assert fact.OWN_ID is None or fact.OWN_ID in fact.__struct_fields__
        assert fact.ROOT is None or fact.ROOT[1] in fact.__struct_fields__


@pytest.mark.parametrize("name", PROJECTED, ids=lambda name: f"{name.kind}_{name.version}")
def test_a_projection_names_the_kinds_that_its_rows_are_made_anew_of(name: KindVersion) -> None:
    """Where what counts no more cannot be taken away from what stands."""
    shop, fact = Shop(1), golden.EXAMPLES[name]
    stamps = (NOW_MS, NOW_MS)
    event = Event(shop.store_id, shop.epoch, 1, EventId(golden.SALE), *stamps, fact)
    changes = fold_events(COMPANY, [event])
    for kind in changes:
        one = BY_ROW[kind]
        assert is_taken_away(one) or name.kind in one.kinds, f"{one.row.__name__}: {name.kind}"


@pytest.mark.parametrize("in_memory", [True, False], ids=["memory", "postgres"])
@pytest.mark.parametrize("name", PROJECTED, ids=lambda name: f"{name.kind}_{name.version}")
async def test_a_fact_of_each_kind_makes_its_rows_and_no_others(
    engine: AsyncEngine, name: KindVersion, in_memory: bool
) -> None:
    archive: Archive = MemoryArchive() if in_memory else PostgresArchive(engine)
    used = None if in_memory else engine
    shop, expected = Shop(1), PROJECTED[name]
    await open_stream(archive, used, shop)
    earlier = (golden.EXAMPLES[KindVersion(kind, 1)] for kind in expected.after)
    before = await _rows_after(archive, used, shop, [_earlier_sale(shop), *earlier])
    after = await _rows_after(archive, used, shop, [_in_its_name(shop, golden.EXAMPLES[name])])
    changed = {table: _new(table, before, after) for table in after}
    counted = [row["kind"] for row in changed.pop("counted_fact")]
    assert counted == ([name.kind] if name.kind not in (SALE_KIND, RECOVERED_KIND) else [])
    assert {table for table, rows in changed.items() if rows} == expected.rows.keys()
    for table, rows in expected.rows.items():
        looked_at = [{column: row[column] for column in rows[0]} for row in changed[table]]
        assert _sorted(looked_at) == _sorted(rows)


async def test_no_fact_of_a_shop_publishes_what_head_office_alone_decides(
    engine: AsyncEngine,
) -> None:
    """Prices, items, taxes, promotions, operators, settings: whatever a box writes, nothing of them
    is published. What facts are published as is named here."""
    archive, shop = PostgresArchive(engine, publish_customers), Shop(1)
    await open_stream(archive, engine, shop)
    newest = {name.kind: name for name in sorted(PROJECTED)}.values()
    facts = [_in_its_name(shop, golden.EXAMPLES[name]) for name in newest]
    await _rows_after(archive, engine, shop, [_earlier_sale(shop), *facts])
    async with unit_of_work(engine) as db:
        found = await db.execute(select(metadata.tables["publication"].c.data_set).distinct())
        published = {DataSet(data_set) for (data_set,) in found}
    assert DataSet.CUSTOMERS in published
    assert published <= {DataSet.CUSTOMERS, DataSet.CUSTOMER_ALIASES, DataSet.GRANTS}


def _in_its_name(shop: Shop, fact: AnyFact) -> AnyFact:
    """A box changes customers in its own store's name."""
    if not isinstance(fact, CustomerChanged):
        return fact
    fields = [structs.replace(change, source=shop.store_id) for change in fact.fields]
    return structs.replace(fact, fields=tuple(fields))


def _earlier_sale(shop: Shop) -> AnyFact:
    """The one that the golden receipt takes a line back of: of another day, item and customer."""
    basket = ((1, 1_000, 350),) * 3
    return shop.sale(basket, day=THE_DAY_BEFORE, sale_id=golden.EARLIER_SALE)


async def _rows_after(
    archive: Archive, engine: AsyncEngine | None, shop: Shop, facts: Iterable[AnyFact]
) -> Rows:
    for fact in facts:
        shop.append(fact)
    await deliver(archive, shop)
    await apply_all(archive)
    return await projections(archive, engine)


def _new(table: str, before: Rows, after: Rows) -> list[Row]:
    """Rows that were not there before, but for figures of nothing; how much stands in a sum is
    looked at elsewhere."""
    columns = [column.name for column in metadata.tables[table].columns]
    earlier, later = (
        [dict(zip(columns, row, strict=True)) | {ENTRIES: 0} for row in rows[table]]
        for rows in (before, after)
    )
    rows = [row for row in later if row not in earlier]
    return [row for row in rows if table != "day_total" or row["amount"]]


def _sorted(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=repr)
