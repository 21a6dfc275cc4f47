"""The items of a sale as it reads them: price in force, stock and what it is worth, in one query
however many lines. A list goes in as one JSON text (``json_each``)."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec

from edge.domain.sale.situation import ItemOnSale, PriceInForce
from sync.protocol.facts import TaxClass
from sync.protocol.identity import ItemId
from sync.protocol.moving_cost import Held
from sync.protocol.scan_code import code_key

_ITEM = """
       i.item_id, i.name, i.unit, i.tax_class, i.open_price, i.unit_cost_minor, i.active,
       p.unit_price_minor, p.version, l.on_hand_milli, i.department, l.worth_minor, l.unit_mills
"""
_PRICED_ITEM = """
LEFT JOIN price p ON p.item_id = i.item_id AND p.effective_from_ms =
    (SELECT max(q.effective_from_ms) FROM price q
     WHERE q.item_id = i.item_id AND q.effective_from_ms <= ?)
LEFT JOIN stock_level l ON l.item_id = i.item_id
"""
_BY_CODE = (
    f"SELECT c.code_key, {_ITEM} FROM json_each(?) f"  # noqa: S608 - constant
    " JOIN scan_code c ON c.code_key = f.value AND c.holds = 1"
    f" JOIN item i ON i.item_id = c.item_id {_PRICED_ITEM}"
)
_BY_ID = (
    f"SELECT i.item_id, {_ITEM} FROM json_each(?) f"  # noqa: S608 - constant
    f" JOIN item i ON i.item_id = f.value {_PRICED_ITEM}"
)
_PRICED = """
SELECT f.value, p.unit_price_minor, p.version, l.on_hand_milli, l.worth_minor, l.unit_mills
FROM json_each(?) f
LEFT JOIN price p ON p.item_id = f.value AND p.effective_from_ms =
    (SELECT max(q.effective_from_ms) FROM price q
     WHERE q.item_id = f.value AND q.effective_from_ms <= ?)
LEFT JOIN stock_level l ON l.item_id = f.value
"""
_TAX_CLASSES = {each.value: each for each in TaxClass}


def items_by_code(
    db: sqlite3.Connection, codes: Iterable[str], as_of_ms: int
) -> dict[str, ItemOnSale]:
    """Items by what was scanned or typed: their scan codes in any spelling of a GTIN, or else their
    ids; unknown ones are left out."""
    keys = {code: code_key(code) for code in codes}
    rows = db.execute(_BY_CODE, (_listed(set(keys.values())), as_of_ms))
    by_key = {row[0]: _item(row) for row in rows}
    found = {code: by_key[key] for code, key in keys.items() if key in by_key}
    if len(found) < len(keys):
        rest = [ItemId(code) for code in keys if code not in found]
        found.update(items_by_id(db, rest, as_of_ms).items())
    return found


def items_by_id(
    db: sqlite3.Connection, ids: Iterable[ItemId], as_of_ms: int
) -> dict[ItemId, ItemOnSale]:
    """Items by their ids; unknown ones are left out."""
    rows = db.execute(_BY_ID, (_listed(ids), as_of_ms))
    return {row[0]: _item(row) for row in rows}


def priced(
    db: sqlite3.Connection, ids: Iterable[ItemId], as_of_ms: int
) -> dict[ItemId, tuple[PriceInForce | None, Held]]:
    """Price and stock of any item ids, also of items that are no more."""
    rows = db.execute(_PRICED, (_listed(ids), as_of_ms))
    return {
        row[0]: (None if row[1] is None else PriceInForce(row[1], row[2]), _held(*row[3:]))
        for row in rows
    }


def _listed(values: Iterable[object]) -> str:
    return msgspec.json.encode(list(values)).decode()


def _held(on_hand_milli: int | None, worth_minor: int | None, unit_mills: int | None) -> Held:
    return Held(on_hand_milli or 0, worth_minor or 0, unit_mills)


def _item(row: tuple[Any, ...]) -> ItemOnSale:
    _, item_id, name, unit, tax_class, open_price, cost, active, *priced = row
    price_minor, version, on_hand, department, worth, unit_mills = priced
    price = None if price_minor is None else PriceInForce(price_minor, version)
    return ItemOnSale(
        item_id,
        name,
        unit,
        _TAX_CLASSES[tax_class],
        bool(open_price),
        cost,
        bool(active),
        price,
        on_hand or 0,
        department,
        worth or 0,
        unit_mills,
    )
