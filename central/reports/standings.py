"""Where every store stands: whether head office has everything, and if not, what is missing.

Constant time per store: heads, watermarks and counts, no journal is read.
"""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.domain.epoch import EpochState
from central.reports.sales import Page
from sync.protocol.change import Epoch
from sync.protocol.identity import CompanyId, StoreId

STREAMS_MAX = 10_000
FIRST_STREAMS = Page(STREAMS_MAX, 0)

_STANDINGS = """
SELECT o.store_id, o.code, o.name, s.epoch_number, s.epoch_fingerprint, s.state, s.provisional,
    s.watermark, s.sender_seq, s.applied_through, s.last_contact_ms, s.alarm, s.head_hash
FROM store AS o LEFT JOIN stream AS s USING (store_id)
WHERE o.company_id = $1
ORDER BY o.code, s.epoch_number, s.epoch_fingerprint LIMIT $2 OFFSET $3
"""
_SET_ASIDE = """
SELECT store_id, epoch_number, epoch_fingerprint, count(*) FROM quarantine
WHERE store_id = ANY($1) GROUP BY 1, 2, 3
"""


class StoreStanding(msgspec.Struct, frozen=True):
    """One epoch of a store; ``epoch`` is None where no box was ever enrolled.

    ``behind``: events that the box has said it holds and head office does not; ``unapplied``:
    events that are here but not yet in the projections; ``set_aside``: those in quarantine.
    """

    store_id: StoreId
    store_code: str
    store_name: str
    epoch: str | None
    state: EpochState | None
    provisional: bool
    watermark: int
    head_hash: str
    behind: int
    unapplied: int
    set_aside: int
    last_contact_ms: int | None
    alarm: str | None


async def store_standings(
    db: AsyncConnection, company_id: CompanyId, page: Page = FIRST_STREAMS
) -> tuple[StoreStanding, ...]:
    """Every epoch of every store of a company, by store code and epoch."""
    connection = await driver_of(db)
    rows = await connection.fetch(_STANDINGS, company_id, *page)
    found = await connection.fetch(_SET_ASIDE, list({row["store_id"] for row in rows}))
    set_aside = {tuple(row)[:3]: row["count"] for row in found}
    return tuple(
        StoreStanding(
            store_id=StoreId(plain_uuid(row["store_id"])),
            store_code=row["code"],
            store_name=row["name"],
            epoch=str(Epoch(row["epoch_number"], row["epoch_fingerprint"]))
            if row["epoch_number"] is not None
            else None,
            state=EpochState(row["state"]) if row["state"] is not None else None,
            provisional=bool(row["provisional"]),
            watermark=row["watermark"] or 0,
            head_hash=(row["head_hash"] or b"").hex(),
            behind=max(0, (row["sender_seq"] or 0) - (row["watermark"] or 0)),
            unapplied=(row["watermark"] or 0) - (row["applied_through"] or 0),
            set_aside=set_aside.get(
                (row["store_id"], row["epoch_number"], row["epoch_fingerprint"]), 0
            ),
            last_contact_ms=row["last_contact_ms"],
            alarm=row["alarm"],
        )
        for row in rows
    )
