"""Ends a box's key, because it was stolen, lost or sold: head office neither takes anything from it
nor gives it anything from then on. The store goes on with the next box that is enrolled."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.credentials import BoxName, EnrolCode
from central.db.tables import Device, Store, StreamRow, table
from central.domain.decisions import BoxRevoked
from central.domain.fields import plain_text
from central.reports.in_use import devices_in_use
from central.usecases.decision.decide import decide
from sync.protocol.change import Epoch, Genesis
from sync.protocol.codec import decode
from sync.protocol.errors import AlreadyThere, NotFound
from sync.protocol.identity import CompanyId, DeviceId, StoreId

BOXES_LISTED_MAX = 10_000
_DEVICES = table(Device)
_STORES = table(Store)
_STREAMS = table(StreamRow)
_CODES = table(EnrolCode)
_NAMES = table(BoxName)


class Box(NamedTuple):
    """A box of a company, the newest of its store first. ``epoch``: the newest of its own;
    ``in_use``: it sells there, as far as head office heard (``reports/in_use.py``)."""

    store_code: str
    epoch: Epoch
    device_id: DeviceId
    enrolled_at_ms: int
    last_contact_ms: int | None
    in_use: bool
    revoked: bool


async def list_boxes(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId | None = None
) -> tuple[Box, ...]:
    """At most BOXES_LISTED_MAX epochs' boxes, by store, the newest first."""
    number, fingerprint = _STREAMS.c.epoch_number, _STREAMS.c.epoch_fingerprint
    begun = (_STREAMS.c.provisional, fingerprint)
    wanted = (
        select(_STREAMS, _STORES.c.code, _DEVICES.c.revoked)
        .join_from(_STREAMS, _STORES, _STREAMS.c.store_id == _STORES.c.store_id)
        .join(_DEVICES, _DEVICES.c.device_id == _STREAMS.c.device_id)
        .where(_STORES.c.company_id == company_id)
        .order_by(_STORES.c.code, number.desc(), _STREAMS.c.device_id, *begun)
        .limit(BOXES_LISTED_MAX)
    )
    if store_id is not None:
        wanted = wanted.where(_STREAMS.c.store_id == store_id)
    used = await devices_in_use(db, company_id)
    boxes = groupby(await db.execute(wanted), key=lambda row: (row.code, row.device_id))
    return tuple(_box(tuple(rows), used) for _, rows in boxes)


def _box(rows: Sequence[Any], used: frozenset[tuple[UUID, DeviceId]]) -> Box:
    """Of its epochs: the one that was issued, and then those that it opened itself."""
    issued = rows[0]
    newest = max(rows, key=lambda row: decode(Genesis, row.genesis).issued_at_ms)
    heard = [row.last_contact_ms for row in rows if row.last_contact_ms is not None]
    device_id = DeviceId(UUID(bytes=issued.device_id.bytes))
    return Box(
        issued.code,
        Epoch(newest.epoch_number, newest.epoch_fingerprint),
        device_id,
        decode(Genesis, issued.genesis).issued_at_ms,
        max(heard, default=None),
        (UUID(bytes=issued.store_id.bytes), device_id) in used,
        issued.revoked,
    )


async def revoke_box(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    epoch_number: int | None,
    reason: str,
    now_ms: int,
) -> Box:
    """The store's box of ``epoch_number``, without one the box that is in use; as it was before.
    Raises NotFound, AlreadyThere, InvalidField."""
    said = plain_text(reason, "reason")
    held = select(_STORES.c.store_id).where(_STORES.c.store_id == store_id)
    await db.execute(held.with_for_update(key_share=True))  # nobody enrols another one meanwhile
    box = _chosen(await list_boxes(db, company_id, store_id), epoch_number)
    if box.revoked:
        raise AlreadyThere(
            f"The box of {box.store_code}, epoch {box.epoch}, was revoked already.",
            remedy="Nothing is to be done; a new box is enrolled with `central enrol-code`.",
        )
    await db.execute(
        update(_DEVICES).where(_DEVICES.c.device_id == box.device_id).values(revoked=True)
    )
    await db.execute(
        update(_CODES)
        .where(_CODES.c.store_id == store_id, _CODES.c.device_id == box.device_id)
        .values(ended_at_ms=now_ms)
    )
    if box.in_use:  # its name is free for another store; this one's next box takes it again
        await db.execute(
            delete(_NAMES).where(_NAMES.c.company_id == company_id, _NAMES.c.store_id == store_id)
        )
    await decide(db, company_id, (BoxRevoked(store_id, box.device_id, said),), now_ms)
    return box


def _chosen(boxes: tuple[Box, ...], epoch_number: int | None) -> Box:
    for box in boxes:
        if box.in_use if epoch_number is None else box.epoch.number == epoch_number:
            return box
    which = "box" if epoch_number is None else f"box of epoch {epoch_number}"
    raise NotFound(
        f"The store has no {which}.",
        field="epoch",
        remedy="See its boxes with `central box list`.",
    )
