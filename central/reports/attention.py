"""What somebody must look at: facts that were taken as they came and should not have happened.

Nothing here was refused, for a fact is never refused; it is only said. Each line leads to where
more stands. Read when it is asked for: customers' e-mail addresses are opened for it, and are shown
nowhere.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.claims import OpenClaim, open_claims
from sync.engine.sealing import open_sealed
from sync.protocol.change import Epoch
from sync.protocol.errors import Undecodable
from sync.protocol.identity import CompanyId, CustomerId, StoreId
from sync.protocol.shared import CustomerField

NAMED_MAX = 100
"""Of each kind; how many there are in all is said."""
EMAILS_READ_MAX = 500_000

_STORES = "SELECT store_id, code FROM store WHERE company_id = $1 ORDER BY code"
_SET_ASIDE = """
SELECT q.store_id, q.epoch_number, q.epoch_fingerprint, q.seq, r.kind, q.error, count(*) OVER ()
FROM quarantine AS q JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
WHERE q.store_id = ANY($1) AND q.state <> 'waiting'
ORDER BY r.received_at_ms DESC, q.seq DESC LIMIT $2
"""
_OVERSPENT = """
SELECT p.store_id, p.root, p.customer_id, p.spent, coalesce(l.points, g.amount, 0) AS given,
    s.sale_id, s.receipt_number, count(*) OVER ()
FROM (
    SELECT store_id, root, line_no, min(account_id::text)::uuid AS customer_id,
        sum(amount)::bigint AS spent, max(sale_id::text)::uuid AS sale_id
    FROM right_spend WHERE store_id = ANY($1) AND kind = 'points' AND root <> store_id
    GROUP BY store_id, root, line_no
) AS p
JOIN sale AS s ON s.store_id = p.store_id AND s.sale_id = p.sale_id
LEFT JOIN sale AS o ON o.store_id = p.store_id AND o.sale_id = p.root AND NOT o.training
LEFT JOIN sale_line AS l ON l.store_id = o.store_id AND l.business_date = o.business_date
    AND l.sale_id = o.sale_id AND l.line_no = p.line_no AND l.points > 0
LEFT JOIN grant_given AS g ON g.store_id = p.store_id AND g.grant_id = p.root AND p.line_no = 0
WHERE p.spent > coalesce(l.points, g.amount, 0)
ORDER BY p.spent DESC, p.store_id, p.root LIMIT $2
"""
_FIELDS = """
SELECT f.customer_id, f.source, f.value, f.sealed, k.key FROM customer_field AS f
LEFT JOIN personal_key AS k USING (company_id, customer_id)
LEFT JOIN customer_field AS a ON a.company_id = f.company_id AND a.customer_id = f.customer_id
    AND a.field = 'active'
WHERE f.company_id = $1 AND f.field = $2 AND (f.value IS NOT NULL OR f.sealed IS NOT NULL)
    AND coalesce(a.value, 'true') <> 'false'
ORDER BY f.customer_id LIMIT $3
"""
_NOTICED = """
SELECT store_id, kind, detail, raised_at_ms, alarm_id, count(*) OVER () FROM alarm AS a
WHERE store_id = ANY($1) AND NOT EXISTS (SELECT FROM alarm_clearing AS c
    WHERE c.store_id = a.store_id AND c.alarm_id = a.alarm_id)
ORDER BY raised_at_ms DESC LIMIT $2
"""


_UNOPENED_PINS = """
SELECT s.code, o.operator_id, o.error, count(*) OVER () FROM pin_opened AS o
JOIN store AS s USING (store_id)
WHERE o.company_id = $1 AND o.error <> '' ORDER BY o.hlc DESC LIMIT $2
"""


class UnopenedPin(NamedTuple):
    """A PIN that somebody chose at a store and that no other store knows."""

    store_code: str
    operator_id: str
    error: str


class SetAsideEvent(NamedTuple):
    """An event that counts nowhere for now."""

    store_code: str
    epoch: str
    seq: int
    kind: str
    error: str


class Overspent(NamedTuple):
    """Points that a receipt spent under a right that gave fewer, or that nobody gave."""

    store_code: str
    receipt_number: str
    sale_id: UUID
    customer_id: UUID
    spent: int
    given: int


class Twins(NamedTuple):
    """Active customers that have a code, or an e-mail address, in common."""

    field: str
    value: str | None
    customers: tuple[tuple[UUID, str], ...]
    """Each with where that was written: a store's code, or head office."""


