"""Price books and packs by command: made, scheduled, priced one by one and by file, refused with
what to do; shown on the page; and what a box makes of all that."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from central.db.engine import unit_of_work
from central.domain.feeds import FollowedFeed, followed_feeds
from central.domain.price_book import Typed
from central.usecases.feed.price_zones import declare_zone
from central.usecases.feed.publish_reference import publish_items
from central.usecases.feed.read_feed import FeedCursor, feed_page
from central.usecases.feed.sequence_publications import drain_publications
from central.usecases.goods.read_sheet import read_sheet
from central.usecases.price_book.look_up import count_prices
from central.usecases.price_book.pack import set_pack
from central.usecases.price_book.prices import import_book_prices, set_book_price
from central.usecases.price_book.set import BookChanges, list_books, retire_book, set_book
from edge.db.reference import Feed, read_cursor
from edge.usecases.feed.apply_reference import apply_reference
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import SHARED
from sync.protocol.identity import ItemId
from sync.protocol.reference import DataSet, Item
from tests.board_pages import PageText, load
from tests.builders import CARD, MEMBER, STORE, ean13, moment
from tests.central_fixtures import NOW_MS, Served, postgres_template
from tests.integration.board_fixtures import acme
from tests.integration.test_central_cli import central
from tests.integration.test_central_goods_commands import BUN, following, ours, refused, url
from tests.integration.test_edge_promotions import db
from tests.integration.test_edge_promotions_for_whom import Groups, groups
from tests.sale_builders import line, sale_request, sell, tender
from tests.shop_journal import COMPANY

__all__ = ["db", "groups", "postgres_template", "url"]
GOLD = ("price-books", "set", "GOLD", "--name", "Gold", "--group", "gold")
LATER = "2030-01-01T06:00+08:00"
SIX = ean13(888_000_000_900)
CHAIN: tuple[tuple[str, ...], ...] = (
    ("price-books", "list"),
    BUN,
    GOLD,
    ("price-books", "price", "GOLD", "BUN", "4.00"),
    ("price-books", "show", "GOLD"),
    ("price-books", "list"),
    ("pack", "set", SIX, "BUN", "6"),
    ("pack", "list"),
    ("pack", "retire", SIX),
    ("price-books", "retire", "GOLD"),
)


async def test_each_commands_last_line_names_one_that_runs_as_printed(url: str) -> None:
    for words in CHAIN:
        named = following(await ours(url, *words))
        assert (named, (await central(*named, url=url)).code) == (named, 0)


async def test_a_book_is_said_as_it_is_typed_with_what_its_dates_say(url: str) -> None:
    made = await ours(url, *GOLD, "--from", LATER, "--tax", "added", "--fixed")
    assert (
        "GOLD  Gold  scheduled, zone all, group gold, tax added, from 2029-12-31T22:00"
        in made.shown
    )
    assert "already" in (await ours(url, *GOLD, "--from", LATER)).shown
    changed = ("price-books", "set", "GOLD", "--from", "always", "--until", LATER, "--best")
    assert "in force" in (await ours(url, *changed, "--priority", "-3", "--group", "all")).shown
    shown = (await ours(url, "price-books", "list")).shown
    for said in ("group all", "until 2029-12-31", "priority -3", "0 prices", "1 price books"):
        assert said in shown
    assert "ended" in (await ours(url, "price-books", "set", "GOLD", "--until", "2020-01-01T00:00Z",
                                  "--from", "2019-01-01T00:00Z")).shown  # fmt: skip


async def test_a_price_is_set_scheduled_and_ended(url: str) -> None:
    await ours(url, *BUN)
    await ours(url, *GOLD)
    price = ("price-books", "price", "GOLD", "BUN")
    assert "next pull" in (await ours(url, *price, "4.00")).shown
    assert "already" in (await ours(url, *price, "4.00")).shown
    await ours(url, *price, "3.50", "--from-quantity", "10")
    await ours(url, *price, "none", "--from", LATER)
    shown = (await ours(url, "price-books", "show", "GOLD")).shown.splitlines()
    assert [row.split("  ")[-1] for row in shown[:-1]] == ["in force", "to come", "in force"]
    assert "BUN  from 10  SGD 3.50" in shown[2]
    assert "none  from 2029-12-31" in shown[1]
    one = (await ours(url, "price-books", "show", "GOLD", "--item", "TEA")).shown
    assert "GOLD has 0 prices" in one
    gone = await ours(url, "price-books", "retire", "GOLD")
    assert "Gold is no more, nor are its 3 prices" in gone.shown


async def test_a_file_of_prices_goes_in_but_for_its_faulty_lines(url: str, tmp_path: Path) -> None:
    await ours(url, *BUN)
    await ours(url, *GOLD)
    await ours(url, "pack", "set", SIX, "BUN", "6")
    file, report = tmp_path / "gold.csv", tmp_path / "faults.csv"
    file.write_text(
        "Item;Price;From quantity;Pack;From\n"
        f"BUN;4.00;;;\nBUN;3.80;10;;\nBUN;20;;{SIX};\nTEA;1;;;\nBUN;x;;;\nBUN;1;;123;\n"
        f"BUN;1;;;soon\nBUN;3;;;{LATER}\n"
    )
    importing = ("price-books", "import", "GOLD", str(file), "--report", str(report))
    done = await central(*importing, "--company", "Corner Shops", url=url)
    assert done.code == 1
    for said in (
        "line 5: item 'TEA': there is no item TEA",
        "line 6: price 'x': it must be an amount",
        "line 7: pack '123': 123 is no pack of BUN",
        "line 8: from 'soon': it must be a time",
        "4 new, 0 changed, 0 the same; 4 faulty lines were left out",
    ):
        assert said in done.shown
    assert len(report.read_text().splitlines()) == 5
    again = await central(*importing, "--company", "Corner Shops", url=url)
    assert "0 new, 0 changed, 4 the same" in again.shown
    assert "4 prices" in (await ours(url, "price-books", "list")).shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("price-books", "set", "X"), "There is no price book X"),
        (("price-books", "retire", "X"), "There is no price book X"),
        (("price-books", "show", "X"), "There is no price book X"),
        (("price-books", "price", "X", "BUN", "1"), "There is no price book X"),
        ((*GOLD, "--zone", "moon"), "There is no price zone moon"),
        ((*GOLD, "--tax", "maybe"), "tax: it must be one of"),
        ((*GOLD, "--until", "2020-01-01T00:00Z"), "until: it would end before"),
        ((*GOLD, "--priority", "high"), "priority: it must be a whole number"),
        ((*GOLD[:2], "a" * 21, *GOLD[3:]), "book: its id has at most 20"),
        (("pack", "set", SIX, "NONE", "6"), "There is no item NONE"),
        (("pack", "retire", SIX), f"There is no pack {SIX}"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_published(
    url: str, words: tuple[str, ...], said: str
) -> None:
    assert said in await refused(url, *words)
    assert "There are 0 price books" in (await ours(url, "price-books", "list")).shown
    assert "There are 0 packs" in (await ours(url, "pack", "list")).shown


async def test_a_pack_has_a_code_of_its_own_and_holds_something(url: str) -> None:
    await ours(url, *BUN, "--code", "8880417000017")
    for code, quantity in (("8880417000017", "6"), (SIX, "0"), (SIX, "six")):
        await refused(url, "pack", "set", code, "BUN", quantity)
    made = await ours(url, "pack", "set", SIX, "BUN", "6")
    assert f"{SIX.zfill(14)}  Kaya Bun × 6  6 of BUN" in made.shown


async def gold_with_prices(served: Served, folder: Path) -> None:
    """A book for gold, a book for all with packs; tea is an item of the box's as well."""
    file = folder / "gold.csv"
    file.write_text(f"item,price,from_quantity,pack\nI05,3.00,,\nI05,2.50,10,\nI05,16.00,,{SIX}\n")
    tea = Item(ItemId("I05"), "Item 5", "", TaxClass.STANDARD, ("8880000000059",))
    async with unit_of_work(served.engine) as db:
        await publish_items(db, COMPANY, [tea])
        changes = BookChanges("Gold", group="gold", since="always")
        await set_book(db, COMPANY, "GOLD", changes, NOW_MS)
        await set_pack(db, COMPANY, SIX, "I05", "6", None)
        sheet = read_sheet(file)
        planned = await import_book_prices(db, COMPANY, "GOLD", sheet, NOW_MS)
        assert (planned.new, planned.faults) == (3, ())
    await drain_publications(served.engine)


