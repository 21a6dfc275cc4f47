"""What a sale reads, as it was before it changed: one history for all of it.

A basket is held against what was in force when it was tendered, also when it arrives after head
office (or the store itself) has changed or withdrawn an item, a code, a price, a rate, a tender, an
operator, a customer, a promotion, a tier, what multiplies points, a scale's code, an item's rule, a
price book, a pack or the settings: the customer has paid by then. Whoever writes such rows does it
inside ``keeping_past``, which compares what the rows say before and after; how a kind of row reads
stands here once, and nowhere else.

Kept is what changed within the time that a basket may take to arrive (``tender_age_max_s``): older
baskets are refused, or, where the store sets no limit, held against the oldest that is known.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from edge.db.tenders import OF_A_TENDER, READ_OF_A_TENDER
from sync.protocol.codec import decode
from sync.protocol.reference import StoreSettings

KEPT_WITHOUT_LIMIT_S = 30 * 86_400
"""Where the store sets no limit to a basket's age."""
VALUES_MAX = 16
"""Prices of one item, or rates of one class, that one row of the past holds: the newest."""
BOOK_VALUES_MAX = 256
"""The same of one item's prices in all books."""
STORE = "store"
"""The name of the settings."""


class Kind(StrEnum):
    """What may be named: by a request, or by what it names."""

    ITEM = "item"
    CODE = "code"
    PRICES = "prices"
    RATES = "rates"
    TENDER = "tender"
    OPERATOR = "operator"
    CUSTOMER = "customer"
    PROMOTION = "promotion"
    SCALE_CODE = "scale_code"
    ITEM_RULE = "item_rule"
    WORTH = "worth"
    LOYALTY_TIER = "loyalty_tier"
    POINTS_RULE = "points_rule"
    PRICE_BOOK = "price_book"
    BOOK_PRICES = "book_prices"
    PACK = "pack"
    SETTINGS = "settings"


class Named(NamedTuple):
    """A thing: a code by its key (``sync/protocol/scan_code.py``), a customer by its id in
    hexadecimal, prices by the item, rates by the class, what foreign cash is worth by both
    currencies (``USD>SGD``)."""

    kind: Kind
    name: str


