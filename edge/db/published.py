"""Published rows into the tables that a sale reads (``put_in_force``): one description per data set
(``KEPT``), which is a table with the struct's fields, or functions where there is more to it.

One function writes what was published, one takes away what is no more. Both get whole pages, of
rows that passed ``feeds.read_row``; keys that are taken away may be anything. What the store itself
wrote is never replaced: a grant keeps what was spent of it. Customers are merged apart from here
(``edge/usecases/customer/take.py``) or erased, opening stock is booked (``edge/usecases/stock``).
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from edge.db import loyalty, told
from edge.db.customers import drop_groups, take_groups
from edge.db.item_rows import codes_change, drop_items, take_items
from edge.db.item_search import LAID_OF_ITEMS
from edge.db.past import STORE, Kind, Named, keeping_past, named_by_keys
from edge.db.promotions import LAID_OF_PROMOTIONS, drop_promotions, take_promotions
from edge.db.store import drop_receipt_texts, take_receipt_texts, take_settings
from edge.db.tenders import drop_voucher_types, take_voucher_types
from sync.protocol.codec import encode
from sync.protocol.feeds import (
    ROWS,
    RowUnreadable,
    book_price_of_key,
    currency_of_key,
    price_of_key,
    read_row,
    supplier_item_of_key,
    uuid_of_key,
)
from sync.protocol.reference import DataSet, FeedRow, Grant, Role

_GRANT = (
    "INSERT INTO points_right (root, line, customer_id, points, spent, kind, released, last_day)"
    " VALUES (?, 0, ?, ?, 0, 'points', 0, NULL) ON CONFLICT (root, line) DO UPDATE"
    " SET customer_id = excluded.customer_id, points = max(excluded.points, spent + released)"
)
_CLEAR_GRANT = "UPDATE points_right SET points = spent + released WHERE root = ? AND line = 0"
_DROP_GRANT = "DELETE FROM points_right WHERE root = ? AND line = 0 AND spent = 0 AND released = 0"
_FORGET_ALIAS = "DELETE FROM customer_alias WHERE customer_id = ?"
_ALIAS = "INSERT OR REPLACE INTO customer_alias (customer_id, kept_id) VALUES (?, ?)"
_ROLE = "INSERT OR REPLACE INTO role (role, body) VALUES (?, ?)"
_DROP_ROLE = "DELETE FROM role WHERE role = ?"
_OPERATORS_OF = "SELECT operator_id FROM operator WHERE role = ?"
_EPOCH = "SELECT epoch_number FROM journal_head WHERE current = 1 AND NOT provisional"


class Read(NamedTuple):
    """A row's struct and the pub_seq that a sale's line will name."""

    version: int
    value: Any


Take: TypeAlias = Callable[[sqlite3.Connection, Sequence[Read]], None]
Drop: TypeAlias = Callable[[sqlite3.Connection, Sequence[str]], None]


class Settled(NamedTuple):
    """What one page says of one key. ``row``: its newest publication; ``aside``: why that one
    cannot be taken. ``read``: what is in force from now on, the last publication that can be taken
    since the key was last taken away; without it, ``gone`` says whether it was taken away."""

    row: FeedRow
    aside: str | None
    read: Read | None
    gone: bool


def settle(data_set: DataSet, publications: Sequence[FeedRow]) -> Settled:
    """One key's publications of one page, oldest first. However they are cut into pages, the same
    one is in force in the end. A store's settings outlive their tombstone: it goes on with them."""
    newest, aside = publications[-1], None
    for row in reversed(publications):
        if row.body is None:
            if ROWS[data_set].outlives:
                continue
            return Settled(newest, aside, None, gone=True)
        try:
            read = Read(row.pub_seq, read_row(data_set, row.key, row.body))
        except RowUnreadable as error:
            if row is newest:
                aside = str(error)
        else:
            return Settled(newest, aside, read, gone=False)
    return Settled(newest, aside, None, gone=False)


