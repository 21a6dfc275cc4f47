"""How many product files it takes to add one more of what grows most, and that it takes no more.

README's Contributing names the files. One of each is really added, in a copy of the tree, to those
files and no others; what was added then works, from a store's own database to head office's.
"""

import ast
import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from litestar.handlers import BaseRouteHandler

from central import pages
from central.pages import assets
from central.projections.rows import WHOLE
from central.server import app
from sync.protocol.codec import KINDS
from sync.protocol.facts import TenderKind
from sync.protocol.figures import FIGURES, SUMS
from sync.protocol.promotions.kinds import BY_CODE
from sync.protocol.reference import DataSet
from tests.contract.additions import ADDITIONS, AtEnd, Behind, Edits, Instead, New
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
PRODUCT = ("sync", "edge", "central")
FACT_KIND_FILES_MAX = 10
ROW = re.compile(
    r"^\| (?P<what>an? [^|]+?) \| (?:(?P<before>\d+) → )?(?P<now>\d+) \| (?P<how>.*) \|$"
)
PATH = re.compile(r"`((?:sync|edge|central)/[\w/]+\.\w+)`")
WORD = {"SUBJECT": r"\w+", "VERB": r"\w+", "KIND": r"\w+", "NAME": r"\w+"}

PROGRAM = '''
import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import edge

from central.archive.port import StreamKey
from central.archive.postgres import PostgresArchive
from central.db import migrate as central_schema
from central.db.engine import open_engine, driver_of, unit_of_work
from central.domain.feeds import FollowedFeed
from central.reports.figure_rows import FigureScope, figure_keys, figure_rows
from central.reports.totals import store_totals
from central.usecases.feed.publish_reference import publish_rows
from central.usecases.feed.read_feed import FeedCursor, feed_heads, feed_page
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.journal.ingest_batch import Acknowledged, ingest_batch
from central.usecases.proof.rebuild_projections import rebuild_projections
from edge.api.stock import ROUTES
from edge.db.connection import migrate as store_schema
from edge.db.connection.writer import InlineWriter
from edge.db.totals import read_totals
from central.domain.promotion_example import Priced, example_of
from central.domain.promotion_text import keys_of
from central.pages.words import promotions as said
from sync.protocol.promotions.kinds import BY_CODE, Published, understood
from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.stock.read_cold_room import ReadColdRoom, read_cold_room
from edge.db.journal import read_range
from sync.protocol.batch import UNFOLDED_BYTES_MAX
from sync.protocol.change import epoch_of, genesis_hash, Genesis
from sync.protocol.codec import decode, encode, pack_batch, unpack_batch
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId, MovementId, PromotionId, TenderId
from sync.protocol.promotions.shape import Pick
from sync.protocol.reference import Carrier, DataSet, FeedPage, Item, PublishedPromotion
from tests.builders import ANNA, BUSINESS_DATE, CARD, DEVICE, NOW_MS, STORE, STORE_CODE
from tests.builders import moment, new_store
from tests.chain_strategies import Chain
from tests.doubles.archive_memory import MemoryArchive
from tests.head_office import apply_all, open_stream, projections
from tests.sale_builders import line, return_line, sale_request, sell, tender, total_of
from tests.shop_journal import COMPANY

READING = MovementId(UUID(int=7))


def at_the_store(writer):
    """A fact of the new kind, a sale paid by the new kind of tender, and one that is taken back."""
    writer.run_now(
        lambda db: read_cold_room(db, ReadColdRoom(READING, ANNA, -18_000), moment())
    )
    writer.run_now(lambda db: db.execute("INSERT INTO tender VALUES ('q', 'Q', 'cheque', 1, 1)"))
    paid = [tender(TenderId("q"), total_of([line()]), reference="000017")]
    writer.run_now(lambda db: sell(db, sale_request(tenders=paid)))
    writer.run_now(lambda db: sell(db, sale_request("2")))
    due = total_of([line()])
    back = sale_request("3", [return_line("2")], [tender(CARD, -due)], total_minor=-due)
    writer.run_now(lambda db: sell(db, back))
    totals = writer.run_now(lambda db: read_totals(db, BUSINESS_DATE))
    assert totals.returned == 1
    return totals


def sent(writer):
    """The whole journal as it arrives, and whose it is."""
    entries = writer.run_now(lambda db: read_range(db, 0, 200, UNFOLDED_BYTES_MAX))
    record = writer.run_now(lambda db: db.execute("SELECT genesis FROM box").fetchone()[0])
    epoch = epoch_of(decode(Genesis, record), record)
    events = tuple(entry.envelope for entry in entries)
    batch = Chain(STORE, epoch, genesis_hash(record), events).batch(0, len(events))
    back = unpack_batch(pack_batch(batch))
    assert back.envelopes == events
    key = StreamKey(STORE, epoch)
    return back, SimpleNamespace(
        key=key, genesis=record, store_id=STORE, code=STORE_CODE, epoch=epoch, device_id=DEVICE
    )


async def counted(archive, engine, batch, shop):
    """Head office counts both, and makes the same rows anew."""
    await open_stream(archive, engine, shop)
    answer = await ingest_batch(archive, STORE, DEVICE, batch, NOW_MS)
    assert isinstance(answer, Acknowledged), answer
    await apply_all(archive)
    rows = await projections(archive, engine)
    assert rows["quarantine"] == []
    ((store, reading, degrees),) = rows["cold_room_reading"]
    assert (str(store), str(reading), degrees) == (str(STORE), str(READING), -18_000)
    assert any("cheque" in row for row in rows["sale_tender"])
    assert any("cold_room_read" in row for row in rows["counted_fact"])
    return rows


async def reported(engine, told):
    """The new figure of the day is the store's, in all three ways that head office counts it."""
    async with unit_of_work(engine) as db:
        assert await store_totals(db, STORE, BUSINESS_DATE) == told
        key = figure_keys(told)[-1]
        page = await figure_rows(db, FigureScope(STORE, BUSINESS_DATE), key)
    assert (key.kind.value, page.row_count) == ("returned-lines", 1)


async def published(engine, writer):
    """A row of the new data set goes from head office into the store's table."""
    async with unit_of_work(engine) as db:
        await publish_rows(db, COMPANY, DataSet.CARRIERS, [Carrier("s1", "Dairy")])
    await drain_publications(engine)
    async with unit_of_work(engine) as db:
        heads = await feed_heads(db, COMPANY, STORE, "")
        feed = FollowedFeed(DataSet.CARRIERS, "")
        page = await feed_page(db, COMPANY, feed, FeedCursor(None, 0))
    assert {head.data_set: head.head for head in heads}["carriers"] == 1
    page = decode(FeedPage, encode(page))
    writer.run_now(lambda db: apply_reference(db, page, moment()))
    rows = writer.run_now(lambda db: db.execute("SELECT * FROM carrier").fetchall())
    assert [tuple(row) for row in rows] == [("s1", "Dairy", 1)]


async def main(tree, url):
    assert Path(edge.__file__).is_relative_to(tree), edge.__file__
    store = new_store(Path(tree) / "store.sqlite3")
    store_schema.check(store)
    assert any("/stock/cold-room" in route.paths for route in ROUTES)
    offered = Published(PromotionId("P"), 1, "1.00 off", "penny_off", encode([100]))
    assert understood(offered) is not None
    assert {kind: said.kinds[kind] for kind in BY_CODE}["penny_off"] == "a few cents off"
    assert [said.keys[key.name] for key in keys_of(BY_CODE["penny_off"])]
    drafted = PublishedPromotion(PromotionId("P"), "1.00 off", "penny_off", encode([100]))
    item = Item(ItemId("I"), "Bun", "", TaxClass.STANDARD, ())
    (bun,) = example_of(drafted, {Pick(): Priced(item, 450)})
    assert (bun.before_minor, bun.after_minor) == (450, 350)
    writer = InlineWriter.open(store)
    told = at_the_store(writer)
    batch, shop = sent(writer)
    await counted(MemoryArchive(), None, batch, shop)
    await central_schema.migrate(url)
    engine = open_engine(url)
    await central_schema.check(engine)
    async with unit_of_work(engine) as db:
        made = "INSERT INTO company (company_id, name, currency, decimals)"
        made += " VALUES ($1, 'A', 'SGD', 2)"
        await (await driver_of(db)).execute(made, COMPANY)
    archive = PostgresArchive(engine)
    rows = await counted(archive, engine, batch, shop)
    await rebuild_projections(engine)
    assert await projections(archive, engine) == rows
    (figure,) = [row[3] for row in rows["day_total"] if "returned lines" in row]
    assert figure == told.returned
    await reported(engine, told)
    await published(engine, writer)
    await engine.dispose()
    writer.close_now()
    print("works")


asyncio.run(main(*sys.argv[1:]))
'''


