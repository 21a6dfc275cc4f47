"""Which epoch a store's box sells in, as far as head office heard.

It is the current one. A store may have none: where a copy of its box's disk spoke first, and was
given up, the box itself goes on *beside the line*, in a side branch: it is taken and counted, and
nothing is given to it ahead until another box, or this one anew, is enrolled.
"""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, DeviceId, StoreId

IN_USE = """
SELECT DISTINCT ON (s.store_id) s.store_id, s.company_id, s.device_id, s.epoch_number,
    s.epoch_fingerprint, s.provisional, s.state = 'side' AS beside, s.watermark, s.sender_seq,
    s.last_contact_ms, s.health, s.health_at_ms, d.revoked
FROM stream AS s LEFT JOIN device AS d ON d.device_id = s.device_id
WHERE s.state = 'current' OR (s.state = 'side' AND d.revoked IS NOT TRUE)
ORDER BY s.store_id, s.state <> 'current', s.last_contact_ms DESC NULLS LAST,
    s.epoch_number DESC, s.provisional DESC, s.epoch_fingerprint
"""
_OF_COMPANY = f"SELECT store_id, device_id FROM ({IN_USE}) AS u WHERE company_id = $1"  # noqa: S608 - constants
_OF_STORE = f"SELECT * FROM ({IN_USE}) AS u WHERE store_id = $1"  # noqa: S608 - constants


class InUse(NamedTuple):
    """``beside``: no epoch is the store's current one; ``revoked``: its box's key was ended."""

    device_id: DeviceId
    epoch: Epoch
    beside: bool
    revoked: bool


async def epoch_in_use(db: AsyncConnection, store_id: StoreId) -> InUse | None:
    """None: no box sells there."""
    row = await (await driver_of(db)).fetchrow(_OF_STORE, store_id)
    if row is None:
        return None
    epoch = Epoch(row["epoch_number"], row["epoch_fingerprint"])
    return InUse(DeviceId(plain_uuid(row["device_id"])), epoch, row["beside"], row["revoked"])


async def devices_in_use(
    db: AsyncConnection, company_id: CompanyId
) -> frozenset[tuple[UUID, DeviceId]]:
    """Of each store of a company, with the store."""
    rows = await (await driver_of(db)).fetch(_OF_COMPANY, company_id)
    return frozenset((plain_uuid(row[0]), DeviceId(plain_uuid(row[1]))) for row in rows)
