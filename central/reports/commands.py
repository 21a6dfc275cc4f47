"""What a store's boxes are asked for in every acknowledgement."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.span_search import Search
from central.reports.sought import missing_events, sought_events
from sync.protocol.change import Epoch
from sync.protocol.commands import COMMANDS_MAX, Command, GiveManifest
from sync.protocol.identity import StoreId

SPANS_AT_ONCE = 4

_ASKED = """
SELECT business_date FROM day_standing WHERE store_id = $1 AND is_asked ORDER BY 1 LIMIT $2
"""
_SPANS = """
SELECT business_date, epoch_number, epoch_fingerprint, after_seq, through_seq, end_seq
FROM comparison WHERE store_id = $1 AND is_open ORDER BY changed_at_ms, 1, 2, 3, 6 LIMIT $2
"""


async def commands_for(
    db: AsyncConnection, store_id: StoreId, *, set_aside: bool
) -> tuple[Command, ...]:
    """Events that are kept as damaged, since a till may hold them whole (where anything is
    ``set_aside``); what stood in holes; days that a manifest is wanted of; spans of days that
    differ."""
    connection = await driver_of(db)
    sought = await sought_events(db, store_id) if set_aside else ()
    missing = await missing_events(db, store_id)
    asked = await connection.fetch(_ASKED, store_id, COMMANDS_MAX)
    spans = await connection.fetch(_SPANS, store_id, SPANS_AT_ONCE)
    return (
        *sought,
        *missing,
        *(GiveManifest(row[0]) for row in asked),
        *(Search(*row[3:]).question(row[0], Epoch(row[1], row[2])) for row in spans),
    )
