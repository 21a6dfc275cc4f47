"""What is still expected of stores since head office was put back to its past."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.domain.incarnation import (
    EpochSince,
    Expected,
    Named,
    Since,
    expected_of,
    forgotten,
    is_uncounted,
    may_grant,
)
from central.projections.line_up import SAME_ID
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, StoreId

_SINCE = """
SELECT begun_at_ms, lost_since_ms, mirror_no IS NOT NULL FROM central_state WHERE one = 1
"""
_STANDING = f"""
SELECT m.store_id, s.code, m.epoch_number, m.epoch_fingerprint, m.state, m.watermark, m.sender_seq,
    max(m.last_contact_ms) OVER box AS last_contact_ms,
    max(m.rights_stated_ms) OVER box AS rights_stated_ms, m.provisional, m.genesis,
    q.store_id IS NULL AS whole
FROM stream AS m JOIN store AS s ON s.store_id = m.store_id
LEFT JOIN (SELECT DISTINCT store_id, epoch_number, epoch_fingerprint FROM quarantine
    WHERE root_kind IS DISTINCT FROM '{SAME_ID}') AS q
    ON q.store_id = m.store_id AND q.epoch_number = m.epoch_number
    AND q.epoch_fingerprint = m.epoch_fingerprint
WHERE $1::uuid IS NULL OR s.company_id = $1
WINDOW box AS (PARTITION BY m.store_id, m.device_id)
ORDER BY s.code, m.epoch_number, m.epoch_fingerprint
"""  # noqa: S608 - a constant
_COMPANY = "SELECT company_id FROM store WHERE store_id = $1"
_WRITTEN_OFF = """
SELECT store_id, epoch_number, epoch_fingerprint FROM tail_closed WHERE store_id = ANY($1)
"""


class StillExpected(NamedTuple):
    """Of one epoch of a store. ``events``: how many of those that it stated are not here."""

    store_code: str
    epoch: Epoch
    what: Expected
    events: int


class Uncounted(NamedTuple):
    """An epoch that was fenced before its box said what it was given (``is_uncounted``), or that is
    known by its name alone (``forgotten``). ``waits``: nothing is given before it has."""

    store_id: StoreId
    store_code: str
    epoch: Epoch
    waits: bool
    by_name_alone: bool = False


class Past(NamedTuple):
    """Whether head office was put back to its past, what stores still owe it since, and whether
    what it decides is mirrored."""

    since: Since
    expected: tuple[StillExpected, ...]
    mirrored: bool


async def read_past(db: AsyncConnection, company_id: CompanyId) -> Past:
    """As a company's people look at it."""
    since, mirrored = await _state(db)
    return Past(since, await _expected(db, since, company_id), mirrored)


async def is_mirrored(db: AsyncConnection) -> bool:
    """What head office decides stands in a folder outside the database as well."""
    return (await _state(db))[1]


async def read_since(db: AsyncConnection) -> Since:
    """When this head office's incarnation began, and what may be missing."""
    return (await _state(db))[0]


async def _state(db: AsyncConnection) -> tuple[Since, bool]:
    begun_at_ms, lost_since_ms, mirrored = await (await driver_of(db)).fetchrow(_SINCE)
    return Since(begun_at_ms, lost_since_ms), mirrored


async def may_grant_now(db: AsyncConnection, company_id: CompanyId) -> bool:
    """See ``may_grant``; one look at central_state where head office was never put back."""
    since = await read_since(db)
    if since.lost_since_ms is None:
        return True
    rows = await (await driver_of(db)).fetch(_STANDING, company_id)
    unheard = [one for one, is_off in await _forgotten(db, rows) if not is_off]
    return may_grant(since, map(_epoch, rows), unheard)


async def still_expected(
    db: AsyncConnection, company_id: CompanyId | None = None
) -> tuple[StillExpected, ...]:
    """By store, of one company or of all; none where head office was never put back, or all is here
    again."""
    return await _expected(db, await read_since(db), company_id)


async def _expected(
    db: AsyncConnection, since: Since, company_id: CompanyId | None
) -> tuple[StillExpected, ...]:
    if since.begun_at_ms == 0:
        return ()
    rows = await (await driver_of(db)).fetch(_STANDING, company_id)
    found = []
    for row in rows:
        one = _epoch(row)
        what = expected_of(since, one)
        if what is not None:
            missing = max(0, one.stated_seq - one.watermark)
            found.append(StillExpected(row["code"], one.epoch, what, missing))
    if since.lost_since_ms is not None:
        codes = _codes(rows)
        found += [
            StillExpected(codes[one.store_id], one.epoch, Expected.FORGOTTEN, 0)
            for one, is_off in await _forgotten(db, rows)
            if not is_off
        ]
    return tuple(sorted(found, key=lambda one: (one.store_code, one.epoch.number)))


async def uncounted_epochs(db: AsyncConnection, company_id: CompanyId) -> tuple[Uncounted, ...]:
    """By store; none where head office lost nothing that it decided."""
    since = await read_since(db)
    if since.lost_since_ms is None:
        return ()
    rows = await (await driver_of(db)).fetch(_STANDING, company_id)
    codes = _codes(rows)
    found = [
        Uncounted(one.store_id, codes[one.store_id], one.epoch, expected_of(since, one) is not None)
        for one in map(_epoch, rows)
        if is_uncounted(since, one)
    ]
    found += [
        Uncounted(one.store_id, codes[one.store_id], one.epoch, not is_off, by_name_alone=True)
        for one, is_off in await _forgotten(db, rows)
    ]
    return tuple(sorted(found, key=lambda one: (one.store_code, one.epoch.number)))


async def forgotten_epochs(db: AsyncConnection, store_id: StoreId) -> tuple[Uncounted, ...]:
    """Those of a store that are known by their name alone, by number."""
    company_id = await (await driver_of(db)).fetchval(_COMPANY, store_id)
    found = await uncounted_epochs(db, CompanyId(plain_uuid(company_id)))
    return tuple(one for one in found if one.store_id == store_id and one.by_name_alone)


async def is_forgotten(db: AsyncConnection, company_id: CompanyId, named: Named) -> bool:
    """Whether head office issued this epoch, by what is known here, and does not know it."""
    if (await read_since(db)).lost_since_ms is None:
        return False
    rows = await (await driver_of(db)).fetch(_STANDING, company_id)
    return any(one == named for one, _ in await _forgotten(db, rows))


async def _forgotten(db: AsyncConnection, rows: Sequence[Any]) -> list[tuple[Named, bool]]:
    """Of these streams' lines, each with whether somebody wrote it off."""
    parents = []
    for row in rows:
        parent = decode(Genesis, row["genesis"]).parent
        if parent is not None:
            parents.append(Named(StoreId(plain_uuid(row["store_id"])), parent))
    lacking = forgotten({_named(row) for row in rows}, parents)
    if not lacking:
        return []
    stores = [one.store_id for one in lacking]
    off = await (await driver_of(db)).fetch(_WRITTEN_OFF, stores)
    written_off = {_named(row) for row in off}
    return [(one, one in written_off) for one in lacking]


def _codes(rows: Iterable[Any]) -> dict[StoreId, str]:
    return {StoreId(plain_uuid(row["store_id"])): row["code"] for row in rows}


def _named(row: Any) -> Named:
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return Named(StoreId(plain_uuid(row["store_id"])), epoch)


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
        row["whole"],
    )
