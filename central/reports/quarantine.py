"""Events that are set aside, and those that a person put right or let go: with what they hold, as
they came, and beside it what counts in their place."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.journal import NotSetAside
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId

LISTED_MAX = 10_000

_COLUMNS = """s.code, r.epoch_number, r.epoch_fingerprint, r.seq, r.kind, r.kind_version,
    r.received_at_ms, q.state, q.error, c.kind AS now, c.reason, c.decided_by"""
_BESIDE = """
JOIN store AS s USING (store_id)
JOIN raw_event AS r USING (store_id, epoch_number, epoch_fingerprint, seq)
LEFT JOIN quarantine AS q USING (store_id, epoch_number, epoch_fingerprint, seq)
LEFT JOIN correction AS c USING (store_id, epoch_number, epoch_fingerprint, seq)
"""
_PLACES = """
SELECT store_id, epoch_number, epoch_fingerprint, seq FROM quarantine
UNION SELECT store_id, epoch_number, epoch_fingerprint, seq FROM correction
"""
_LISTED = f"""
SELECT {_COLUMNS} FROM ({_PLACES}) AS p {_BESIDE}
WHERE s.company_id = $1 AND ($2::uuid IS NULL OR store_id = $2)
ORDER BY 1, 2, 3, 4 LIMIT $3
"""  # noqa: S608 - constants
_ONE = f"""
SELECT {_COLUMNS}, r.body, c.kind_version AS version_now, c.body AS body_now
FROM ({_PLACES}) AS p {_BESIDE}
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3 AND seq = $4
"""  # noqa: S608 - constants


class Quarantined(NamedTuple):
    """``state`` and ``error`` while it is set aside; ``now``: the kind that counts in its place,
    empty where it was let go, None while nobody decided; then ``reason`` and ``decided_by``."""

    store_code: str
    epoch: Epoch
    seq: int
    kind: str
    kind_version: int
    received_at_ms: int
    state: str | None
    error: str | None
    now: str | None
    reason: str | None
    decided_by: str | None


class QuarantinedEvent(NamedTuple):
    """With its body as it came, and what counts in its place."""

    listed: Quarantined
    body: bytes
    version_now: int | None
    body_now: bytes | None


async def quarantined(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None = None
) -> tuple[Quarantined, ...]:
    """Of a company, or of one store, at most LISTED_MAX."""
    rows = await (await driver_of(db)).fetch(_LISTED, company_id, store_id, LISTED_MAX)
    return tuple(Quarantined(row[0], Epoch(row[1], row[2]), *tuple(row)[3:]) for row in rows)


async def quarantined_event(
    db: AsyncConnection, store_id: StoreId, epoch: Epoch, seq: int
) -> QuarantinedEvent:
    """One of them. Raises NotSetAside."""
    place = (store_id, epoch.number, epoch.fingerprint, seq)
    row = await (await driver_of(db)).fetchrow(_ONE, *place)
    if row is None:
        raise NotSetAside(seq, epoch)
    listed = Quarantined(row[0], Epoch(row[1], row[2]), *tuple(row)[3:12])
    return QuarantinedEvent(listed, *tuple(row)[12:])
