"""What a store's boxes are asked for in every acknowledgement."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.span_search import Search
from central.reports.sought import missing_events, sought_events
from sync.protocol.change import Epoch
from sync.protocol.commands import COMMANDS_MAX, Command, GiveManifest
from sync.protocol.identity import StoreId

SPANS_AT_ONCE = 4

_LOOK = """
SELECT 'set aside', count(*) FROM quarantine
WHERE store_id = $1 AND epoch_number = $2 AND epoch_fingerprint = $3
UNION ALL SELECT 'damaged', count(*) FROM quarantine WHERE store_id = $1 AND state = 'damaged'
UNION ALL SELECT 'holes', count(*) FROM stream WHERE store_id = $1 AND holes IS NOT NULL
UNION ALL SELECT 'claims', count(*) FROM claim WHERE store_id = $1
UNION ALL SELECT 'asked', count(*) FROM day_standing WHERE store_id = $1 AND is_asked
UNION ALL SELECT 'spans', count(*) FROM comparison WHERE store_id = $1 AND is_open
"""

_ASKED = """
SELECT business_date FROM day_standing WHERE store_id = $1 AND is_asked ORDER BY 1 LIMIT $2
"""
_SPANS = """
SELECT business_date, epoch_number, epoch_fingerprint, after_seq, through_seq, end_seq
FROM comparison WHERE store_id = $1 AND is_open ORDER BY changed_at_ms, 1, 2, 3, 6 LIMIT $2
"""


class Asked(NamedTuple):
    """``set_aside``: events of the box's epoch that are here and count nowhere for now."""

    set_aside: int
    commands: tuple[Command, ...]


async def commands_for(db: AsyncConnection, store_id: StoreId, epoch: Epoch) -> Asked:
    """Events that are kept as damaged, since a till may hold them whole; what stood in holes; days
    that a manifest is wanted of; spans of days that differ. Whether there is any of these is one
    question, for mostly there is not."""
    connection = await driver_of(db)
    there_is = dict(await connection.fetch(_LOOK, store_id, epoch.number, epoch.fingerprint))
    commands: list[Command] = []
    if there_is["damaged"]:
        commands += await sought_events(db, store_id)
    if there_is["holes"] or there_is["claims"]:
        commands += await missing_events(db, store_id)
    if there_is["asked"]:
        asked = await connection.fetch(_ASKED, store_id, COMMANDS_MAX)
        commands += [GiveManifest(row[0]) for row in asked]
    if there_is["spans"]:
        spans = await connection.fetch(_SPANS, store_id, SPANS_AT_ONCE)
        commands += [Search(*row[3:]).question(row[0], Epoch(row[1], row[2])) for row in spans]
    return Asked(there_is["set aside"], tuple(commands))
