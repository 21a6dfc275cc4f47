"""Finds customers who have a code or an e-mail address in common, without anybody saying which.

Addresses are sealed under a key of each customer's own, so no two ciphertexts of one address are
alike. Head office holds these keys: each value is opened once, when it was published, and kept as a
digest under a key that follows from ``central.key`` and stands in no database. Equal digests are
equal values, found by an index; whoever has only the database learns no address from them, not by
trying them all either. They go with the customer who is erased.

Two who were *created* with one value are one person: the shops could not know of each other
(protocol.md, customer). What somebody *changed* to another's value may be a slip, and is proposed
to a person. A pair that a person parted is left alone.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from central.archive.rows import plain_uuid
from central.db.decisions import lock_decisions
from central.db.engine import driver_of, unit_of_work
from central.domain.decisions import CustomersJoined
from central.domain.derived_keys import matching_key
from central.reports.same_person import kept_ids
from central.usecases.decision.decide import decide
from sync.engine.sealing import open_sealed
from sync.protocol.errors import Undecodable
from sync.protocol.feeds import uuid_of_key
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.shared import CustomerField

CUSTOMERS_AT_ONCE = 1_000
"""Publications that one unit of work looks through; the next one goes on."""
LIKE_MAX = 1_000
"""Of customers who share a value, so many are looked at: an address such as none@shop.example is
nobody's."""
UNITS_MAX = 100_000
KEY_NAME_BYTES = 8

_BEHIND = """
SELECT f.company_id FROM feed AS f LEFT JOIN customers_matched AS m USING (company_id)
WHERE f.data_set = 'customers' AND f.head > coalesce(m.through, 0)
"""
_THROUGH = "SELECT through, key_name FROM customers_matched WHERE company_id = $1"
_MOVE = """
INSERT INTO customers_matched (company_id, through, key_name) VALUES ($1, $2, $3)
ON CONFLICT (company_id) DO UPDATE SET through = excluded.through, key_name = excluded.key_name
"""
_PUBLISHED = """
SELECT pub_seq, key FROM feed_log
WHERE company_id = $1 AND data_set = 'customers' AND scope = '' AND pub_seq > $2
ORDER BY pub_seq LIMIT $3
"""
_VALUES = """
SELECT f.customer_id, f.field, f.value, f.sealed, f.made, k.key FROM customer_field AS f
LEFT JOIN personal_key AS k USING (company_id, customer_id)
LEFT JOIN customer_field AS a ON a.company_id = f.company_id AND a.customer_id = f.customer_id
    AND a.field = 'active'
WHERE f.company_id = $1 AND f.customer_id = ANY($2) AND f.field IN ('code', 'email')
    AND (f.value IS NOT NULL OR f.sealed IS NOT NULL) AND coalesce(a.value, 'true') <> 'false'
"""
_FORGET_ALL = "DELETE FROM customer_match WHERE company_id = $1"
_FORGET = "DELETE FROM customer_match WHERE company_id = $1 AND customer_id = ANY($2)"
_KEEP = """
INSERT INTO customer_match (company_id, customer_id, field, digest, made)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::boolean[])
"""
_LIKE = """
SELECT field, digest, customer_id, made FROM (
    SELECT m.*, row_number() OVER (PARTITION BY field, digest ORDER BY customer_id) AS nth
    FROM customer_match AS m WHERE m.company_id = $1 AND (m.field, m.digest) IN (
        SELECT field, digest FROM customer_match WHERE company_id = $1 AND customer_id = ANY($2))
) AS found WHERE nth <= $3 ORDER BY field, digest, customer_id
"""
_DECIDED = """
SELECT alias_id, kept_id FROM customer_alias
WHERE company_id = $1 AND (alias_id = ANY($2) OR kept_id = ANY($2))
"""
_WITHDRAW = """
DELETE FROM customer_proposal WHERE company_id = $1 AND (alias_id = ANY($2) OR kept_id = ANY($2))
RETURNING alias_id, kept_id, found_at_ms
"""
_PROPOSE = """
INSERT INTO customer_proposal (company_id, alias_id, kept_id, field, found_at_ms)
SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[])
ON CONFLICT (company_id, alias_id, kept_id) DO NOTHING
"""

Pair: TypeAlias = tuple[CustomerId, CustomerId]
"""The larger id first: the alias, and who is kept."""


class Like(NamedTuple):
    """Somebody who has a value that others have too."""

    customer_id: CustomerId
    made: bool


class Found(NamedTuple):
    """Pairs, each with the field that they have in common."""

    created: dict[Pair, str]
    changed: dict[Pair, str]


async def match_customers(engine: AsyncEngine, key: Ed25519PrivateKey, now_ms: int) -> int:
    """Look at what was published of customers since; how many were joined."""
    async with unit_of_work(engine) as db:
        behind = [row[0] for row in await (await driver_of(db)).fetch(_BEHIND)]
    joined = 0
    for found in behind:
        company_id = CompanyId(plain_uuid(found))
        for _ in range(UNITS_MAX):
            async with unit_of_work(engine) as db:
                some = await _match_some(db, company_id, matching_key(key, company_id), now_ms)
            if some is None:
                break
            joined += some
    return joined