def _take_items(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    take_items(db, [(row.version, row.value) for row in rows])


def _take_settings(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    for row in rows:
        take_settings(db, row.value)


def _take_receipt_texts(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    for row in rows:
        take_receipt_texts(db, row.value)


def _drop_receipt_texts(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    for key in keys:
        drop_receipt_texts(db, key)


def _take_grants(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    """A right holds in the epoch that it was given to, and never for less than was spent of it."""
    found = db.execute(_EPOCH).fetchone()
    epoch = None if found is None else found[0]
    grants: list[Grant] = [row.value for row in rows]
    _clear_grants(db, [grant.grant_id for grant in grants if grant.epoch_number != epoch])
    db.executemany(
        _GRANT,
        [
            (grant.grant_id.bytes, grant.customer_id.bytes, grant.points)
            for grant in grants
            if grant.epoch_number == epoch
        ],
    )


def _drop_grants(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    _clear_grants(db, [grant_id for grant_id in map(uuid_of_key, keys) if grant_id is not None])


def _clear_grants(db: sqlite3.Connection, grant_ids: Sequence[UUID]) -> None:
    """Nothing is left of a right that is no more; what was spent of it stays."""
    named = [(grant_id.bytes,) for grant_id in grant_ids]
    db.executemany(_CLEAR_GRANT, named)
    db.executemany(_DROP_GRANT, named)


def _take_aliases(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    db.executemany(_ALIAS, [(row.value.customer_id.bytes, row.value.kept_id.bytes) for row in rows])


def _drop_aliases(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are two people again."""
    found = (uuid_of_key(key) for key in keys)
    db.executemany(_FORGET_ALIAS, [(one.bytes,) for one in found if one is not None])


def _groups_change(_db: sqlite3.Connection, keys: Sequence[str], _rows: object) -> list[Named]:
    found = (uuid_of_key(key) for key in keys)
    return [Named(Kind.CUSTOMER, one.hex) for one in found if one is not None]


def _take_roles(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    db.executemany(_ROLE, [(row.value.role, encode(row.value)) for row in rows])


def _drop_roles(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    db.executemany(_DROP_ROLE, [(key,) for key in keys])


def _take_promotions(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
    take_promotions(db, [(row.version, row.value) for row in rows])


def _keep(_db: sqlite3.Connection, _keys: Sequence[str]) -> None:
    """A store goes on with its last settings."""


class Kept(NamedTuple):
    """How the rows of a data set are written and taken away, and what that may change of what a
    sale reads (past.py), by their keys and the structs that can be read. ``laid``: the tables that
    a large switch lays ready (ready.py), each with a row's place and the rest of it; none where
    others than publications write them."""

    take: Take
    drop: Drop
    changes: Callable[[sqlite3.Connection, Sequence[str], Sequence[Any]], list[Named]]
    laid: Mapping[str, str] = MappingProxyType({})


def _as_they_are(
    data_set: DataSet,
    table: str,
    key_columns: tuple[str, ...],
    key_of: Callable[[str], tuple[str | int, ...] | None] = lambda key: (key,),
    *,
    past: Kind | None = None,
    version: bool = False,
) -> Kept:
    """A table with the struct's fields as columns, and the publication's number where a sale names
    it. ``key_of``: the key columns' values from a row's key, None where no row can stand."""
    columns = ROWS[data_set].struct.__struct_fields__ + (("version",) if version else ())
    marks = ", ".join("?" * len(columns))
    put = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608  names of ours
    away = f"DELETE FROM {table} WHERE {' AND '.join(f'{one} = ?' for one in key_columns)}"  # noqa: S608  names of ours

    def take(db: sqlite3.Connection, rows: Sequence[Read]) -> None:
        values = [(*msgspec.to_builtins(row.value), row.version) for row in rows]
        db.executemany(put, [each[: len(columns)] for each in values])

    def drop(db: sqlite3.Connection, keys: Sequence[str]) -> None:
        db.executemany(away, [key for key in map(key_of, keys) if key is not None])

    laid = {} if ROWS[data_set].alone else {table: ", ".join(("rowid", *columns))}
    return Kept(take, drop, lambda _db, keys, _rows: named_by_keys(past, keys), laid)


def _values(
    take: Callable[[sqlite3.Connection, Sequence[Any]], None],
    drop: Drop,
    past: Kind | None = None,
    laid: Mapping[str, str] = MappingProxyType({}),
) -> Kept:
    """Written from the structs alone: no sale names the publication."""
    return Kept(
        lambda db, rows: take(db, [row.value for row in rows]),
        drop,
        lambda _db, keys, _rows: named_by_keys(past, keys),
        laid,
    )


def _book_prices_change(_db: sqlite3.Connection, keys: Sequence[str], _rows: object) -> list[Named]:
    """All prices that books have for an item are of one name."""
    found = (book_price_of_key(key) for key in keys)
    return [Named(Kind.BOOK_PRICES, one[0]) for one in found if one is not None]


def _roles_change(
    db: sqlite3.Connection, keys: Sequence[str], _rows: Sequence[Role]
) -> list[Named]:
    """A role changes what each of its operators may do."""
    found = (row[0] for key in keys for row in db.execute(_OPERATORS_OF, (key,)))
    return [Named(Kind.OPERATOR, operator_id) for operator_id in found]


KEPT: Mapping[DataSet, Kept] = MappingProxyType(
    {
        DataSet.SETTINGS: Kept(_take_settings, _keep, lambda *_: [Named(Kind.SETTINGS, STORE)]),
        DataSet.TAXES: _as_they_are(
            DataSet.TAXES,
            "tax_rate",
            ("tax_class", "effective_from"),
            lambda key: key.rpartition("@")[::2],
            past=Kind.RATES,
            version=True,
        ),
        DataSet.TENDERS: _as_they_are(DataSet.TENDERS, "tender", ("tender_id",), past=Kind.TENDER),
        DataSet.OPERATORS: _as_they_are(
            DataSet.OPERATORS, "operator", ("operator_id",), past=Kind.OPERATOR
        ),
        DataSet.ITEMS: Kept(_take_items, drop_items, codes_change, LAID_OF_ITEMS),
        DataSet.PRICES: _as_they_are(
            DataSet.PRICES,
            "price",
            ("item_id", "effective_from_ms"),
            price_of_key,
            past=Kind.PRICES,
            version=True,
        ),
        DataSet.CUSTOMER_ALIASES: Kept(_take_aliases, _drop_aliases, lambda *_: []),
        DataSet.GRANTS: Kept(_take_grants, _drop_grants, lambda *_: []),
        DataSet.ROLES: Kept(_take_roles, _drop_roles, _roles_change, {"role": "rowid, role, body"}),
        DataSet.CREDENTIALS: _as_they_are(DataSet.CREDENTIALS, "credential", ("operator_id",)),
        DataSet.RECEIPT_TEXTS: Kept(
            _take_receipt_texts, _drop_receipt_texts, lambda *_: [Named(Kind.SETTINGS, STORE)]
        ),
        DataSet.GOODWILL: _as_they_are(
            DataSet.GOODWILL, "goodwill", ("kind", "from_date"), lambda key: key.partition("@")[::2]
        ),
        DataSet.PAYMENT_WAYS: _as_they_are(
            DataSet.PAYMENT_WAYS, "payment_way", ("tender_id",), past=Kind.TENDER
        ),
        DataSet.VOUCHER_TYPES: _values(
            take_voucher_types,
            drop_voucher_types,
            Kind.TENDER,
            {"voucher_type": "rowid, tender_id, meaning, not_for"},
        ),
        DataSet.CURRENCIES: _as_they_are(
            DataSet.CURRENCIES,
            "foreign_currency",
            ("currency", "own_currency", "effective_from_ms"),
            currency_of_key,
            past=Kind.WORTH,
            version=True,
        ),
        DataSet.PROMOTIONS: Kept(
            _take_promotions,
            drop_promotions,
            lambda _db, keys, _rows: [Named(Kind.PROMOTION, key) for key in keys],
            LAID_OF_PROMOTIONS,
        ),
        DataSet.SCALE_CODES: _as_they_are(
            DataSet.SCALE_CODES, "scale_code", ("picture",), past=Kind.SCALE_CODE
        ),
        DataSet.ITEM_RULES: _as_they_are(
            DataSet.ITEM_RULES, "item_rule", ("item_id",), past=Kind.ITEM_RULE
        ),
        DataSet.CUSTOMER_GROUPS: _values(
            take_groups, drop_groups, laid={"customer_group": "rowid, customer_id, word"}
        )._replace(changes=_groups_change),
        DataSet.LOYALTY_TIERS: _as_they_are(
            DataSet.LOYALTY_TIERS, "loyalty_tier", ("tier",), past=Kind.LOYALTY_TIER
        ),
        DataSet.PRICE_BOOKS: _as_they_are(
            DataSet.PRICE_BOOKS, "price_book", ("book",), past=Kind.PRICE_BOOK
        ),
        DataSet.BOOK_PRICES: _as_they_are(
            DataSet.BOOK_PRICES,
            "book_price",
            ("item_id", "book", "pack", "from_milli", "effective_from_ms"),
            book_price_of_key,
            version=True,
        )._replace(changes=_book_prices_change),
        DataSet.PACKS: _as_they_are(DataSet.PACKS, "pack", ("scan_code",), past=Kind.PACK),
        DataSet.SUPPLIERS: _as_they_are(DataSet.SUPPLIERS, "supplier", ("supplier_id",)),
        DataSet.SUPPLIER_ITEMS: _as_they_are(
            DataSet.SUPPLIER_ITEMS,
            "supplier_item",
            ("supplier_id", "item_id"),
            supplier_item_of_key,
        ),
        DataSet.REORDER_POINTS: _as_they_are(DataSet.REORDER_POINTS, "reorder_point", ("item_id",)),
        DataSet.PURCHASE_ORDERS: _values(told.take_orders, told.drop_orders),
        DataSet.TRANSFERS: _values(told.take_transfers, told.drop_transfers),
        DataSet.SHOPS: _as_they_are(DataSet.SHOPS, "shop", ("code",)),
        DataSet.CUSTOMER_TIERS: _values(loyalty.take_customer_tiers, loyalty.drop_customer_tiers),
        DataSet.POINTS_RULES: _values(
            loyalty.take_points_rules,
            loyalty.drop_points_rules,
            Kind.POINTS_RULE,
            {"points_rule": "rowid, rule_id, body"},
        ),
        DataSet.POINTS_EXPIRING: _values(loyalty.take_expiring, loyalty.drop_expiring),
    }
)
"""Every data set but the customers, those who were erased, and opening stock, which is booked."""


def put_in_force(
    db: sqlite3.Connection,
    data_set: DataSet,
    keys: Sequence[str],
    read: Sequence[Read],
    gone: Sequence[str],
    now_ms: int,
) -> None:
    """Take ``gone`` away and write ``read``, from ``now_ms`` on: a basket that was tendered before
    is held against what they said until then (past.py). ``keys``: of all of them."""
    kept = KEPT[data_set]
    changed = kept.changes(db, keys, [row.value for row in read])
    with keeping_past(db, changed, now_ms):
        kept.drop(db, gone)
        kept.take(db, read)