class StoreClaim(NamedTuple):
    """What somebody says exists of a store, and head office does not hold."""

    store_code: str
    claim: OpenClaim


class Noticed(NamedTuple):
    """What head office itself noticed about a store, until somebody cleared it."""

    store_code: str
    kind: str
    detail: str
    raised_at_ms: int
    alarm_id: UUID


class Attention(NamedTuple):
    """Each kind's first NAMED_MAX; ``more``: how many are not named."""

    claims: tuple[StoreClaim, ...]
    set_aside: tuple[SetAsideEvent, ...]
    overspent: tuple[Overspent, ...]
    twins: tuple[Twins, ...]
    noticed: tuple[Noticed, ...]
    pins: tuple[UnopenedPin, ...]
    more: int

    @property
    def found(self) -> int:
        """How many in all."""
        named = (self.claims, self.set_aside, self.overspent, self.twins, self.noticed, self.pins)
        return sum(map(len, named)) + self.more


async def attention(db: AsyncConnection, company_id: CompanyId) -> Attention:
    """Everything of a company. Call it within one snapshot."""
    connection = await driver_of(db)
    codes = {plain_uuid(row[0]): row[1] for row in await connection.fetch(_STORES, company_id)}
    ids = list(codes)
    claimed = await open_claims(db, ids)
    claims = [
        StoreClaim(codes[one], claim) for one in ids for claim in claimed.get(StoreId(one), ())
    ]
    aside = await connection.fetch(_SET_ASIDE, ids, NAMED_MAX)
    overspent = await connection.fetch(_OVERSPENT, ids, NAMED_MAX)
    noticed = await connection.fetch(_NOTICED, ids, NAMED_MAX)
    pins = await connection.fetch(_UNOPENED_PINS, company_id, NAMED_MAX)
    twins = await _twins(connection, company_id, codes)
    more = sum(rows[0]["count"] - len(rows) for rows in (aside, overspent, noticed, pins) if rows)
    more += max(0, len(claims) - NAMED_MAX) + max(0, len(twins) - NAMED_MAX)
    return Attention(
        tuple(claims[:NAMED_MAX]),
        tuple(
            SetAsideEvent(codes[plain_uuid(row[0])], str(Epoch(row[1], row[2])), *tuple(row)[3:6])
            for row in aside
        ),
        tuple(
            Overspent(
                codes[plain_uuid(row["store_id"])],
                row["receipt_number"],
                row["sale_id"],
                row["customer_id"],
                row["spent"],
                row["given"],
            )
            for row in overspent
        ),
        tuple(twins[:NAMED_MAX]),
        tuple(Noticed(codes[plain_uuid(row[0])], *tuple(row)[1:5]) for row in noticed),
        tuple(UnopenedPin(*tuple(row)[:3]) for row in pins),
        more,
    )


async def _twins(connection: Any, company_id: CompanyId, codes: dict[UUID, str]) -> list[Twins]:
    """Codes and addresses that two boxes gave while neither knew of the other."""
    by_code = await connection.fetch(_FIELDS, company_id, "code", EMAILS_READ_MAX)
    by_email = await connection.fetch(_FIELDS, company_id, "email", EMAILS_READ_MAX)
    opened = await asyncio.to_thread(_opened, by_email)
    coded = [(row["value"], row) for row in by_code]
    return [
        *(Twins("code", value, _written(rows, codes)) for value, rows in _shared(coded)),
        *(Twins("e-mail address", None, _written(rows, codes)) for _, rows in _shared(opened)),
    ]


def _opened(rows: Sequence[Any]) -> list[tuple[str, Any]]:
    """Each row with its address, comparable: addresses that differ in case alone are the same."""
    found = []
    for row in rows:
        if row["key"] is None or row["sealed"] is None:
            continue
        customer_id = CustomerId(plain_uuid(row["customer_id"]))
        with suppress(Undecodable):
            text = open_sealed(row["key"], customer_id, CustomerField.EMAIL, row["sealed"])
            found.append((text.strip().lower(), row))
    return found


def _shared(rows: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, list[Any]]]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for value, row in rows:
        groups[value].append(row)
    return ((value, found) for value, found in sorted(groups.items()) if len(found) > 1)


def _written(rows: Iterable[Any], codes: dict[UUID, str]) -> tuple[tuple[UUID, str], ...]:
    return tuple(
        (row["customer_id"], codes.get(plain_uuid(row["source"]), "head office")) for row in rows
    )
