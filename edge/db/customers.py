"""Customers as rows: what is readable, each field's newest change as it travels, and the keys."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from edge.db.customer_search import (
    Searchable,
    drop_searchable,
    holder_of_phone_key,
    search_customer_ids,
    write_searchable,
)
from edge.db.store import read_country
from sync.protocol.clock import Hlc
from sync.protocol.feeds import uuid_of_key
from sync.protocol.identity import CustomerId
from sync.protocol.phone import phone_key
from sync.protocol.reference import CustomerGroup
from sync.protocol.shared import CustomerField, FieldChange

CUSTOMERS_LISTED_MAX = 200

SAME_PERSON = """
WITH one (id) AS (SELECT ?) SELECT id FROM one
UNION ALL SELECT a.kept_id FROM one JOIN customer_alias a ON a.customer_id = one.id
UNION ALL SELECT b.customer_id FROM one LEFT JOIN customer_alias a ON a.customer_id = one.id
    JOIN customer_alias b ON b.kept_id = coalesce(a.kept_id, one.id)
"""
"""Every id under which facts may name the person that this one is; some of them twice, of which
``IN`` makes nothing: told apart, they would be sorted, by a walk through every alias."""
_COLUMNS = "customer_id, code, active, name, email, phone"
_FIND = f"SELECT {_COLUMNS} FROM customer WHERE customer_id = ?"  # noqa: S608 - constant
_LIST = (
    f"SELECT {_COLUMNS} FROM customer AS c"  # noqa: S608 - constant
    " WHERE NOT EXISTS (SELECT 1 FROM customer_alias a JOIN customer k ON k.customer_id = a.kept_id"
    " WHERE a.customer_id = c.customer_id) ORDER BY name, customer_id LIMIT :limit OFFSET :offset"
)
_FOUND = (
    f"SELECT {_COLUMNS} FROM json_each(?) f"  # noqa: S608 - constant
    " JOIN customer ON customer_id = unhex(f.value) ORDER BY f.key"
)
_KEPT = (
    "SELECT a.kept_id FROM customer_alias a JOIN customer k ON k.customer_id = a.kept_id"
    " WHERE a.customer_id = ?"
)
_CODE_TAKEN = (
    "SELECT customer_id FROM customer WHERE code = ?"  # noqa: S608 - constant
    f" AND customer_id NOT IN ({SAME_PERSON}) LIMIT 1"
)
_EMAIL_TAKEN = (
    "SELECT customer_id FROM customer WHERE email = ?"  # noqa: S608 - constant
    f" AND customer_id NOT IN ({SAME_PERSON}) LIMIT 1"
)
_PUT = (
    "INSERT OR REPLACE INTO customer (customer_id, code, active, name, email, phone)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_STATES = (
    "SELECT customer_id, field, hlc, source, value, sealed FROM customer_field"
    " WHERE customer_id IN (SELECT unhex(value) FROM json_each(?))"
)
_PUT_STATE = (
    "INSERT OR REPLACE INTO customer_field (customer_id, field, hlc, source, value, sealed)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_KEYS = (
    "SELECT customer_id, key FROM customer_key"
    " WHERE customer_id IN (SELECT unhex(value) FROM json_each(?))"
)
_PUT_KEY = (
    "INSERT INTO customer_key (customer_id, key) VALUES (?, ?) ON CONFLICT (customer_id) DO NOTHING"
)
_GROUP = "INSERT OR REPLACE INTO customer_group (customer_id, word) VALUES (?, ?)"
_DROP_GROUP = "DELETE FROM customer_group WHERE customer_id = ?"
_BAR = "INSERT OR IGNORE INTO erased_customer (customer_id) VALUES (?)"
_BARRED = (
    "SELECT customer_id FROM erased_customer"
    " WHERE customer_id IN (SELECT unhex(value) FROM json_each(?))"
)
_FORGET_NAMES = (
    "UPDATE sale SET customer_name = NULL, points_expiring = NULL, points_expire_on = NULL"
    " WHERE customer_id IN (SELECT unhex(value) FROM json_each(?))"
    " AND coalesce(customer_name, points_expire_on) IS NOT NULL"
)
_FORGET = (
    "DELETE FROM customer_key WHERE customer_id = ?",
    "DELETE FROM customer_field WHERE customer_id = ?",
    "DELETE FROM customer WHERE customer_id = ?",
    "DELETE FROM answered_request WHERE customer_id = ?",
    "UPDATE invoice SET name = NULL, address = NULL, tax_number = NULL WHERE customer_id = ?",
)


class Customer(msgspec.Struct, frozen=True):
    """A customer as this store can read it: a field is None where it is not set, or where its key
    is missing."""

    customer_id: CustomerId
    code: str | None = None
    active: bool = True
    name: str | None = None
    email: str | None = None
    phone: str | None = None


def find_customer(db: sqlite3.Connection, customer_id: CustomerId) -> Customer | None:
    """By id."""
    row = db.execute(_FIND, (customer_id.bytes,)).fetchone()
    return None if row is None else _customer(row)


def find_person(db: sqlite3.Connection, customer_id: CustomerId) -> Customer | None:
    """By id, an alias's too: then it is the customer that is kept."""
    row = db.execute(_KEPT, (customer_id.bytes,)).fetchone()
    return find_customer(db, customer_id if row is None else CustomerId(UUID(bytes=row[0])))


def list_customers(db: sqlite3.Connection, limit: int, offset: int) -> tuple[Customer, ...]:
    """By name; at most CUSTOMERS_LISTED_MAX."""
    values = {"limit": min(limit, CUSTOMERS_LISTED_MAX), "offset": offset}
    return tuple(_customer(row) for row in db.execute(_LIST, values))