async def test_what_head_office_says_is_what_the_box_sells_at(
    postgres_url: str, tmp_path: Path, db: sqlite3.Connection, groups: Groups
) -> None:
    groups.say(MEMBER, "gold")
    pack = msgspec.structs.replace(line("I05"), scan_code=SIX)

    def sold(name: str, total: int, *, by: object = None, lines: object = None) -> list[str | None]:
        asked = sale_request(
            name,
            lines or [line("I05")],  # type: ignore[arg-type]  # lines, where they are stated
            [tender(CARD, total)],
            total_minor=total,
            customer_id=by,
        )
        return [each.price_book for each in sell(db, asked).fact.lines]

    async with acme(postgres_url) as served:
        cursors: dict[DataSet, int] = {}

        async def pull() -> None:
            for data_set in (DataSet.PRICE_BOOKS, DataSet.BOOK_PRICES, DataSet.PACKS):
                async with unit_of_work(served.engine) as office:
                    cursor = FeedCursor(None, cursors.get(data_set, 0))
                    page = await feed_page(office, COMPANY, FollowedFeed(data_set, SHARED), cursor)
                apply_reference(db, page, moment())
                cursors[data_set] = page.head

        await gold_with_prices(served, tmp_path)
        await pull()
        assert sold("plain", 380) == [None]
        assert sold("gold", 300, by=MEMBER) == ["GOLD"]
        assert sold("ten", 2_500, by=MEMBER, lines=[line("I05", 4), line("I05", 6)]) == ["GOLD"] * 2
        assert sold("pack", 1_600, by=MEMBER, lines=[pack]) == ["GOLD"]
        assert sold("pack of anybody", 2_280, lines=[pack]) == [None]
        async with unit_of_work(served.engine) as office:
            await set_book_price(
                office, COMPANY, "GOLD", Typed("I05", "none", since="always"), NOW_MS
            )
        await drain_publications(served.engine)
        await pull()
        assert sold("none", 380, by=MEMBER) == [None]
        async with unit_of_work(served.engine) as office:
            await retire_book(office, COMPANY, "GOLD")
        await drain_publications(served.engine)
        await pull()
        assert sold("gone", 3_800, by=MEMBER, lines=[line("I05", 10)]) == [None]
        assert db.execute("SELECT count(*) FROM book_price").fetchone() == (0,)


