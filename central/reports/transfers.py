"""Transfers between a company's stores: what was heard of both ends, item by item. A store that
never heard of a despatch received it all the same; state follows from what is here
(``sync/protocol/transfers.py``)."""

from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.transfers import TransferState, transfer_state

_TRANSFERS = """
SELECT coalesce(t.intent_id, t.event_id) AS transfer, max(t.number) AS number, m.item_id,
    string_agg(DISTINCT o.code, ', ') FILTER (WHERE t.direction = 'out') AS from_stores,
    string_agg(DISTINCT o.code, ', ') FILTER (WHERE t.direction = 'in') AS to_stores,
    coalesce(-sum(m.quantity_milli) FILTER (WHERE t.direction = 'out'), 0)::bigint AS sent,
    coalesce(sum(m.quantity_milli) FILTER (WHERE t.direction = 'in'), 0)::bigint AS received,
    string_agg(DISTINCT t.reason, '; ') AS reasons, min(t.moved_at_ms) AS since
FROM store AS o JOIN stock_transfer AS t USING (store_id)
JOIN stock_movement AS m ON m.store_id = t.store_id AND m.event_id = t.event_id
WHERE o.company_id = $1
GROUP BY 1, 3 ORDER BY since DESC, 1, 3 LIMIT $2 OFFSET $3
"""


class TransferLine(msgspec.Struct, frozen=True):
    """An item of a transfer, in thousandths. ``from_stores``, ``to_stores``: codes of those that
    reported their end, empty where none did. ``in_transit_milli``: what was sent and not received;
    below zero, what was received beyond what was sent. ``reasons``: of both ends."""

    transfer_id: UUID
    number: str | None
    item_id: ItemId
    from_stores: str
    to_stores: str
    sent_milli: int
    received_milli: int
    in_transit_milli: int
    state: TransferState
    reasons: str
    since_ms: int


async def transfers_between_stores(
    db: AsyncConnection, company_id: CompanyId, page: Page
) -> tuple[TransferLine, ...]:
    """By transfer, the newest first, then item."""
    rows = await (await driver_of(db)).fetch(_TRANSFERS, company_id, *page)
    return tuple(
        TransferLine(
            plain_uuid(row["transfer"]),
            row["number"],
            ItemId(row["item_id"]),
            row["from_stores"] or "",
            row["to_stores"] or "",
            row["sent"],
            row["received"],
            row["sent"] - row["received"],
            transfer_state(row["sent"], row["received"]),
            row["reasons"],
            row["since"],
        )
        for row in rows
    )
