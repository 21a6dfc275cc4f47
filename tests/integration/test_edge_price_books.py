"""Price books and packs as a box takes them: who has which price, what a basket that comes late is
held against, and what a basket without any pays for them."""

import sqlite3
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from edge.usecases.feed.apply_reference import apply_reference
from edge.usecases.item.look_up import look_up_scan
from edge.usecases.sale.quote import QuoteSale, quote_sale
from sync.protocol.facts import Line
from sync.protocol.feeds import ROWS, SHARED
from sync.protocol.identity import ItemId
from sync.protocol.price_books import BookPrice, Pack, PriceBook
from sync.protocol.reference import DataSet
from tests.builders import ANNA, CARD, MEMBER, NOW, NOW_MS, W1, ean13, moment
from tests.integration.edge_fixtures import Feed
from tests.integration.test_edge_promotions import db
from tests.integration.test_edge_promotions_for_whom import Groups, groups
from tests.sale_builders import line, return_line, sale_request, sell, tender

__all__ = ["db", "groups"]
MINUTE_MS = 60_000
TEA = ItemId("I05")
"""It costs 3.80."""
SIX = ean13(888_000_000_900)
SIX_KEY = SIX.zfill(14)
ALL = PriceBook("all", "Everybody")
GOLD = PriceBook("gold", "Gold", customer_group="gold")
PACK = Pack(SIX_KEY, TEA, 6_000, "Tea × 6")


def price(
    book: str, minor: int | None, *, at: int = 0, start: int = 0, pack: str = ""
) -> BookPrice:
    return BookPrice(TEA, book, pack, start * 1_000, at, minor)


SET_OF: dict[Any, DataSet] = {
    PriceBook: DataSet.PRICE_BOOKS,
    BookPrice: DataSet.BOOK_PRICES,
    Pack: DataSet.PACKS,
}