async def test_a_store_takes_the_books_of_its_zone_and_of_all_and_what_moves_moves_whole(
    postgres_url: str, db: sqlite3.Connection
) -> None:
    async with acme(postgres_url) as served:

        async def say(*books: tuple[str, str]) -> None:
            """Each in a zone, or in all; a new one with a price."""
            for book, zone in books:
                async with unit_of_work(served.engine) as office:
                    await set_book(office, COMPANY, book, BookChanges(book, zone), NOW_MS)
                    await set_book_price(office, COMPANY, book, Typed("I05", "3.00"), NOW_MS)
            await drain_publications(served.engine)

        async def held(zone: str) -> list[str]:
            """Of a box of that zone, which pulled everything."""
            for feed in followed_feeds(STORE, zone):
                if feed.data_set in (DataSet.PRICE_BOOKS, DataSet.BOOK_PRICES):
                    cursor = read_cursor(db, Feed(*feed))
                    after = FeedCursor(None, 0 if cursor is None else cursor.pub_seq)
                    async with unit_of_work(served.engine) as office:
                        page = await feed_page(office, COMPANY, feed, after)
                    apply_reference(db, page, moment())
            books = [row[0] for row in db.execute("SELECT book FROM price_book ORDER BY 1")]
            priced = [row[0] for row in db.execute("SELECT book FROM book_price ORDER BY 1")]
            assert books == priced
            return books

        async with unit_of_work(served.engine) as office:
            tea = Item(ItemId("I05"), "Item 5", "", TaxClass.STANDARD, ("8880000000059",))
            await publish_items(office, COMPANY, [tea])
            for zone in ("main", "north"):
                await declare_zone(office, COMPANY, zone)
        await say(("ALL", "all"), ("MAIN", "main"), ("NORTH", "north"))
        assert await held("main") == ["ALL", "MAIN"]
        await say(("MAIN", "north"), ("ALL", "main"), ("NORTH", "all"))
        assert await held("main") == ["ALL", "NORTH"]
        await say(("ALL", "all"), ("NORTH", "main"))
        assert await held("main") == ["ALL", "NORTH"]
        assert await held("north") == ["ALL", "MAIN"]
        async with unit_of_work(served.engine) as office:
            assert [one.book for one in await list_books(office, COMPANY)] == [
                "ALL",
                "MAIN",
                "NORTH",
            ]
            assert await count_prices(office, COMPANY) == {"ALL": 1, "MAIN": 1, "NORTH": 1}
            for book in ("ALL", "MAIN", "NORTH"):
                _, prices = await retire_book(office, COMPANY, book)
                assert prices == 1
        await drain_publications(served.engine)
        assert await held("north") == []
        assert await held("main") == []


async def test_the_page_shows_books_of_a_zone_and_the_prices_of_one(
    postgres_url: str, tmp_path: Path
) -> None:
    async with acme(postgres_url) as served:
        empty = (await load(served, "/price-books")).html
        assert "No price book is published yet" in empty
        await gold_with_prices(served, tmp_path)
        async with unit_of_work(served.engine) as db:
            await declare_zone(db, COMPANY, "main")
            away = BookChanges("Later", "main", tax="added", since="2030-01-01T00:00+00:00")
            await set_book(db, COMPANY, "LATER", away, NOW_MS)
            await set_book_price(db, COMPANY, "GOLD", Typed("I05", "2.80", since=LATER), NOW_MS)
        shown = await served.client.get("/price-books?zone=main&book=GOLD")
        tables = PageText(shown.text).tables
        rows = {name: [[cell.text for cell in row] for row in tables[name][1:]] for name in tables}
        assert "1 price book is in force in the zone main." in shown.text
        assert [row[:3] for row in rows["books"]] == [
            ["Gold", "GOLD", "in force"],
            ["Later", "LATER", "scheduled"],
        ]
        assert rows["books"][0][4] == "4"
        assert [(row[0], row[2], row[3], row[5]) for row in rows["book-prices"]] == [
            ("I05", "", "3.00", "in force"),
            ("I05", "", "2.80", "to come"),
            ("I05", "10", "2.50", "in force"),
            ("I05", "", "16.00", "in force"),
        ]
        assert rows["packs"] == [["Item 5 × 6", SIX.zfill(14), "6 of I05"]]
        other = (await served.client.get("/price-books?book=GOLD&item=TEA")).text
        assert "It has no such prices" in other
        assert (await served.client.get("/price-books?book=NONE")).status_code == 404
