"""Suppliers, what they bring and when stores want more: by command and by file, told by the line
where a line is wrong, and published to the stores that they are for."""

from pathlib import Path

import pytest

from central.db.engine import open_engine, unit_of_work
from central.usecases.company.add import find_company
from central.usecases.feed.read_published import published_rows
from central.usecases.store.add import find_store
from sync.protocol.buying import ReorderPoint, Supplier, SupplierItem
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import central

__all__ = ["postgres_template"]
BUN = ItemId("BUN")


@pytest.fixture
async def url(postgres_url: str) -> str:
    """A company with a store and two items."""
    await central("company", "add", "Acme", url=postgres_url)
    await central("store", "add", "S01", "--name", "One", url=postgres_url)
    for item in ("BUN", "TEA"):
        made = await central(
            *("item", "set", item, "--name", item, "--tax", "standard", "--price", "4.50"),
            url=postgres_url,
        )
        assert made.code == 0, made.complaint
    return postgres_url


async def ours(url: str, *words: str, code: int = 0) -> str:
    done = await central("supplier", *words, url=url)
    assert (words, done.code) == (words, code), done.complaint
    return done.shown


async def published(url: str, data_set: DataSet, *, of_store: bool = False) -> list[object]:
    engine = open_engine(url)
    async with unit_of_work(engine) as db:
        company_id = await find_company(db, None)
        scope = str(await find_store(db, company_id, "S01")) if of_store else ""
        rows = await published_rows(db, company_id, data_set, scope)
    await engine.dispose()
    return list(rows.values())


async def test_a_supplier_is_made_changed_and_retired(url: str) -> None:
    await ours(url, "set", "ACME", "--name", "Acme Foods", "--lead-days", "3", "--over", "5%")
    said = await ours(url, "set", "ACME", "--email", "orders@acme.example")
    assert "ACME  Acme Foods  orders@acme.example  3 days  5% over" in said
    wanted = Supplier("ACME", "Acme Foods", "orders@acme.example", "", 3, 500)
    assert await published(url, DataSet.SUPPLIERS) == [wanted]
    assert "retired" in await ours(url, "retire", "ACME")
    assert "There are 1 suppliers" in await ours(url, "list")
    unknown = await central("supplier", "set", "NEW", "--email", "a@b.example", url=url)
    assert (unknown.code, "There is no supplier NEW" in unknown.complaint) == (2, True)


async def test_what_they_bring_comes_by_file_and_a_dry_run_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    await ours(url, "set", "ACME", "--name", "Acme Foods")
    file = tmp_path / "brings.csv"
    file.write_text(
        "supplier,item,code,pack,cost,preferred\nACME,BUN,A-17,12,30.00,yes\n"
        "ACME,TEA,,,,\nACME,NONE,,,,\nNOBODY,BUN,,,,\nACME,BUN,,0,,\nACME,BUN,,12,x,\n"
    )
    said = await ours(url, "import", str(file), "--dry-run", code=1)
    assert "Nothing was changed. 2 new, 0 changed, 0 the same; 4 faulty lines" in said
    assert await published(url, DataSet.SUPPLIER_ITEMS) == []
    said = await ours(url, "import", str(file), code=1)
    for line in ("line 4: item 'NONE'", "line 5: supplier 'NOBODY'", "line 6: pack '0'", "line 7"):
        assert line in said
    brought = [
        SupplierItem("ACME", BUN, "A-17", 12_000, 3_000, preferred=True),
        SupplierItem("ACME", ItemId("TEA")),
    ]
    assert await published(url, DataSet.SUPPLIER_ITEMS) == brought
    assert "2 the same" in await ours(url, "import", str(file), code=1)
    await ours(url, "item", "ACME", "BUN", "--pack", "6", "--cost", "15.00")
    assert "BUN  6 in one  SGD 15.00" in await ours(url, "items", "ACME")
    await ours(url, "drop", "ACME", "BUN")
    assert await published(url, DataSet.SUPPLIER_ITEMS) == brought[1:]


async def test_a_store_s_reorder_points_are_its_own(url: str, tmp_path: Path) -> None:
    await ours(url, "point", "S01", "BUN", "12", "48")
    file = tmp_path / "points.csv"
    file.write_text("item,at,up_to\nBUN,12,60\nTEA,5,\nTEA,9,3\n")
    said = await ours(url, "import-points", "S01", str(file), code=1)
    assert "line 4: up_to '3': it would reach less than it begins at" in said
    assert "1 new, 1 changed, 0 the same; 1 faulty lines were left out" in said
    points = [ReorderPoint(BUN, 12_000, 60_000), ReorderPoint(ItemId("TEA"), 5_000, 5_000)]
    assert await published(url, DataSet.REORDER_POINTS, of_store=True) == points
    assert "S01 has 2 reorder points" in await ours(url, "points", "S01")
    await ours(url, "drop-point", "S01", "TEA")
    assert await published(url, DataSet.REORDER_POINTS, of_store=True) == points[:1]
