"""Which workstations may hold something of an epoch that head office does not have.

A workstation keeps what its box told it, and hands it over to the next box that it works at. So
those that worked in the epoch and in none of the store's since then were not heard.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.change import Epoch
from sync.protocol.identity import StoreId, WorkstationId

_UNHEARD = """
WITH worked AS (
    SELECT DISTINCT s.workstation_id, m.epoch_number, m.epoch_fingerprint, m.provisional
    FROM sale AS s JOIN stream AS m USING (store_id, epoch_number, epoch_fingerprint)
    WHERE s.store_id = $1
    UNION
    SELECT DISTINCT t.workstation_id, m.epoch_number, m.epoch_fingerprint, m.provisional
    FROM till_session AS t
    JOIN counted_fact AS f ON f.store_id = t.store_id AND f.kind = 'till_session_opened'
        AND f.fact_id = t.till_session_id
    JOIN stream AS m ON m.store_id = f.store_id AND m.epoch_number = f.epoch_number
        AND m.epoch_fingerprint = f.epoch_fingerprint
    WHERE t.store_id = $1
)
SELECT DISTINCT workstation_id FROM worked AS w
WHERE (epoch_number, epoch_fingerprint) = ($2, $3) AND NOT EXISTS (
    SELECT FROM worked AS later WHERE later.workstation_id = w.workstation_id
        AND (later.epoch_number > $2
            OR later.epoch_number = $2 AND later.epoch_fingerprint <> $3 AND later.provisional))
ORDER BY workstation_id
"""


async def unheard_workstations(
    db: AsyncConnection, store_id: StoreId, epoch: Epoch
) -> tuple[WorkstationId, ...]:
    """By their ids."""
    place = (store_id, epoch.number, epoch.fingerprint)
    rows = await (await driver_of(db)).fetch(_UNHEARD, *place)
    return tuple(WorkstationId(row[0]) for row in rows)