def search_customers(
    db: sqlite3.Connection, text: str, limit: int, offset: int
) -> tuple[Customer, ...]:
    """By code, e-mail address, telephone number or name, best first and active ones before all
    others (``customer_search.py``); all by name where ``text`` is blank."""
    if not text.strip():
        return list_customers(db, limit, offset)
    most = min(limit, CUSTOMERS_LISTED_MAX)
    found = search_customer_ids(db, text, read_country(db), most, offset)
    kept = dict.fromkeys(_kept(db, customer_id) for customer_id in found)
    hexes = msgspec.json.encode([customer_id.hex() for customer_id in kept]).decode()
    return tuple(_customer(row) for row in db.execute(_FOUND, (hexes,)))


def _kept(db: sqlite3.Connection, customer_id: bytes) -> bytes:
    row = db.execute(_KEPT, (customer_id,)).fetchone()
    return customer_id if row is None else row[0]


def holder_of_code(db: sqlite3.Connection, code: str, but: CustomerId) -> CustomerId | None:
    """Another customer that has this code: another person's, not an alias's."""
    return _holder(db.execute(_CODE_TAKEN, (code, but.bytes)).fetchone())


def holder_of_email(db: sqlite3.Connection, email: str, but: CustomerId) -> CustomerId | None:
    """Another customer that has this address (as ``comparable_email`` writes it)."""
    return _holder(db.execute(_EMAIL_TAKEN, (email, but.bytes)).fetchone())


def holder_of_phone(db: sqlite3.Connection, phone: str, but: CustomerId) -> Customer | None:
    """Another active customer with this telephone number, however it is written."""
    key = phone_key(phone, read_country(db))
    holder = holder_of_phone_key(db, key, but.bytes)
    return None if holder is None else find_customer(db, CustomerId(UUID(bytes=holder)))


def write_customers(db: sqlite3.Connection, customers: Iterable[Customer]) -> None:
    """In place of what was known of them."""
    found = [
        Searchable(c.customer_id.bytes, c.code, c.active, c.name, c.email, c.phone)
        for c in customers
    ]
    db.executemany(_PUT, map(msgspec.structs.astuple, found))
    write_searchable(db, found, read_country(db))


def read_field_states(
    db: sqlite3.Connection, customers: Iterable[CustomerId]
) -> dict[CustomerId, list[FieldChange]]:
    """Each field's newest change; a customer that is not known is not in the answer."""
    states: dict[CustomerId, list[FieldChange]] = {}
    for row in db.execute(_STATES, (_hexes(customers),)):
        change = FieldChange(CustomerField(row[1]), Hlc(row[2]), UUID(bytes=row[3]), row[4], row[5])
        states.setdefault(CustomerId(UUID(bytes=row[0])), []).append(change)
    return states


def write_field_states(
    db: sqlite3.Connection, states: Iterable[tuple[CustomerId, FieldChange]]
) -> None:
    """Each in place of its field's earlier change: merge first (sync/protocol/conflict.py)."""
    db.executemany(
        _PUT_STATE,
        [
            (
                customer_id.bytes,
                change.field.value,
                change.hlc,
                change.source.bytes,
                change.value,
                change.sealed,
            )
            for customer_id, change in states
        ],
    )


def read_keys(db: sqlite3.Connection, customers: Iterable[CustomerId]) -> dict[CustomerId, bytes]:
    """Keys of personal fields, where they are here."""
    rows = db.execute(_KEYS, (_hexes(customers),))
    return {CustomerId(UUID(bytes=row[0])): row[1] for row in rows}


def write_keys(db: sqlite3.Connection, keys: Iterable[tuple[CustomerId, bytes]]) -> None:
    """A customer has one key for life: one that is here stays."""
    db.executemany(_PUT_KEY, [(customer_id.bytes, key) for customer_id, key in keys])


def take_groups(db: sqlite3.Connection, rows: Sequence[CustomerGroup]) -> None:
    """As published."""
    db.executemany(_GROUP, [(row.customer_id.bytes, row.group) for row in rows])


def drop_groups(db: sqlite3.Connection, keys: Sequence[str]) -> None:
    """They are in none."""
    found = (uuid_of_key(key) for key in keys)
    db.executemany(_DROP_GROUP, [(one.bytes,) for one in found if one is not None])


def bar_customers(db: sqlite3.Connection, customers: Iterable[CustomerId]) -> None:
    """Nothing of them is taken any more, ever."""
    db.executemany(_BAR, [(customer_id.bytes,) for customer_id in customers])


def barred_customers(
    db: sqlite3.Connection, customers: Iterable[CustomerId]
) -> frozenset[CustomerId]:
    """Those of them that were erased."""
    rows = db.execute(_BARRED, (_hexes(customers),))
    return frozenset(CustomerId(UUID(bytes=row[0])) for row in rows)


def forget_customers(db: sqlite3.Connection, customers: Iterable[CustomerId]) -> None:
    """Erasure: key, fields, row, remembered answers and the name on receipts and invoices go; facts
    keep the id alone."""
    gone = tuple(customers)
    ids = [(customer_id.bytes,) for customer_id in gone]
    for statement in _FORGET:
        db.executemany(statement, ids)
    drop_searchable(db, [customer_id for (customer_id,) in ids])
    if gone:
        db.execute(_FORGET_NAMES, (_hexes(gone),))


def _customer(row: tuple[Any, ...]) -> Customer:
    return Customer(CustomerId(UUID(bytes=row[0])), row[1], bool(row[2]), row[3], row[4], row[5])


def _holder(row: tuple[bytes] | None) -> CustomerId | None:
    return None if row is None else CustomerId(UUID(bytes=row[0]))


def _hexes(customers: Iterable[CustomerId]) -> str:
    return msgspec.json.encode([customer_id.hex for customer_id in customers]).decode()
