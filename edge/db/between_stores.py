"""Goods between this store and others, of all that is known here: what this box wrote, and what
head office told it that others, or the box before it, wrote. Each fact once; what all of it comes
to is ``sync/protocol/between_stores.py``."""

import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from sync.protocol.between_stores import Between, between_stores, told_since_ms
from sync.protocol.identity import StoreId
from sync.protocol.told import ToldLine, TransferNews, TransferTold

SUBJECTS_MAX = 500
"""Of which everything is read at once, the newest; older ones are at head office."""

SHOPS_MAX = 1_000

_RECENT = """recent AS (
    SELECT subject FROM (
        SELECT intent_id AS subject, at_ms, 0 AS told FROM transfer
        UNION ALL SELECT wish_id, at_ms, 0 FROM transfer WHERE wish_id IS NOT NULL
        UNION ALL SELECT subject_id, at_ms, 1 FROM transfer_told
        UNION ALL SELECT wish_id, at_ms, 1 FROM transfer_told WHERE wish_id IS NOT NULL
        UNION ALL SELECT subject_id, at_ms, 0 FROM transfer_note
    ) GROUP BY subject HAVING max(told) OR max(at_ms) >= :since_ms
    ORDER BY max(at_ms) DESC, subject LIMIT :most
)"""
"""Head office tells a store of what it wrote itself, too: what is old, and told of no more, is done
with (``let_go``)."""
_ENDS = f"""WITH {_RECENT}
SELECT t.intent_id, t.transfer_id, t.direction, t.wish_id,
    coalesce(nullif(t.other_store, ''), (SELECT
        CASE t.direction WHEN 'out' THEN w.to_code ELSE w.from_code END FROM transfer_told w
        WHERE w.subject_id = t.intent_id AND w.event_id = t.transfer_id AND w.part = 0), ''),
    t.number, t.operator_id, t.reason, t.at_ms, (SELECT json_group_array(json_array(m.line_no,
        m.item_id, abs(m.quantity_milli), m.cost_minor, NULL, m.lot, l.expires_on, m.serial)
        ORDER BY m.line_no)
        FROM stock_movement m LEFT JOIN stock_lot l ON l.item_id = m.item_id AND l.lot = m.lot
        WHERE m.event_id = t.transfer_id)
FROM transfer t WHERE t.intent_id IN (SELECT subject FROM recent)
"""  # noqa: S608 - constant
_NOTES = f"""WITH {_RECENT}
SELECT n.subject_id, n.note_id, n.note, NULL, n.other_store, n.number, n.operator_id, n.reason,
    n.at_ms, n.lines
FROM transfer_note n WHERE n.subject_id IN (SELECT subject FROM recent)
"""  # noqa: S608 - constant
_TOLD = f"""WITH {_RECENT}
SELECT w.subject_id, w.event_id, w.part, w.news, w.wish_id, w.from_store_id, w.from_code,
    w.to_store_id, w.to_code, w.store_id, w.number, w.said_by, w.reason, w.at_ms, w.lines
FROM transfer_told w WHERE w.subject_id IN (SELECT subject FROM recent)
    AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.transfer_id = w.event_id)
    AND NOT EXISTS (SELECT 1 FROM transfer_note n WHERE n.note_id = w.event_id)
"""  # noqa: S608 - constant
_STORE_OF = """
SELECT store_id FROM shop WHERE code = :code UNION ALL SELECT lower(hex(store_id)) FROM (
    SELECT from_store_id AS store_id, from_code AS code FROM transfer_told
    UNION ALL SELECT to_store_id, to_code FROM transfer_told
) WHERE code = :code AND store_id IS NOT NULL LIMIT 1
"""
_SHOPS = "SELECT code, name FROM shop WHERE code <> ? ORDER BY code LIMIT ?"
_NAMES = "SELECT item_id, name, unit FROM item WHERE item_id IN (SELECT value FROM json_each(?))"
_ADD_NOTE = (
    "INSERT INTO transfer_note (note_id, note, subject_id, other_store, number, operator_id,"
    " reason, at_ms, lines) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Here(NamedTuple):
    """This store, as others name it."""

    store_id: StoreId
    code: str


class Note(NamedTuple):
    """What this store said without moving anything (``facts/transfer.py``)."""

    note_id: UUID
    note: str
    subject_id: UUID
    other_store: str
    number: str
    operator_id: str
    reason: str
    at_ms: int
    lines: tuple[ToldLine, ...]


def known_between(db: sqlite3.Connection, here: Here, now_ms: int) -> tuple[Between, ...]:
    """Wishes and transfers, the newest first."""
    limit = {"since_ms": told_since_ms(now_ms), "most": SUBJECTS_MAX}
    rows = [_own(here, row) for row in db.execute(_ENDS, limit)]
    rows += [_own(here, row) for row in db.execute(_NOTES, limit)]
    rows += [_told(row) for row in db.execute(_TOLD, limit)]
    return between_stores(rows)


def find_between(
    db: sqlite3.Connection, here: Here, subject_id: UUID, now_ms: int
) -> Between | None:
    """One of them; None where nothing of it is known here."""
    known = known_between(db, here, now_ms)
    return next((one for one in known if one.subject_id == subject_id), None)


def store_of(db: sqlite3.Connection, code: str) -> StoreId | None:
    """The store of a code, by the list of shops or by what was told of goods; None: by neither."""
    row = db.execute(_STORE_OF, {"code": code}).fetchone()
    return None if row is None else StoreId(UUID(row[0]))


def shops_known(db: sqlite3.Connection, here: Here) -> Mapping[str, str]:
    """Names of the company's other shops by their codes, as head office told of them."""
    return dict(db.execute(_SHOPS, (here.code, SHOPS_MAX)).fetchall())


def names_of(db: sqlite3.Connection, items: set[str]) -> dict[str, tuple[str, str]]:
    """Name and unit of items that are known."""
    listed = msgspec.json.encode(sorted(items)).decode()
    return {row[0]: (row[1], row[2]) for row in db.execute(_NAMES, (listed,))}


def add_note(db: sqlite3.Connection, note: Note) -> None:
    """Beside its fact."""
    ids = (note.note_id.bytes, note.note, note.subject_id.bytes)
    said = msgspec.json.encode(note.lines).decode()
    db.execute(_ADD_NOTE, (*ids, *note[3:8], said))


_NEWS = {"out": TransferNews.SENT, "in": TransferNews.CAME}


def _own(here: Here, row: tuple[Any, ...]) -> TransferTold:
    """What this store wrote, as head office would tell it. Goods leave to the other store; they
    come from it, and so do those that are wished of it."""
    subject, event, what, wish, other, number, who, why, at_ms, lines = row
    news = _NEWS.get(what) or TransferNews(what)
    mine, others = (here.store_id, here.code), (None, other)
    stores = (*mine, *others) if news is TransferNews.SENT else (*others, *mine)
    return _row(
        (subject, event, 0, news, wish), stores, here.store_id, (number, who, why), at_ms, lines
    )


def _told(row: tuple[Any, ...]) -> TransferTold:
    subject, event, part, news, wish, from_id, from_code, to_id, to_code, store, *rest = row
    number, who, why, at_ms, lines = rest
    stores = (_uuid(from_id), from_code, _uuid(to_id), to_code)
    head = (subject, event, part, TransferNews(news), wish)
    return _row(head, stores, _uuid(store), (number, who, why), at_ms, lines)


def _row(
    head: tuple[bytes, bytes, int, TransferNews, bytes | None],
    stores: tuple[UUID | None, str, UUID | None, str],
    store_id: UUID | None,
    said: tuple[str, str, str],
    at_ms: int,
    lines: str,
) -> TransferTold:
    subject, event, part, news, wish = head
    ids = (UUID(bytes=subject), UUID(bytes=event), part, news, _uuid(wish))
    goods = msgspec.json.decode(lines, type=tuple[ToldLine, ...])
    return TransferTold(*ids, *stores, store_id, *said, at_ms, goods)


def _uuid(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)