_ITEM = (
    "json_array(i.item_id, i.name, i.unit, i.tax_class, i.open_price, i.unit_cost_minor, i.active,"
    " i.department)"
)
_NEWEST = f"DESC LIMIT {VALUES_MAX}"
_NOW: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ITEM: f"SELECT i.item_id, {_ITEM} FROM json_each(:names) w"  # noqa: S608 - constant
        " JOIN item i ON i.item_id = w.value",
        Kind.CODE: f"SELECT s.code_key, {_ITEM} FROM json_each(:names) w"  # noqa: S608 - constant
        " JOIN scan_code s ON s.code_key = w.value AND s.holds"
        " JOIN item i ON i.item_id = s.item_id",
        Kind.PRICES: "SELECT w.value, (SELECT json_group_array(json_array(effective_from_ms,"  # noqa: S608 - constants
        " unit_price_minor, version)) FROM (SELECT * FROM price WHERE item_id = w.value"
        f" AND effective_from_ms <= :now_ms ORDER BY effective_from_ms {_NEWEST}))"
        " FROM json_each(:names) w",
        Kind.RATES: "SELECT w.value, (SELECT json_group_array(json_array(effective_from, rate_bp,"  # noqa: S608 - constants
        " version)) FROM (SELECT * FROM tax_rate WHERE tax_class = w.value"
        f" ORDER BY effective_from {_NEWEST})) FROM json_each(:names) w",
        Kind.TENDER: f"SELECT t.tender_id, json_array({READ_OF_A_TENDER})"  # noqa: S608 - constants
        f" FROM json_each(:names) n JOIN tender t ON t.tender_id = n.value {OF_A_TENDER}",
        Kind.WORTH: "SELECT w.value, (SELECT json_group_array(json_array(effective_from_ms,"  # noqa: S608 - constants
        " own_minor, foreign_minor, decimals, version)) FROM (SELECT * FROM foreign_currency"
        " WHERE currency || '>' || own_currency = w.value AND effective_from_ms <= :now_ms"
        f" ORDER BY effective_from_ms {_NEWEST})) FROM json_each(:names) w",
        Kind.OPERATOR: "SELECT o.operator_id, json_array(o.name, o.role, hex(r.body), o.active)"
        " FROM json_each(:names) w JOIN operator o ON o.operator_id = w.value"
        " LEFT JOIN role r ON r.role = o.role",
        Kind.CUSTOMER: "SELECT w.value, json_array(g.word, c.active)"
        " FROM json_each(:names) w JOIN customer c ON c.customer_id = unhex(w.value)"
        " LEFT JOIN customer_alias a ON a.customer_id = c.customer_id"
        " LEFT JOIN customer_group g ON g.customer_id = coalesce(a.kept_id, c.customer_id)",
        Kind.PROMOTION: "SELECT w.value, CASE WHEN p.promotion_id IS NULL THEN json_array(NULL)"
        " ELSE json_array(p.version, p.name, p.kind, hex(p.arguments), hex(p.condition),"
        " hex(p.terms)) END"
        " FROM json_each(:names) w LEFT JOIN promotion p ON p.promotion_id = w.value",
        Kind.SCALE_CODE: "SELECT w.value, json_array(s.picture, s.step)"
        " FROM json_each(:names) w LEFT JOIN scale_code s ON s.picture = w.value",
        Kind.ITEM_RULE: "SELECT w.value, json_array(r.item_id, r.age_years, r.barred_from,"
        " r.barred_until, r.asks_serial, r.asks_lot, r.linked_item_id, r.linked_milli,"
        " r.may_be_left_out, r.loads)"
        " FROM json_each(:names) w LEFT JOIN item_rule r ON r.item_id = w.value",
        Kind.LOYALTY_TIER: "SELECT w.value, json_array(t.name, t.from_minor, t.multiplier)"
        " FROM json_each(:names) w LEFT JOIN loyalty_tier t ON t.tier = w.value",
        Kind.POINTS_RULE: "SELECT w.value, json_array(hex(r.body))"
        " FROM json_each(:names) w LEFT JOIN points_rule r ON r.rule_id = w.value",
        Kind.PRICE_BOOK: "SELECT w.value, CASE WHEN b.book IS NULL THEN json_array(NULL)"
        " ELSE json_array(b.name, b.zone, b.customer_group, b.tax_included, b.priority, b.fixed,"
        " b.from_ms, b.until_ms) END"
        " FROM json_each(:names) w LEFT JOIN price_book b ON b.book = w.value",
        Kind.BOOK_PRICES: "SELECT w.value, json_array((SELECT json_group_array(json_array(book,"  # noqa: S608 - constants
        " pack, from_milli, effective_from_ms, unit_price_minor, version)) FROM (SELECT * FROM"
        " book_price WHERE item_id = w.value AND effective_from_ms <= :now_ms"
        f" ORDER BY effective_from_ms DESC LIMIT {BOOK_VALUES_MAX}))) FROM json_each(:names) w",
        Kind.PACK: "SELECT w.value, json_array(p.item_id, p.quantity_milli, p.name)"
        " FROM json_each(:names) w LEFT JOIN pack p ON p.scan_code = w.value",
        Kind.SETTINGS: "SELECT w.value, json_array(s.settings_no)"
        " FROM json_each(:names) w JOIN settings s ON s.current",
    }
)
"""What is in force of each kind: name and value. Nothing personal: a name is read where it stands,
and an erasure has nothing to look for here."""
_NOTHING = "[]"
_KEEP = "INSERT OR IGNORE INTO past_row (kind, name, until_ms, value) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM past_row WHERE until_ms < ?"
_SETTINGS = "SELECT body FROM settings WHERE current"
_OF_KIND = """
SELECT name, value, min(until_ms) FROM (
    SELECT name, value, until_ms FROM past_row WHERE kind = :kind
    UNION ALL
    SELECT p.name, p.value, s.at_ms FROM feed_switch s
    JOIN ready_past_row p ON p.kind = :kind WHERE s.settling IS NOT NULL)
WHERE until_ms > :as_of_ms AND until_ms <= :now_ms GROUP BY name
"""
_AS_OF = """
SELECT kind, name, value, min(until_ms) FROM (
    SELECT p.kind, p.name, p.value, p.until_ms FROM json_each(:named) w
    JOIN past_row p ON p.kind = w.value ->> 0 AND p.name = w.value ->> 1
    UNION ALL
    SELECT p.kind, p.name, p.value, s.at_ms FROM feed_switch s CROSS JOIN json_each(:named) w
    JOIN ready_past_row p ON p.kind = w.value ->> 0 AND p.name = w.value ->> 1
    WHERE s.settling IS NOT NULL)
WHERE until_ms > :as_of_ms AND until_ms <= :now_ms GROUP BY kind, name
"""
_SWITCH_IS_PAST = (
    "INSERT OR IGNORE INTO past_row (kind, name, until_ms, value) VALUES ('switch', '', ?, '')"
)
_SETTLE = """
INSERT OR IGNORE INTO past_row (kind, name, until_ms, value)
SELECT kind, name, ?, value FROM ready_past_row ORDER BY kind, name, until_ms LIMIT ?
"""
_DROP_SETTLED = """
DELETE FROM ready_past_row WHERE (kind, name, until_ms) IN
(SELECT kind, name, until_ms FROM ready_past_row ORDER BY kind, name, until_ms LIMIT ?)
"""


