"""Published rows into the tables that a sale reads: one pair of functions per data set.

``TAKE`` writes what was published, ``DROP`` takes away what is no more. Both get whole pages. What
the store itself wrote is never replaced: a grant keeps what was spent of it, and customers are
merged apart from here (``edge/usecases/take_customers.py``).
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec

from edge.db.item_search import drop_item_names, write_item_names
from edge.db.store import take_settings
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.reference import (
    DataSet,
    FeedRow,
    Grant,
    Item,
    Operator,
    Price,
    StoreSettings,
    TaxRate,
    Tender,
)
from sync.protocol.scan_code import code_key

T = TypeVar("T", bound=msgspec.Struct)

_ITEM = (
    "INSERT OR REPLACE INTO item (item_id, name, department, tax_class, unit, open_price,"
    " unit_cost_minor, active, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CODE = "INSERT OR REPLACE INTO scan_code (code_key, item_id, scan_code) VALUES (?, ?, ?)"
_DROP_ITEM = "DELETE FROM item WHERE item_id = ?"
_DROP_CODES = "DELETE FROM scan_code WHERE item_id = ?"
_PRICE = (
    "INSERT OR REPLACE INTO price (item_id, effective_from_ms, unit_price_minor, version)"
    " VALUES (?, ?, ?, ?)"
)
_DROP_PRICE = "DELETE FROM price WHERE item_id = ? AND effective_from_ms = ?"
_TAX = (
    "INSERT OR REPLACE INTO tax_rate (tax_class, effective_from, rate_bp, label, version)"
    " VALUES (?, ?, ?, ?, ?)"
)
_DROP_TAX = "DELETE FROM tax_rate WHERE tax_class = ? AND effective_from = ?"
_TENDER = (
    "INSERT OR REPLACE INTO tender (tender_id, name, kind, refundable, active)"
    " VALUES (?, ?, ?, ?, ?)"
)
_DROP_TENDER = "DELETE FROM tender WHERE tender_id = ?"
_OPERATOR = "INSERT OR REPLACE INTO operator (operator_id, name, role, active) VALUES (?, ?, ?, ?)"
_DROP_OPERATOR = "DELETE FROM operator WHERE operator_id = ?"
_GRANT = (
    "INSERT INTO points_right (root, line, customer_id, points, spent) VALUES (?, 0, ?, ?, 0)"
    " ON CONFLICT (root, line) DO UPDATE SET points = max(excluded.points, spent)"
)
_EPOCH = "SELECT epoch_number FROM journal_head WHERE current = 1"


class Read(NamedTuple):
    """A row's struct and the pub_seq that a sale's line will name."""

    version: int
    value: Any


Take: TypeAlias = Callable[[sqlite3.Connection, Sequence[Read]], None]
Drop: TypeAlias = Callable[[sqlite3.Connection, Sequence[str]], None]


def read_rows(rows: Sequence[FeedRow], kind: type[T]) -> tuple[list[Read], list[str]]:
    """The rows' structs, and the keys of those that this version of the program cannot read."""
    read, unreadable = [], []
    for row in rows:
        if row.body is None:
            continue
        try:
            read.append(Read(row.pub_seq, decode(kind, row.body)))
        except Undecodable:
            unreadable.append(row.key)
    return read, unreadable


def _take_items(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    items: list[tuple[int, Item]] = [(row.version, row.value) for row in rows]
    db.executemany(
        _ITEM,
        [
            (
                item.item_id,
                item.name,
                item.department,
                item.tax_class.value,
                item.unit,
                item.open_price,
                item.unit_cost_minor,
                item.active,
                version,
            )
            for version, item in items
        ],
    )
    db.executemany(_DROP_CODES, [(item.item_id,) for _, item in items])
    db.executemany(
        _CODE,
        [(key, item.item_id, code) for _, item in items for key, code in _codes(item).items()],
    )
    write_item_names(db, [item for _, item in items])


def _codes(item: Item) -> dict[str, str]:
    """The item's codes by their keys; of two spellings of one code, the first."""
    codes: dict[str, str] = {}
    for code in item.scan_codes:
        codes.setdefault(code_key(code), code)
    return codes


def _drop_items(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_ITEM, [(key,) for key in keys])
    db.executemany(_DROP_CODES, [(key,) for key in keys])
    drop_item_names(db, keys)


def _take_prices(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    prices: list[tuple[int, Price]] = [(row.version, row.value) for row in rows]
    db.executemany(
        _PRICE,
        [
            (price.item_id, price.effective_from_ms, price.unit_price_minor, version)
            for version, price in prices
        ],
    )


def _drop_prices(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_PRICE, [(item, int(at)) for item, at in map(_halves, keys)])


def _take_taxes(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    rates: list[tuple[int, TaxRate]] = [(row.version, row.value) for row in rows]
    db.executemany(
        _TAX,
        [
            (
                rate.tax_class.value,
                rate.effective_from.isoformat(),
                rate.rate_bp,
                rate.label,
                version,
            )
            for version, rate in rates
        ],
    )


def _drop_taxes(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_TAX, [_halves(key) for key in keys])


def _take_tenders(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    tenders: list[Tender] = [row.value for row in rows]
    db.executemany(
        _TENDER, [(t.tender_id, t.name, t.kind.value, t.refundable, t.active) for t in tenders]
    )


def _drop_tenders(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_TENDER, [(key,) for key in keys])


def _take_operators(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    operators: list[Operator] = [row.value for row in rows]
    db.executemany(_OPERATOR, [(o.operator_id, o.name, o.role, o.active) for o in operators])


def _drop_operators(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_OPERATOR, [(key,) for key in keys])


def _take_settings(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    for row in rows:
        take_settings(db, row.value)


def _take_grants(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    """A right holds in the epoch that it was given to, and never for less than was spent of it."""
    found = db.execute(_EPOCH).fetchone()
    epoch = None if found is None else found[0]
    grants: list[Grant] = [row.value for row in rows]
    db.executemany(
        _GRANT,
        [
            (grant.grant_id.bytes, grant.customer_id.bytes, grant.points)
            for grant in grants
            if grant.epoch_number == epoch
        ],
    )


def _keep(_db: sqlite3.Connection, _keys: Sequence[str]) -> None:
    """A store goes on with its last settings; a right comes back by its release alone."""


def _halves(key: str) -> tuple[str, str]:
    left, _, right = key.rpartition("@")
    return left, right


KINDS: Mapping[DataSet, tuple[type[msgspec.Struct], Take, Drop]] = MappingProxyType(
    {
        DataSet.SETTINGS: (StoreSettings, _take_settings, _keep),
        DataSet.TAXES: (TaxRate, _take_taxes, _drop_taxes),
        DataSet.TENDERS: (Tender, _take_tenders, _drop_tenders),
        DataSet.OPERATORS: (Operator, _take_operators, _drop_operators),
        DataSet.ITEMS: (Item, _take_items, _drop_items),
        DataSet.PRICES: (Price, _take_prices, _drop_prices),
        DataSet.GRANTS: (Grant, _take_grants, _keep),
    }
)
"""Every data set but the customers."""
