"""A price list comes in by a command: what it would change, what it changed, what it did not."""

import csv
from pathlib import Path
from typing import Any

import pytest

from central.db.engine import driver_of, open_engine, unit_of_work
from central.usecases.company.add import find_company
from central.usecases.feed.publish_reference import publish_items
from sync.protocol.codec import decode
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item, Price
from tests.central_fixtures import postgres_template
from tests.integration.test_central_cli import Done, central

__all__ = ["postgres_template"]

LIST = """\
Artikelnummer;Bezeichnung;Warengruppe;EAN;VK-Preis;MwSt;EK
MLK-1;Milch 1 l;Molkerei;8880417000017;1,20;9 %;0,80
BRD-1;Brot;Bäckerei;;2,35;9 %;
KG-1;Äpfel;Obst;20000011;1.234,50;9 %;
"""


@pytest.fixture
async def url(postgres_url: str) -> str:
    for words in (("company", "add", "Acme"), ("store", "add", "S01"), ("load-sample",)):
        assert (await central(*words, url=postgres_url)).code == 0
    return postgres_url


async def imported(url: str, path: Path, *words: str) -> Done:
    return await central("import", "items", str(path), *words, url=url)


async def rows(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What a plain SQL statement gives."""
    engine = open_engine(url)
    try:
        async with unit_of_work(engine) as db:
            found = await (await driver_of(db)).fetch(statement, *values)
            return [tuple(row) for row in found]
    finally:
        await engine.dispose()


async def published(url: str, data_set: DataSet) -> int:
    """How many rows of the set were ever published; none waits."""
    assert await rows(url, "SELECT 1 FROM publication") == []
    found = await rows(url, "SELECT count(*) FROM feed_log WHERE data_set = $1", data_set.value)
    return int(found[0][0])


async def item(url: str, item_id: str) -> Item:
    found = await rows(url, "SELECT body FROM feed_latest WHERE key = $1", item_id)
    return decode(Item, found[0][0])


async def test_a_price_list_comes_in_and_again_changes_nothing(url: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.encode("cp1252"))
    before = await published(url, DataSet.ITEMS)
    tried = await imported(url, path, "--dry-run")
    assert tried.code == 0
    assert "cp1252, separated by ;" in tried.shown
    assert "line 2: MLK-1 Milch 1 l: new; price main 1.20" in tried.shown
    assert tried.shown.splitlines()[-1].startswith("Nothing was changed. 3 new")
    assert await published(url, DataSet.ITEMS) == before
    done = await imported(url, path)
    assert (done.code, done.complaint) == (0, "")
    assert done.shown.splitlines()[-1].startswith("3 new, 0 changed, 0 the same.")
    assert await item(url, "MLK-1") == Item(
        ItemId("MLK-1"),
        *("Milch 1 l", "Molkerei", TaxClass.STANDARD, ("8880417000017",)),
        unit_cost_minor=80,
    )
    counts = [await published(url, each) for each in (DataSet.ITEMS, DataSet.PRICES)]
    assert counts[0] == before + 3
    again = await imported(url, path)
    assert again.shown.splitlines()[-1].startswith("0 new, 0 changed, 3 the same.")
    assert counts == [await published(url, each) for each in (DataSet.ITEMS, DataSet.PRICES)]


FAULTY = """\
item,name,barcode,price
A,Milk,8880417000013,1.20
B,Cream,8880417000013,1.20
C,Tea,,one
D,Jam,7,3.10
"""


async def test_good_lines_go_in_and_faulty_ones_are_told_or_nothing_goes_in(
    url: str, tmp_path: Path
) -> None:
    path, report = tmp_path / "list.csv", tmp_path / "faults.csv"
    path.write_text(FAULTY)
    before = await published(url, DataSet.ITEMS)
    whole = await imported(url, path, "--all-or-nothing", "--report", str(report))
    assert whole.code == 1
    assert "Nothing was changed: 3 faulty lines." in whole.shown
    assert await published(url, DataSet.ITEMS) == before
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:3] for row in rows] == [
        ["line", "field", "value"],
        ["2", "scan_codes", "8880417000013"],
        ["3", "scan_codes", "8880417000013"],
        ["4", "price", "one"],
    ]
    assert rows[1][3] == "it is the code of White Bread 400 g (BAK-001)", "the sample's"
    done = await imported(url, path)
    assert done.code == 1
    assert "1 new, 0 changed, 0 the same; 3 faulty lines were left out" in done.shown
    assert await published(url, DataSet.ITEMS) == before + 1


async def test_what_was_said_of_a_file_is_remembered_for_the_next_of_its_shape(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Nr;Ware;Betrag\nA;Milch;1.234\n")
    refused = await imported(url, path)
    assert refused.code == 2
    assert "--map name=HEADER" in refused.complaint
    said = ("--map", "item=Nr", "--map", "name=Ware", "--map", "price=Betrag")
    unsure = await imported(url, path, *said)
    assert (unsure.code, "--decimal" in unsure.shown) == (1, True)
    assert (await imported(url, path, *said, "--decimal", ",")).code == 0
    path.write_text("NR;WARE;BETRAG\nB;Tee;2.345\n")
    done = await imported(url, path)
    assert (done.code, "as an earlier file was" in done.shown) == (0, True)
    assert (await item(url, "B")).name == "Tee"


async def test_a_code_that_somebody_took_meanwhile_leaves_nothing_half_done(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("item,name,barcode\nA,Milk,123\nB,Tea,124\n")
    engine = open_engine(url)
    taken = Item(ItemId("Z"), "Zest", "", TaxClass.STANDARD, ("124",))
    async with unit_of_work(engine) as db:
        await publish_items(db, await find_company(db, None), [taken])
    await engine.dispose()
    # As if Zest had come after the file was read.
    await rows(url, "DELETE FROM listed_item WHERE item_id = 'Z'")
    done = await imported(url, path)
    assert done.code == 2
    assert "the scan code 124 is that of Zest (Z)" in done.complaint
    assert await rows(url, "SELECT 1 FROM publication WHERE key IN ('A', 'B')") == []


async def test_prices_of_zones_and_dates_reach_their_feeds(url: str, tmp_path: Path) -> None:
    added = await central("store", "add", "S02", "--price-zone", "airport", url=url)
    assert added.code == 0
    path = tmp_path / "list.csv"
    path.write_text(
        "item,name,price,zone,from\nA,Milk,1.20,main,2026-12-01\nA,,1.90,airport,2026-12-01\n"
        "B,Tea,2.00,,2026-12-01\nC,Jam,2.00,moon,2026-12-01\n"
    )
    done = await imported(url, path)
    assert done.code == 1
    assert "zone 'moon': no store follows it" in done.shown
    found = await rows(
        url,
        "SELECT scope, body FROM feed_latest WHERE data_set = 'prices'"
        " AND (key LIKE 'A@%' OR key LIKE 'B@%') ORDER BY scope, key",
    )
    midnight = 1_796_054_400_000
    assert [(zone, decode(Price, body)) for zone, body in found] == [
        ("airport", Price(ItemId("A"), midnight, 190)),
        ("airport", Price(ItemId("B"), midnight, 200)),
        ("main", Price(ItemId("A"), midnight, 120)),
        ("main", Price(ItemId("B"), midnight, 200)),
    ]
