"""A store's epochs as head office knows them: which state each is in, where it branched off, what
of it is here and what is claimed beyond."""

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.reports.claims import open_claims
from central.reports.evidence import GivenUp
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, StoreId

_EPOCHS = """
SELECT s.epoch_number, s.epoch_fingerprint, s.state, s.provisional, s.genesis, s.watermark,
    s.applied_through, s.sealed_through, s.ended_seq, s.last_contact_ms, s.alarm, d.revoked,
    c.reason, c.decided_by, c.unheard
FROM stream AS s JOIN device AS d ON d.device_id = s.device_id
LEFT JOIN tail_closed AS c ON c.store_id = s.store_id AND c.epoch_number = s.epoch_number
    AND c.epoch_fingerprint = s.epoch_fingerprint
WHERE s.store_id = $1 ORDER BY s.epoch_number, s.provisional, s.epoch_fingerprint
"""
_LINES = """
SELECT s.code, m.epoch_number, m.epoch_fingerprint, m.state, m.provisional FROM store AS s
JOIN stream AS m USING (store_id)
WHERE s.company_id = $1 AND m.state IN ('current', 'side', 'sealed')
ORDER BY s.code, m.epoch_number, m.provisional, m.epoch_fingerprint
"""


class StoreEpoch(NamedTuple):
    """``parent`` and ``parent_seq``: where it goes on from; ``claims``: what somebody says exists
    of it beyond what is counted here, in words; ``given_up``: who closed it, and why."""

    epoch: Epoch
    state: EpochState
    provisional: bool
    parent: Epoch | None
    parent_seq: int
    watermark: int
    applied_through: int
    sealed_through: int | None
    ended_seq: int | None
    last_contact_ms: int | None
    alarm: str | None
    revoked: bool
    claims: tuple[str, ...]
    given_up: GivenUp | None


async def store_epochs(db: AsyncConnection, store_id: StoreId) -> tuple[StoreEpoch, ...]:
    """By number, the issued one before those that its boxes opened themselves."""
    claims = (await open_claims(db, [store_id])).get(store_id, ())
    rows = await (await driver_of(db)).fetch(_EPOCHS, store_id)
    found = []
    for row in rows:
        epoch = Epoch(row[0], row[1])
        found.append(_epoch(row, tuple(one.said for one in claims if one.epoch == epoch)))
    return tuple(found)


def _epoch(row: Any, claims: tuple[str, ...]) -> StoreEpoch:
    epoch, genesis = Epoch(row[0], row[1]), decode(Genesis, row["genesis"])
    said = (row["reason"], row["decided_by"], row["unheard"])
    return StoreEpoch(
        epoch,
        EpochState(row["state"]),
        row["provisional"],
        genesis.parent,
        genesis.parent_watermark,
        row["watermark"],
        row["applied_through"],
        row["sealed_through"],
        row["ended_seq"],
        row["last_contact_ms"],
        row["alarm"],
        row["revoked"],
        claims,
        None if row["reason"] is None else GivenUp(str(epoch), *said),
    )


class OpenEpoch(NamedTuple):
    """``provisional``: its box opened it itself."""

    epoch: Epoch
    state: EpochState
    provisional: bool


async def open_epochs(db: AsyncConnection, company_id: CompanyId) -> dict[str, list[OpenEpoch]]:
    """By store code: the epochs that may bring something still."""
    found: dict[str, list[OpenEpoch]] = {}
    for code, number, mark, state, own in await (await driver_of(db)).fetch(_LINES, company_id):
        one = OpenEpoch(Epoch(number, mark), EpochState(state), own)
        found.setdefault(code, []).append(one)
    return found
