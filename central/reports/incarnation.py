"""What is still expected of stores since head office was put back to its past."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.domain.incarnation import (
    EpochSince,
    Expected,
    Since,
    expected_of,
    is_uncounted,
    may_grant,
)
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId

_SINCE = "SELECT begun_at_ms, lost_since_ms FROM central_state WHERE one = 1"
_MIRRORED = "SELECT mirror_no IS NOT NULL FROM central_state WHERE one = 1"
_STANDING = """
SELECT m.store_id, s.code, m.epoch_number, m.epoch_fingerprint, m.state, m.watermark, m.sender_seq,
    max(m.last_contact_ms) OVER box AS last_contact_ms,
    max(m.rights_stated_ms) OVER box AS rights_stated_ms, m.provisional
FROM stream AS m JOIN store AS s ON s.store_id = m.store_id
WHERE ($1::uuid IS NULL OR s.company_id = $1) AND m.state = ANY($2)
WINDOW box AS (PARTITION BY m.store_id, m.device_id)
ORDER BY s.code, m.epoch_number, m.epoch_fingerprint
"""
_SPEAKING = tuple(one.value for one in EpochState if not one.is_fenced)
_FENCED = tuple(one.value for one in EpochState if one.is_fenced)


class StillExpected(NamedTuple):
    """Of one epoch of a store. ``events``: how many of those that it stated are not here."""

    store_code: str
    epoch: Epoch
    what: Expected
    events: int


class Uncounted(NamedTuple):
    """An epoch that was fenced before its box said what it was given (``is_uncounted``)."""

    store_code: str
    epoch: Epoch


class Past(NamedTuple):
    """Whether head office was put back to its past, what stores still owe it since, and whether
    what it decides is mirrored."""

    since: Since
    expected: tuple[StillExpected, ...]
    mirrored: bool


async def read_past(db: AsyncConnection, company_id: CompanyId) -> Past:
    """As a company's people look at it."""
    since, expected = await read_since(db), await still_expected(db, company_id)
    return Past(since, expected, await is_mirrored(db))


async def is_mirrored(db: AsyncConnection) -> bool:
    """What head office decides stands in a folder outside the database as well."""
    return bool(await (await driver_of(db)).fetchval(_MIRRORED))


async def read_since(db: AsyncConnection) -> Since:
    """When this head office's incarnation began, and what may be missing."""
    row = await (await driver_of(db)).fetchrow(_SINCE)
    return Since(row["begun_at_ms"], row["lost_since_ms"])


async def may_grant_now(db: AsyncConnection, company_id: CompanyId) -> bool:
    """See ``may_grant``; one look at central_state where head office was never put back."""
    since = await read_since(db)
    if since.lost_since_ms is None:
        return True
    rows = await (await driver_of(db)).fetch(_STANDING, company_id, _SPEAKING)
    return may_grant(since, map(_epoch, rows))


async def still_expected(
    db: AsyncConnection, company_id: CompanyId | None = None
) -> tuple[StillExpected, ...]:
    """By store, of one company or of all; none where head office was never put back, or all is here
    again."""
    since = await read_since(db)
    if since.begun_at_ms == 0:
        return ()
    found = []
    for row in await (await driver_of(db)).fetch(_STANDING, company_id, _SPEAKING):
        one = _epoch(row)
        what = expected_of(since, one)
        if what is not None:
            missing = max(0, one.stated_seq - one.watermark)
            found.append(StillExpected(row["code"], one.epoch, what, missing))
    return tuple(found)


async def uncounted_epochs(db: AsyncConnection, company_id: CompanyId) -> tuple[Uncounted, ...]:
    """By store; none where head office lost nothing that it decided."""
    since = await read_since(db)
    if since.lost_since_ms is None:
        return ()
    rows = await (await driver_of(db)).fetch(_STANDING, company_id, _FENCED)
    fenced = [(row["code"], _epoch(row)) for row in rows]
    return tuple(Uncounted(code, one.epoch) for code, one in fenced if is_uncounted(since, one))


def _epoch(row: Any) -> EpochSince:
    return EpochSince(
        StoreId(plain_uuid(row["store_id"])),
        Epoch(row["epoch_number"], row["epoch_fingerprint"]),
        EpochState(row["state"]),
        row["watermark"],
        row["sender_seq"],
        row["last_contact_ms"],
        row["rights_stated_ms"],
        row["provisional"],
    )
