"""Price books, their prices and packs as published: now, and as of a tender."""

import sqlite3
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from edge.db.past import Kind, Named, past_as_of, past_of_kind
from edge.domain.sale.price_books import Book, BookedPrice, Place, in_force
from edge.domain.sale.situation import Offers
from sync.protocol.identity import ItemId
from sync.protocol.labels.label import Label
from sync.protocol.scan_code import code_key

ANY_BOOK = "EXISTS (SELECT 1 FROM price_book)"
"""Asked along with what every basket reads: where no book is published none is looked for."""
_BOOKS = """
SELECT book, name, zone, customer_group, tax_included, priority, fixed, from_ms, until_ms
FROM price_book
"""
_PRICES = """
SELECT p.item_id, p.book, p.pack, p.from_milli, p.effective_from_ms, p.unit_price_minor, p.version
FROM json_each(?) w JOIN book_price p ON p.item_id = w.value WHERE p.effective_from_ms <= ?
"""
_PACKS = """
SELECT p.scan_code, p.item_id, p.quantity_milli, p.name
FROM json_each(?) w JOIN pack p ON p.scan_code = w.value
"""


def offers_of(db: sqlite3.Connection, items: Collection[ItemId], place: Place) -> Offers:
    """What books in force have for these items, as published now."""
    return in_force(_books(db), _prices(db, items, place.as_of_ms), place)


def offers_as_of(
    db: sqlite3.Connection, items: Collection[ItemId], place: Place, now_ms: int
) -> Offers:
    """What they had, as it was published then."""
    books, prices = _books(db), _prices(db, items, place.as_of_ms)
    for book, value in past_of_kind(db, Kind.PRICE_BOOK, place.as_of_ms, now_ms):
        books.pop(book, None)
        if value[0] is not None:
            books[book] = Book(*value)
    named = [Named(Kind.BOOK_PRICES, item_id) for item_id in sorted(items)]
    for one, text in past_as_of(db, named, place.as_of_ms, now_ms).items():
        of_item = msgspec.json.decode(text)[0]
        prices[ItemId(one.name)] = [BookedPrice(*values) for values in of_item]
    return in_force(books, prices, place)


def packs_of(db: sqlite3.Connection, codes: Iterable[str]) -> dict[str, Label]:
    """What each of these codes sells that is a pack's, as published now."""
    keys = {code: code_key(code.strip()) for code in codes}
    rows = db.execute(_PACKS, (_listed(set(keys.values())),))
    found = {key: _pack(key, *values) for key, *values in rows}
    return {code: found[key] for code, key in keys.items() if key in found}


def packs_as_of(
    db: sqlite3.Connection, codes: Iterable[str], as_of_ms: int, now_ms: int
) -> dict[str, Label]:
    """What it sold, as it was published then."""
    asked = set(codes)
    found = packs_of(db, asked)
    keys = {code: code_key(code.strip()) for code in asked}
    named = [Named(Kind.PACK, key) for key in sorted(set(keys.values()))]
    past = {one.name: text for one, text in past_as_of(db, named, as_of_ms, now_ms).items()}
    for code, key in keys.items():
        if key in past:
            found.pop(code, None)
            item_id, quantity_milli, name = msgspec.json.decode(past[key])
            if item_id is not None:
                found[code] = _pack(key, item_id, quantity_milli, name)
    return found


def _pack(key: str, item_id: str, quantity_milli: int, name: str) -> Label:
    return Label((item_id,), quantity_milli, pack=key, name=name)


def _books(db: sqlite3.Connection) -> dict[str, Book]:
    return {book: Book(*values) for book, *values in db.execute(_BOOKS)}


def _prices(
    db: sqlite3.Connection, items: Collection[ItemId], as_of_ms: int
) -> dict[ItemId, list[BookedPrice]]:
    prices: dict[ItemId, list[BookedPrice]] = {}
    for item_id, *values in db.execute(_PRICES, (_listed(items), as_of_ms)):
        prices.setdefault(ItemId(item_id), []).append(BookedPrice(*values))
    return prices


def _listed(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
