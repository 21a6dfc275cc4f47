"""Looks a box up by the id that its request states."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.engine.signing import BadSignature
from sync.protocol.identity import CompanyId, DeviceId, StoreId

_DEVICE = """
SELECT d.store_id, s.company_id, s.price_zone, d.public_key, d.revoked
FROM device AS d JOIN store AS s ON s.store_id = d.store_id WHERE d.device_id = $1
"""


class EnrolledDevice(NamedTuple):
    """A box and the store that it was enrolled for. ``revoked``: its key is worth nothing any
    more."""

    device_id: DeviceId
    store_id: StoreId
    company_id: CompanyId
    price_zone: str
    public_key: bytes
    revoked: bool


async def find_device(db: AsyncConnection, device_id: DeviceId) -> EnrolledDevice:
    """Raises BadSignature for a box that was never enrolled here."""
    row = await (await driver_of(db)).fetchrow(_DEVICE, device_id)
    if row is None:
        raise BadSignature("No such box was enrolled here.", remedy="Enrol the box with a code.")
    return EnrolledDevice(
        device_id,
        StoreId(UUID(bytes=row["store_id"].bytes)),
        CompanyId(UUID(bytes=row["company_id"].bytes)),
        row["price_zone"],
        row["public_key"],
        row["revoked"],
    )
