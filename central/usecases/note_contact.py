"""Keeps what a box last said of itself, and answers how far its stream is held here."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.protocol.change import Head
from sync.protocol.identity import DeviceId, StoreId


class HeldStream(NamedTuple):
    """What is durable here of the box's epoch."""

    watermark: int
    head_hash: bytes
    sealed: bool


async def note_contact(
    db: AsyncConnection, store_id: StoreId, device_id: DeviceId, head: Head, now_ms: int
) -> HeldStream | None:
    """None if the box states an epoch that was never issued to it. An old, repeated request moves
    nothing backward."""
    rows = await db.execute(
        text(
            "UPDATE stream SET last_contact_ms = greatest(last_contact_ms, :now_ms),"
            " sender_hash = CASE WHEN :seq >= sender_seq THEN :hash ELSE sender_hash END,"
            " sender_seq = greatest(sender_seq, :seq)"
            " WHERE store_id = :store_id AND epoch_number = :number"
            " AND epoch_fingerprint = :fingerprint AND device_id = :device_id"
            " RETURNING watermark, head_hash, sealed"
        ),
        {
            "now_ms": now_ms,
            "seq": head.seq,
            "hash": head.hash,
            "store_id": store_id,
            "number": head.epoch.number,
            "fingerprint": head.epoch.fingerprint,
            "device_id": device_id,
        },
    )
    row = rows.one_or_none()
    return None if row is None else HeldStream(row.watermark, row.head_hash, row.sealed)
