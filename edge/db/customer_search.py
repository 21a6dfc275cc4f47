"""Search of customers by what people type, in this order, active customers before all others: whose
code, e-mail address or telephone number it is; names that begin with it; names that hold its words
whole, then words that begin so; codes and e-mail addresses that begin with it; telephone numbers
and names that hold it anywhere. The limit is taken after that. Text with an ``@`` is an address.

What search knows stands in ``customer_name``, ``customer_words`` and ``customer_parts`` (FTS5, the
latter by trigrams), with the customer's row and no longer than it.
"""

import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from edge.db.ranking import (
    INACTIVE,
    LAST_TEXT,
    beginnings,
    free_number,
    in_name_order,
    listed,
    numbers,
    one_page,
    row_number,
    whole_words,
)
from sync.protocol.phone import phone_beginnings, phone_endings, phone_key, phone_parts
from sync.protocol.search import WORDS_MAX, fold, fold_letters, fold_words

PART_MIN = 3
"""Characters that a trigram index needs."""
HELD_DIGITS_MAX = 6
"""So many digits are looked for in the middle of telephone numbers; more are its beginning or end.
"""
NUMBER_MAX = (1 << 63) - 1

_OF_ACTIVITY = "number BETWEEN :first AND :last"
_BY_CODE = f"SELECT number FROM customer_name WHERE code_key = :text AND {_OF_ACTIVITY}"  # noqa: S608 - constants
_BY_EMAIL = f"SELECT number FROM customer_name WHERE email_key = :text AND {_OF_ACTIVITY}"  # noqa: S608 - constants
_BY_PHONE = (
    "SELECT number FROM customer_name"  # noqa: S608 - constants
    f" WHERE phone_key IN (SELECT value FROM json_each(:phones)) AND {_OF_ACTIVITY} ORDER BY number"
)
_BY_NAME = (
    "SELECT number FROM customer_name WHERE name_key >= :name AND name_key < :behind"  # noqa: S608 - constants
    f" AND {_OF_ACTIVITY} ORDER BY name_key, number"
)
_CODES = (
    "SELECT number FROM customer_name WHERE code_key >= :text AND code_key < :behind"  # noqa: S608 - constants
    f" AND {_OF_ACTIVITY} ORDER BY code_key"
)
_EMAILS = (
    "SELECT number FROM customer_name WHERE email_key >= :text AND email_key < :behind"  # noqa: S608 - constants
    f" AND {_OF_ACTIVITY} ORDER BY email_key"
)
_PHONES_FROM = (
    "SELECT number FROM customer_name WHERE phone_key >= :text AND phone_key < :behind"  # noqa: S608 - constants
    f" AND {_OF_ACTIVITY} ORDER BY phone_key"
)
_PHONES_TO = (
    "SELECT number FROM customer_name WHERE phone_back >= :text AND phone_back < :behind"  # noqa: S608 - constants
    f" AND {_OF_ACTIVITY} ORDER BY phone_back"
)
_ORDER = (
    "SELECT n.number FROM json_each(:numbers) f JOIN customer_name n ON n.number = f.value"
    " ORDER BY n.name_key, n.number"
)
_MATCHING = (
    "SELECT rowid FROM {index} WHERE {index} MATCH :asked"
    " AND rowid BETWEEN :first AND :last ORDER BY rowid"
)
_IDS = (
    "SELECT n.customer_id FROM json_each(:numbers) f JOIN customer_name n ON n.number = f.value"
    " ORDER BY f.key"
)
_PHONE_TAKEN = (
    "SELECT customer_id FROM customer_name"  # noqa: S608 - constants
    " WHERE phone_key = ? AND customer_id <> ?"
    f" AND number < {INACTIVE} ORDER BY number LIMIT 1"
)
_TAKEN = "SELECT 1 FROM customer_name WHERE number = ?"
_NUMBER = "SELECT number FROM customer_name WHERE customer_id = ?"
_PUT = (
    "INSERT INTO customer_name (number, customer_id, name_key, code_key, email_key, phone_key,"
    " phone_back) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_PUT_WORDS = "INSERT INTO customer_words (rowid, words) VALUES (?, ?)"
_PUT_PARTS = "INSERT INTO customer_parts (rowid, name, phone) VALUES (?, ?, ?)"
_DROP = (
    "DELETE FROM customer_words WHERE rowid = ?",
    "DELETE FROM customer_parts WHERE rowid = ?",
    "DELETE FROM customer_name WHERE number = ?",
)


class Searchable(msgspec.Struct, frozen=True):
    """What a customer is found by."""

    customer_id: bytes
    code: str | None
    active: bool
    name: str | None
    email: str | None
    phone: str | None


def search_customer_ids(
    db: sqlite3.Connection, text: str, country: str | None, limit: int, offset: int
) -> list[bytes]:
    """Ids of customers, best first (see above). ``country``: the shop's, for telephone numbers."""
    page = one_page(_tiers(db, text.strip(), country), limit, offset)
    rows = db.execute(_IDS, {"numbers": listed(page)})
    return [row[0] for row in rows]


def _tiers(db: sqlite3.Connection, asked: str, country: str | None) -> Iterator[Iterable[int]]:
    for first, last in ((0, INACTIVE - 1), (INACTIVE, NUMBER_MAX)):
        yield from _tiers_of(db, asked, country, {"first": first, "last": last})


def _tiers_of(
    db: sqlite3.Connection, asked: str, country: str | None, within: dict[str, str | int]
) -> Iterator[Iterable[int]]:
    text = fold_letters(asked)
    keyed = within | {"text": text, "behind": text + LAST_TEXT}
    parts = phone_parts(asked, country)
    yield numbers(db, _BY_CODE, within | {"text": text})
    yield numbers(db, _BY_EMAIL, within | {"text": text})
    if parts:
        yield numbers(db, _BY_PHONE, within | {"phones": _listed(parts)})
    if "@" in asked:
        yield numbers(db, _EMAILS, keyed)
        return
    words = fold_words(asked)[:WORDS_MAX]
    if not words:
        return
    name = " ".join(words)
    yield numbers(db, _BY_NAME, within | {"name": name, "behind": name + LAST_TEXT})
    for question in (whole_words(words), beginnings(words)):
        yield _matching(db, "customer_words", question, within)
    yield numbers(db, _CODES, keyed)
    yield numbers(db, _EMAILS, keyed)
    if parts:
        yield from _phone_tiers(db, asked, country, parts, within)
    elif all(len(word) >= PART_MIN for word in words):
        yield _matching(db, "customer_parts", f"name : ({whole_words(words)})", within)


def _phone_tiers(
    db: sqlite3.Connection,
    asked: str,
    country: str | None,
    parts: tuple[str, ...],
    within: dict[str, str | int],
) -> Iterator[Iterable[int]]:
    """Numbers that begin so, that end so, that hold a few digits anywhere; and those that were kept
    without the country that is asked for."""
    for text in phone_beginnings(asked, country):
        yield numbers(db, _PHONES_FROM, within | {"text": text, "behind": text + LAST_TEXT})
    for text in (part[::-1] for part in parts):
        yield numbers(db, _PHONES_TO, within | {"text": text, "behind": text + LAST_TEXT})
    held = " OR ".join(f'"{part}"' for part in parts if len(part) <= HELD_DIGITS_MAX)
    if held:
        yield _matching(db, "customer_parts", f"phone : ({held})", within)
    yield numbers(db, _BY_PHONE, within | {"phones": _listed(phone_endings(asked, country))})


def _matching(
    db: sqlite3.Connection, index: str, question: str, within: dict[str, str | int]
) -> Iterator[int]:
    return in_name_order(db, _MATCHING.format(index=index), _ORDER, within | {"asked": question})


def holder_of_phone_key(db: sqlite3.Connection, key: str, but: bytes) -> bytes | None:
    """Another active customer whose telephone number has this key."""
    row = db.execute(_PHONE_TAKEN, (key, but)).fetchone()
    return None if row is None else bytes(row[0])


def write_searchable(
    db: sqlite3.Connection, customers: Iterable[Searchable], country: str | None
) -> None:
    """What search knows of these customers, in place of what it knew."""
    found = {each.customer_id: each for each in customers}
    drop_searchable(db, found)
    words, parts = [], []
    for each in found.values():
        name = fold(each.name or "")
        phone = None if each.phone is None else phone_key(each.phone, country)
        code = None if each.code is None else fold_letters(each.code)
        email = None if each.email is None else fold_letters(each.email)
        number = row_number(name, each.customer_id, active=each.active)
        number = free_number(db, _TAKEN, number)
        back = None if phone is None else phone[::-1]
        db.execute(_PUT, (number, each.customer_id, name, code, email, phone, back))
        words.append((number, name))
        parts.append((number, name, phone))
    db.executemany(_PUT_WORDS, sorted(words))
    db.executemany(_PUT_PARTS, sorted(parts))


def drop_searchable(db: sqlite3.Connection, customer_ids: Iterable[bytes]) -> None:
    """They are found by search no more, and no trace of them stays in it."""
    found = [db.execute(_NUMBER, (customer_id,)).fetchone() for customer_id in customer_ids]
    rows = sorted(row for row in found if row is not None)
    for statement in _DROP:
        db.executemany(statement, rows)


def _listed(texts: Iterable[str]) -> str:
    return msgspec.json.encode(list(texts)).decode()