@pytest.fixture(scope="session")
def postgres_template() -> str:
    """An empty database: the copy's own migration makes its tables."""
    return "template0"


def contributing() -> dict[str, re.Match[str]]:
    """The rows of README's table that count files, by what is to be added."""
    rows = map(ROW.match, (ROOT / "README.md").read_text().splitlines())
    return {row["what"]: row for row in rows if row is not None}


def files_of(what: str) -> list[str]:
    """The product files that the row names, each once."""
    return list(dict.fromkeys(PATH.findall(contributing()[what]["how"])))


def names(pattern: str, path: str) -> bool:
    """``edge/usecases/SUBJECT/VERB.py`` names every file of a verb."""
    parts = re.split("(" + "|".join(WORD) + ")", pattern)
    return (
        re.fullmatch("".join(WORD.get(part, re.escape(part)) for part in parts), path) is not None
    )


def test_each_count_in_contributing_is_the_number_of_the_files_that_its_row_names() -> None:
    counted = {what: int(row["now"]) for what, row in contributing().items()}
    assert counted == {what: len(files_of(what)) for what in counted}
    assert counted["a fact kind"] <= FACT_KIND_FILES_MAX
    for what, row in contributing().items():
        assert row["before"] is None or int(row["before"]) > counted[what], what


@pytest.mark.parametrize("what", ADDITIONS)
def test_one_more_touches_exactly_the_files_that_contributing_names(what: str) -> None:
    patterns, touched = files_of(what), list(ADDITIONS[what])
    assert [path for path in touched if not any(names(one, path) for one in patterns)] == []
    assert [one for one in patterns if not any(names(one, path) for path in touched)] == []
    assert len(touched) == len(patterns)


