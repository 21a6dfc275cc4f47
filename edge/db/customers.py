"""Customers as rows: what is readable, each field's newest change as it travels, and the keys."""

import sqlite3
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from sync.protocol.clock import Hlc
from sync.protocol.identity import CustomerId
from sync.protocol.shared import CustomerField, FieldChange

CUSTOMERS_LISTED_MAX = 200
PHONE_DIGITS_MIN = 3

_COLUMNS = "customer_id, code, active, name, email, phone"
_FIND = f"SELECT {_COLUMNS} FROM customer WHERE customer_id = ?"  # noqa: S608 - constant
_LIST = (
    f"SELECT {_COLUMNS} FROM customer"  # noqa: S608 - constant
    " ORDER BY name COLLATE NOCASE, customer_id LIMIT :limit OFFSET :offset"
)
_SEARCH = (
    f"SELECT {_COLUMNS} FROM customer"  # noqa: S608 - constant
    r" WHERE code LIKE :prefix ESCAPE '\' OR email LIKE :prefix ESCAPE '\'"
    r" OR (:digits <> '' AND phone LIKE '%' || :digits || '%')"
    r" OR (SELECT min(name LIKE '%' || value || '%' ESCAPE '\') FROM json_each(:words))"
    " ORDER BY name COLLATE NOCASE, customer_id LIMIT :limit OFFSET :offset"
)
_CODE_TAKEN = "SELECT customer_id FROM customer WHERE code = ? AND customer_id <> ? LIMIT 1"
_EMAIL_TAKEN = "SELECT customer_id FROM customer WHERE email = ? AND customer_id <> ? LIMIT 1"
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
_FORGET = (
    "DELETE FROM customer_key WHERE customer_id = ?",
    "DELETE FROM customer_field WHERE customer_id = ?",
    "DELETE FROM customer WHERE customer_id = ?",
    "DELETE FROM answered_request WHERE customer_id = ?",
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


def list_customers(db: sqlite3.Connection, limit: int, offset: int) -> tuple[Customer, ...]:
    """By name; at most CUSTOMERS_LISTED_MAX."""
    values = {"limit": min(limit, CUSTOMERS_LISTED_MAX), "offset": offset}
    return tuple(_customer(row) for row in db.execute(_LIST, values))


def search_customers(
    db: sqlite3.Connection, text: str, limit: int, offset: int
) -> tuple[Customer, ...]:
    """Whose code or e-mail begins with ``text``, whose phone contains its digits, or whose name
    contains all of its words; in any case of ASCII letters."""
    words = text.split()
    if not words:
        return list_customers(db, limit, offset)
    digits = "".join(character for character in text if character in "0123456789")
    telephonic = len(digits) >= PHONE_DIGITS_MIN and not any(c.isalpha() for c in text)
    values = {
        "prefix": _literally(text.strip()) + "%",
        "digits": digits if telephonic else "",
        "words": msgspec.json.encode([_literally(word) for word in words]).decode(),
        "limit": min(limit, CUSTOMERS_LISTED_MAX),
        "offset": offset,
    }
    return tuple(_customer(row) for row in db.execute(_SEARCH, values))


def holder_of_code(db: sqlite3.Connection, code: str, but: CustomerId) -> CustomerId | None:
    """Another customer that has this code."""
    return _holder(db.execute(_CODE_TAKEN, (code, but.bytes)).fetchone())


def holder_of_email(db: sqlite3.Connection, email: str, but: CustomerId) -> CustomerId | None:
    """Another customer that has this address (as ``fields.comparable_email`` writes it)."""
    return _holder(db.execute(_EMAIL_TAKEN, (email, but.bytes)).fetchone())


def write_customers(db: sqlite3.Connection, customers: Iterable[Customer]) -> None:
    """In place of what was known of them."""
    db.executemany(
        _PUT, [(c.customer_id.bytes, c.code, c.active, c.name, c.email, c.phone) for c in customers]
    )


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


def forget_customers(db: sqlite3.Connection, customers: Iterable[CustomerId]) -> None:
    """Erasure: key, fields, row and remembered answers go; facts keep the id alone."""
    ids = [(customer_id.bytes,) for customer_id in customers]
    for statement in _FORGET:
        db.executemany(statement, ids)


def _customer(row: tuple[Any, ...]) -> Customer:
    return Customer(CustomerId(UUID(bytes=row[0])), row[1], bool(row[2]), row[3], row[4], row[5])


def _holder(row: tuple[bytes] | None) -> CustomerId | None:
    return None if row is None else CustomerId(UUID(bytes=row[0]))


def _hexes(customers: Iterable[CustomerId]) -> str:
    return msgspec.json.encode([customer_id.hex for customer_id in customers]).decode()


def _literally(text: str) -> str:
    """Without LIKE's wildcards."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
