"""Looks a box up by the id that its request states."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.tables import Device, Store, table
from sync.engine.signing import BadSignature
from sync.protocol.identity import CompanyId, DeviceId, StoreId

_DEVICES = table(Device)
_STORES = table(Store)


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
    rows = await db.execute(
        select(
            _DEVICES.c.store_id,
            _STORES.c.company_id,
            _STORES.c.price_zone,
            _DEVICES.c.public_key,
            _DEVICES.c.revoked,
        )
        .join_from(_DEVICES, _STORES, _DEVICES.c.store_id == _STORES.c.store_id)
        .where(_DEVICES.c.device_id == device_id)
    )
    row = rows.one_or_none()
    if row is None:
        raise BadSignature("No such box was enrolled here.", remedy="Enrol the box with a code.")
    return EnrolledDevice(
        device_id,
        StoreId(UUID(bytes=row.store_id.bytes)),
        CompanyId(UUID(bytes=row.company_id.bytes)),
        row.price_zone,
        row.public_key,
        row.revoked,
    )
