"""Customers as people at head office look at them: who somebody is, and who may be whom.

Names are opened for whoever asks here, a few at a time; no list of everybody is made.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.reports.same_person import kept_ids
from sync.engine.sealing import open_sealed
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, CustomerId
from sync.protocol.shared import CustomerField

PAIRS_MAX = 100
"""Of each kind, the newest."""
FOUND_MAX = 20

_FIELDS = """
SELECT f.customer_id, f.field, f.value, f.sealed, k.key FROM customer_field AS f
LEFT JOIN personal_key AS k USING (company_id, customer_id)
WHERE f.company_id = $1 AND f.customer_id = ANY($2)
"""
_POINTS = """
SELECT account_id AS customer_id, opening + earned - spent - taken_back AS points, granted
FROM right_account WHERE company_id = $1 AND kind = 'points' AND account_id = ANY($2)
"""
_PROPOSED = """
SELECT alias_id, kept_id, field, found_at_ms FROM customer_proposal WHERE company_id = $1
ORDER BY found_at_ms, alias_id LIMIT $2
"""
_LIVE = """
SELECT alias_id, kept_id FROM customer_alias
WHERE company_id = $1 AND joins > parts ORDER BY alias_id, kept_id LIMIT $2
"""
_BY_CODE = """
SELECT customer_id FROM customer_field
WHERE company_id = $1 AND field = 'code' AND value = $2 ORDER BY customer_id LIMIT $3
"""
_BY_DIGEST = """
SELECT customer_id FROM customer_match
WHERE company_id = $1 AND field = 'email' AND digest = $2 ORDER BY customer_id LIMIT $3
"""


class Person(NamedTuple):
    """One record, opened; a field is None where it is not set or no key opens it. ``points`` and
    ``granted``: of everybody who is the same person, and ``same`` names them all."""

    customer_id: CustomerId
    code: str | None
    name: str | None
    email: str | None
    active: bool
    points: int
    granted: int
    same: tuple[CustomerId, ...]

    @property
    def called(self) -> str:
        """What people call them."""
        return self.name or self.code or "without a name"


class CustomerPair(NamedTuple):
    """Two records, the larger id first. ``field``: what a proposal has in common, empty where they
    are joined; ``at_ms``: when it was found, None where that is not kept."""

    alias: Person
    kept: Person
    field: str
    at_ms: int | None


async def proposed_pairs(db: AsyncConnection, company_id: CompanyId) -> tuple[CustomerPair, ...]:
    """Who may be one person, the oldest first."""
    rows = await (await driver_of(db)).fetch(_PROPOSED, company_id, PAIRS_MAX)
    return await _pairs(db, company_id, [tuple(row) for row in rows])


async def joined_pairs(db: AsyncConnection, company_id: CompanyId) -> tuple[CustomerPair, ...]:
    """Who is found as whom."""
    rows = await (await driver_of(db)).fetch(_LIVE, company_id, PAIRS_MAX)
    return await _pairs(db, company_id, [(*tuple(row), "", None) for row in rows])


async def _pairs(
    db: AsyncConnection, company_id: CompanyId, rows: Iterable[tuple[Any, ...]]
) -> tuple[CustomerPair, ...]:
    found = [
        (CustomerId(plain_uuid(alias)), CustomerId(plain_uuid(kept)), field, at_ms)
        for alias, kept, field, at_ms in rows
    ]
    ids = {one for alias, kept, _, _ in found for one in (alias, kept)}
    people = await read_people(db, company_id, ids)
    return tuple(
        CustomerPair(people[alias], people[kept], field, at_ms)
        for alias, kept, field, at_ms in found
    )


async def find_people(
    db: AsyncConnection,
    company_id: CompanyId,
    ids: Collection[CustomerId],
    code: str,
    digest: bytes,
) -> tuple[Person, ...]:
    """By id, by code, by an address that has this digest (``usecases/customer/match.py``)."""
    connection = await driver_of(db)
    found = list(ids)
    for statement, value in ((_BY_CODE, code), (_BY_DIGEST, digest)):
        rows = await connection.fetch(statement, company_id, value, FOUND_MAX)
        found += [CustomerId(plain_uuid(row[0])) for row in rows]
    people = await read_people(db, company_id, dict.fromkeys(found))
    return tuple(people.values())[:FOUND_MAX]


async def read_people(
    db: AsyncConnection, company_id: CompanyId, ids: Collection[CustomerId]
) -> dict[CustomerId, Person]:
    """Those whom head office knows; one who was erased has nothing but the id."""
    connection = await driver_of(db)
    kept = await kept_ids(connection, company_id, ids)
    groups: dict[CustomerId, list[CustomerId]] = {}
    for one in sorted(kept):
        groups.setdefault(kept[one], []).append(one)
    values: dict[CustomerId, dict[str, str | None]] = {}
    for row in await connection.fetch(_FIELDS, company_id, list(ids)):
        customer_id = CustomerId(plain_uuid(row["customer_id"]))
        values.setdefault(customer_id, {})[row["field"]] = _said(customer_id, row)
    points = {
        CustomerId(plain_uuid(row["customer_id"])): (row["points"], row["granted"])
        for row in await connection.fetch(_POINTS, company_id, list(kept))
    }
    return {
        one: _person(one, values[one], tuple(groups[kept[one]]), points)
        for one in ids
        if one in values
    }


def _person(
    customer_id: CustomerId,
    said: dict[str, str | None],
    same: tuple[CustomerId, ...],
    points: dict[CustomerId, tuple[int, int]],
) -> Person:
    sums = [points.get(one, (0, 0)) for one in same]
    return Person(
        customer_id,
        said.get("code"),
        said.get("name"),
        said.get("email"),
        said.get("active") != "false",
        sum(one for one, _ in sums),
        sum(granted for _, granted in sums),
        same,
    )


def _said(customer_id: CustomerId, row: Any) -> str | None:
    if row["sealed"] is None or row["key"] is None:
        return row["value"]  # type: ignore[no-any-return]  # asyncpg has no types
    try:
        return open_sealed(row["key"], customer_id, CustomerField(row["field"]), row["sealed"])
    except Undecodable:
        return None