def written(tree: Path, edits: Mapping[str, Edits]) -> None:
    """Make the edits; each place must be there once."""
    for path, each in edits.items():
        file = tree / path
        for edit in each:
            before = "" if isinstance(edit, New) else file.read_text()
            match edit:
                case New(text):
                    assert not file.exists(), path
                    after = text
                case AtEnd(text):
                    after = before + text
                case Behind(anchor, text):
                    assert before.count(anchor) == 1, (path, anchor)
                    after = before.replace(anchor, anchor + text)
                case Instead(old, text):
                    assert before.count(old) == 1, (path, old)
                    after = before.replace(old, text)
            file.write_text(after)


def test_one_of_each_is_added_in_a_copy_and_works_from_a_stores_disk_to_head_offices_tables(
    tmp_path: Path, postgres_url: str
) -> None:
    tree = tmp_path / "tree"
    for part in PRODUCT:
        ignored = shutil.ignore_patterns("__pycache__", "vendor", "web")
        shutil.copytree(ROOT / part, tree / part, ignore=ignored)
    for what, edits in ADDITIONS.items():
        if what != "a projection":  # the fact kind's
            written(tree, edits)
    program = tree / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(program), str(tree), postgres_url],
        env={"PYTHONPATH": f"{tree}:{ROOT}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["works"], done.stderr[-4_000:]


LISTS: Mapping[str, tuple[str, Collection[str]]] = {
    "classes of facts": ("a fact kind", [fact.__name__ for fact in KINDS.values()]),
    "names of kinds": ("a fact kind", [name.kind for name in KINDS]),
    "projections": ("a projection", [one.row.__name__ for one in WHOLE]),
    "tables of projections": ("a projection", [one.table for one in WHOLE]),
    "members of DataSet": ("a data set", [f"DataSet.{one.name}" for one in DataSet]),
    "names of data sets": ("a data set", [one.value for one in DataSet]),
    "members of TenderKind": ("a tender kind", [f"TenderKind.{one.name}" for one in TenderKind]),
    "names of tender kinds": ("a tender kind", [one.value for one in TenderKind]),
    "codes of promotion kinds": ("a promotion kind", list(BY_CODE)),
    "fields of figures": ("a day's figure", SUMS),
    "names of figures": ("a day's figure", [one.name for one in FIGURES]),
    "words of figures": ("a day's figure", [one.slug for one in FIGURES]),
}
"""By what is counted: whose row of Contributing names the files that list them."""
EXAMPLES = {
    "central/sample/chain.py": "what the sample's shops are paid with",
    "central/usecases/company/load_sample.py": "the sets that the sample has",
    "central/demo/sample_run.py": "words that are also names of sets",
    "central/demo/goods.py": "what the demo's shops are paid with",
    "central/demo/acts_at_counter.py": "what is done at the demo's tills, a kind of each",
}


def mentioned(file: Path) -> set[str]:
    """Names, ``Owner.member`` and whole texts in a file's code; of a script, its quoted words."""
    if file.suffix != ".py":
        return set(re.findall(r"""["']([\w -]+)["']""", file.read_text()))
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Name(name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Constant(value=str(text)):
                found.add(text)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.add(f"{node.value.id}.{node.attr}")
    return found


def test_no_file_beside_those_that_contributing_names_lists_what_grows() -> None:
    files = {
        str(file.relative_to(ROOT)): mentioned(file)
        for part in PRODUCT
        for file in sorted((ROOT / part).rglob("*"))
        if file.suffix in {".py", ".js", ".html"} and "vendor" not in file.parts
    }
    strays = {
        (path, said): sorted(words & set(members))
        for said, (what, members) in LISTS.items()
        for path, words in files.items()
        if len(words & set(members)) > len(members) / 2
        and path not in EXAMPLES
        and not any(names(one, path) for one in files_of(what))
    }
    assert strays == {}


def test_a_page_of_the_board_is_a_route_of_its_module_and_a_template_that_one_fills() -> None:
    routes: dict[str, set[object]] = {}
    for found in pkgutil.iter_modules(pages.__path__, "central.pages."):
        module = importlib.import_module(found.name)
        own = [one for one in vars(module).values() if isinstance(one, BaseRouteHandler)]
        routes[found.name] = {one for one in own if one.fn.__module__ == found.name}
    served = {route for module in app._PAGES for route in module.ROUTES} | {assets.read_asset}
    assert {route for found in routes.values() for route in found} == served
    texts = [Path(file).read_text() for file in Path(pages.__path__[0]).glob("*.py")]
    for template in (ROOT / "central/web/templates").glob("[a-z]*.html"):
        if template.name != "base.html":
            assert sum(f'"{template.name}"' in text for text in texts) == 1, template.name