async def _match_some(
    db: AsyncConnection, company_id: CompanyId, key: bytes, now_ms: int
) -> int | None:
    """None: nothing is left to look at. The decisions' lock lets one process work at a time."""
    await lock_decisions(db)
    connection = await driver_of(db)
    key_name = hmac.digest(key, b"name", hashlib.sha256)[:KEY_NAME_BYTES]
    row = await connection.fetchrow(_THROUGH, company_id)
    through = row["through"] if row is not None and row["key_name"] == key_name else 0
    if through == 0:
        await connection.execute(_FORGET_ALL, company_id)
    page = await connection.fetch(_PUBLISHED, company_id, through, CUSTOMERS_AT_ONCE)
    if not page:
        return None
    keys = {uuid_of_key(published["key"]) for published in page}
    ids = sorted(CustomerId(found) for found in keys if found is not None)
    await _note_values(connection, company_id, ids, key)
    found = pairs_of(await connection.fetch(_LIKE, company_id, ids, LIKE_MAX))
    joined = await _settle(db, connection, company_id, ids, found, now_ms)
    await connection.execute(_MOVE, company_id, page[-1]["pub_seq"], key_name)
    return joined


async def _note_values(
    connection: Any, company_id: CompanyId, ids: Sequence[CustomerId], key: bytes
) -> None:
    rows = await connection.fetch(_VALUES, company_id, ids)
    said = [(row, text) for row in rows if (text := _opened(row))]
    await connection.execute(_FORGET, company_id, ids)
    await connection.execute(
        _KEEP,
        company_id,
        [row["customer_id"] for row, _ in said],
        [row["field"] for row, _ in said],
        [digest_of(key, row["field"], text) for row, text in said],
        [row["made"] for row, _ in said],
    )


def _opened(row: Any) -> str | None:
    """The value, comparable; None where there is no key that opens it."""
    if row["sealed"] is None:
        return row["value"]  # type: ignore[no-any-return]  # asyncpg has no types
    if row["key"] is None:
        return None
    customer_id = CustomerId(plain_uuid(row["customer_id"]))
    try:
        opened = open_sealed(row["key"], customer_id, CustomerField.EMAIL, row["sealed"])
    except Undecodable:
        return None
    return opened.strip().lower()


def digest_of(key: bytes, field: str, text: str) -> bytes:
    """32 bytes that only a holder of ``key`` can make of the value.

    >>> digest_of(b"k", "email", "a@b.c") == digest_of(b"k", "code", "a@b.c")
    False
    """
    return hmac.digest(key, f"{field}\0{text}".encode(), hashlib.sha256)


def pairs_of(rows: Iterable[Any]) -> Found:
    """Of ``field``, ``digest``, ``customer_id``, ``made``, in the order of ids: everybody with the
    first who has the same, so that many who share a value are as many pairs and no more."""
    alike: defaultdict[tuple[str, bytes], list[Like]] = defaultdict(list)
    for row in rows:
        one = Like(CustomerId(plain_uuid(row["customer_id"])), row["made"])
        alike[row["field"], row["digest"]].append(one)
    found = Found({}, {})
    for (field, _), some in alike.items():
        made = [one.customer_id for one in some if one.made]
        changed = [one.customer_id for one in some if not one.made]
        first = some[0].customer_id
        found.created.update({(one, made[0]): field for one in made[1:]})
        others = [one for one in (*changed, *made[:1]) if one != first]
        found.changed.update({(one, first): field for one in others})
    return found


async def _settle(
    db: AsyncConnection,
    connection: Any,
    company_id: CompanyId,
    ids: Sequence[CustomerId],
    found: Found,
    now_ms: int,
) -> int:
    """Join who was created twice, and propose the rest; what was proposed of these customers and
    is so no more is withdrawn."""
    withdrawn = await connection.fetch(_WITHDRAW, company_id, ids)
    since = {_pair(row): row["found_at_ms"] for row in withdrawn}
    named = {customer_id for pair in (*found.created, *found.changed) for customer_id in pair}
    decided = {_pair(row) for row in await connection.fetch(_DECIDED, company_id, list(named))}
    joining = await _apart(connection, company_id, named, found.created.keys() - decided)
    await decide(
        db,
        company_id,
        [CustomersJoined(*pair, f"created with one {found.created[pair]}", "") for pair in joining],
        now_ms,
    )
    proposed = await _apart(connection, company_id, named, found.changed.keys() - decided)
    await connection.execute(
        _PROPOSE,
        company_id,
        [alias for alias, _ in proposed],
        [kept for _, kept in proposed],
        [found.changed[pair] for pair in proposed],
        [since.get(pair, now_ms) for pair in proposed],
    )
    return len(joining)


async def _apart(
    connection: Any, company_id: CompanyId, named: Collection[CustomerId], pairs: Iterable[Pair]
) -> list[Pair]:
    """Those who are not one person yet."""
    kept = await kept_ids(connection, company_id, named)
    return sorted(pair for pair in pairs if kept[pair[0]] != kept[pair[1]])


def _pair(row: Any) -> Pair:
    return CustomerId(plain_uuid(row["alias_id"])), CustomerId(plain_uuid(row["kept_id"]))