class HeadOffice:
    """All that it ever published of books and packs, taken by the box as it is said."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._feeds = {data_set: Feed(data_set, SHARED) for data_set in SET_OF.values()}

    def says(self, *rows: Any, at_ms: int = NOW_MS) -> None:
        self._say([(row, row) for row in rows], at_ms)

    def takes_away(self, *rows: Any, at_ms: int = NOW_MS) -> None:
        self._say([(row, None) for row in rows], at_ms)

    def _say(self, rows: list[tuple[Any, Any]], at_ms: int) -> None:
        for named, body in rows:
            data_set = SET_OF[type(named)]
            feed = self._feeds[data_set]
            after = len(feed.rows)
            feed.publish(ROWS[data_set].key_of(named), body)
            apply_reference(self._db, feed.page(after), moment(at_ms - NOW_MS))


@pytest.fixture
def head_office(db: sqlite3.Connection) -> HeadOffice:
    return HeadOffice(db)


def sold(
    db: sqlite3.Connection, name: str, total: int, *, late_ms: int = 0, pieces: int = 1, **more: Any
) -> Line:
    """Tea, tendered at NOW_MS."""
    paid = [tender(CARD, total)]
    asked = sale_request(name, [line("I05", pieces)], paid, total_minor=total, **more)
    return sell(db, asked, at=moment(late_ms)).fact.lines[0]


def test_the_line_names_the_book_and_its_publication(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    assert sold(db, "before", 380).price_book is None
    head_office.says(ALL, price("all", 400), price("all", 350))
    found = sold(db, "a", 350)
    assert (found.price_book, found.price_version, found.unit_price_minor) == ("all", 2, 350)
    head_office.takes_away(price("all", 350))
    assert sold(db, "b", 380).price_book is None
    head_office.says(price("all", 340))
    head_office.takes_away(ALL)
    assert sold(db, "c", 380).price_book is None


def test_a_basket_whose_customer_changes_is_priced_anew(
    db: sqlite3.Connection, head_office: HeadOffice, groups: Groups
) -> None:
    head_office.says(GOLD, price("gold", 300))
    groups.say(MEMBER, "gold")
    lines = sale_request(lines=[line("I05")]).lines

    def total(**who: Any) -> int:
        return quote_sale(
            db, QuoteSale(ANNA, lines, tendered_at=NOW, **who), W1, moment()
        ).total_minor

    assert (total(), total(customer_id=MEMBER), total()) == (380, 300, 380)
    assert sold(db, "a", 300, customer_id=MEMBER).price_book == "gold"
    assert sold(db, "b", 380).price_book is None


@pytest.mark.parametrize(("zone", "expected"), [(None, 300), ("sg", 300), ("my", 380)])
def test_a_book_is_for_its_zone(
    db: sqlite3.Connection, head_office: HeadOffice, zone: str | None, expected: int
) -> None:
    head_office.says(PriceBook("z", "Zone", zone), price("z", 300))
    assert sold(db, "a", expected).amount_minor == expected


def test_prices_begin_and_end_at_their_instants(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.says(ALL, price("all", 300, at=NOW_MS + 1), price("all", 350, at=NOW_MS))
    assert sold(db, "a", 350).price_version == 2
    head_office.says(price("all", None, at=NOW_MS))
    assert sold(db, "b", 380).price_book is None


CHANGES: dict[str, Callable[[], list[Any]]] = {
    "a price that was changed": lambda: [price("all", 100)],
    "a price that was ended": lambda: [price("all", None)],
    "a quantity that was added": lambda: [price("all", 100, start=1)],
    "a book that was ended": lambda: [msgspec.structs.replace(ALL, until_ms=1)],
    "a book that came": lambda: [PriceBook("new", "New"), price("new", 100)],
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_after_the_tender_does_not_count(
    db: sqlite3.Connection, head_office: HeadOffice, what: str
) -> None:
    head_office.says(ALL, price("all", 350), at_ms=0)
    head_office.says(*CHANGES[what](), at_ms=NOW_MS + MINUTE_MS)
    found = sold(db, "a", 350, late_ms=2 * MINUTE_MS)
    assert (found.price_book, found.price_version) == ("all", 1)


def test_books_that_were_taken_away_after_the_tender_still_count(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.says(ALL, price("all", 350), PACK, at_ms=0)
    head_office.takes_away(ALL, price("all", 350), PACK, at_ms=NOW_MS + MINUTE_MS)
    assert sold(db, "a", 350, late_ms=2 * MINUTE_MS).price_book == "all"
    pack = msgspec.structs.replace(line("I05"), scan_code=SIX)
    asked = sale_request("b", [pack], total_minor=2_100)
    assert sell(db, asked, at=moment(2 * MINUTE_MS)).fact.lines[0].quantity_milli == 6_000


def test_an_item_that_had_no_price_in_a_book_has_none_after_all(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.says(ALL, at_ms=0)
    head_office.says(price("all", 100), at_ms=NOW_MS + MINUTE_MS)
    assert sold(db, "a", 380, late_ms=2 * MINUTE_MS).price_book is None


def test_a_pack_is_scanned_sold_and_moved_by_its_pieces(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    head_office.says(ALL, price("all", 2_000, pack=SIX_KEY), PACK)
    scanned = look_up_scan(db, f"2*{SIX}", moment())
    assert (scanned.item.item_id, scanned.quantity_milli) == (TEA, 2_000)
    assert scanned.label is not None
    assert (scanned.label.quantity_milli, scanned.label.name) == (6_000, "Tea × 6")
    pack = msgspec.structs.replace(line("I05", 2), scan_code=SIX)
    done = sell(db, sale_request("a", [pack], total_minor=4_000))
    bought = done.fact.lines[0]
    assert (bought.description, bought.quantity_milli) == ("Tea × 6", 12_000)
    assert "Tea × 6\n  2 x 20.00  " in done.receipt
    on_hand = "SELECT quantity_milli FROM stock_movement WHERE item_id = 'I05' ORDER BY rowid DESC"
    assert db.execute(on_hand).fetchone() == (-12_000,)
    whole = sell(db, sale_request("b", [return_line("a", pieces=6)], total_minor=-2_000))
    assert [(one.quantity_milli, one.packs_milli) for one in whole.fact.lines] == [(-6_000, -1_000)]
    assert "Tea × 6\n  -1 x 20.00  " in whole.receipt
    broken = sell(db, sale_request("c", [return_line("a", pieces=5)], total_minor=-1_667))
    (goods,) = broken.fact.lines
    assert (goods.amount_minor, goods.price_book, goods.packs_milli) == (-1_667, "all", None)
    assert "Tea × 6\n  -5 x 3.33  " in broken.receipt


def test_a_code_that_an_item_has_is_that_items_and_no_pack(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    code = line("I01").scan_code or ""
    head_office.says(Pack(code.zfill(14), TEA, 6_000, "Tea × 6"))
    scanned = look_up_scan(db, code, moment())
    assert (scanned.item.item_id, scanned.label) == ("I01", None)
    assert sell(db, sale_request("a")).fact.lines[0].item_id == "I01"


def test_a_basket_reads_books_only_where_one_is_published(
    db: sqlite3.Connection, head_office: HeadOffice
) -> None:
    def read(name: str) -> list[str]:
        seen: list[str] = []
        db.set_trace_callback(seen.append)
        sold(db, name, 380)
        db.set_trace_callback(None)
        return [each for each in seen if "FROM price_book\n" in each or "book_price p" in each]

    head_office.says(price("all", 380))
    assert read("a") == []
    head_office.says(ALL)
    assert len(read("b")) == 2