@contextmanager
def keeping_past(db: sqlite3.Connection, named: Iterable[Named], now_ms: int) -> Iterator[None]:
    """Around a write to what sales read: what ``named`` said before, where it says something else
    (or nothing) afterwards, is what holds for baskets that were tendered before ``now_ms``."""
    names = tuple(named)
    before = _in_force(db, names, now_ms)
    yield
    after = _in_force(db, before, now_ms)
    changed = [(*key, now_ms, value) for key, value in before.items() if after.get(key) != value]
    if changed:
        db.executemany(_KEEP, changed)
        db.execute(_FORGET, (now_ms - 1_000 * _kept_s(db),))


def named_by_keys(kind: Kind | None, keys: Iterable[str]) -> list[Named]:
    """What rows under these keys are called, without the instant or date behind an ``@`` where one
    belongs; nothing where no sale reads such rows."""
    return [] if kind is None else [Named(kind, key.rpartition("@")[0] or key) for key in keys]


def past_as_of(
    db: sqlite3.Connection, named: Iterable[Named], as_of_ms: int, now_ms: int
) -> dict[Named, str]:
    """What held of ``named`` at ``as_of_ms`` and has changed since, as JSON; what has not changed
    is left out. A change that a wrong clock dated later than ``now_ms`` counts as none."""
    values = {"named": _json(list(named)), "as_of_ms": as_of_ms, "now_ms": now_ms}
    rows = db.execute(_AS_OF, values)
    return {Named(Kind(kind), name): value for kind, name, value, _ in rows}


def note_past_of_switch(db: sqlite3.Connection, at_ms: int) -> None:
    """What was laid ready is in force: something may have changed at this instant, and until it is
    settled what it took the place of is found where it was laid."""
    db.execute(_SWITCH_IS_PAST, (at_ms,))


def settle_past(db: sqlite3.Connection, at_ms: int, limit: int) -> bool:
    """Some of what rows that were laid ready took the place of at ``at_ms``; False: nothing is
    left."""
    db.execute(_SETTLE, (at_ms, limit))
    return db.execute(_DROP_SETTLED, (limit,)).rowcount > 0


def past_of_kind(
    db: sqlite3.Connection, kind: Kind, as_of_ms: int, now_ms: int
) -> list[tuple[str, Any]]:
    """Name and value of all of a kind that have changed since ``as_of_ms``: of what no request
    names."""
    values = {"kind": kind, "as_of_ms": as_of_ms, "now_ms": now_ms}
    rows = db.execute(_OF_KIND, values)
    return [(name, msgspec.json.decode(value)) for name, value, _ in rows]


def _in_force(db: sqlite3.Connection, named: Iterable[Named], now_ms: int) -> dict[Named, str]:
    by_kind: dict[Kind, set[str]] = {}
    for kind, name in named:
        by_kind.setdefault(kind, set()).add(name)
    return {
        Named(kind, name): value
        for kind, names in by_kind.items()
        for name, value in db.execute(_NOW[kind], {"names": _json(sorted(names)), "now_ms": now_ms})
        if value != _NOTHING
    }


def _kept_s(db: sqlite3.Connection) -> int:
    row = db.execute(_SETTINGS).fetchone()
    limit = None if row is None else decode(StoreSettings, row[0]).tender_age_max_s
    return KEPT_WITHOUT_LIMIT_S if limit is None else limit


def _json(values: object) -> str:
    return msgspec.json.encode(values).decode()
