"""Goods between a company's stores as head office knows them: what is wished, by itself or a store,
what is on its way, what differs. What stores wrote and what head office published are put together
by the rule that the stores' boxes use (``sync/protocol/between_stores.py``)."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.rows import plain_uuid
from central.db.engine import driver_of
from central.reports.sales import Page
from central.reports.told_transfers import transfers_told
from sync.protocol.between_stores import Between, GoodsState, between_stores
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId
from sync.protocol.reference import DataSet
from sync.protocol.told import TransferTold

SUBJECTS_MAX = 2_000
"""Of which all rows are read at once; the newest."""

_PUBLISHED = """
SELECT DISTINCT ON (scope, key) key, body FROM (
    SELECT scope, key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2
    UNION ALL SELECT scope, key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2
) AS published
WHERE ($3::text IS NULL OR split_part(key, '@', 1) = $3)
ORDER BY scope, key, waiting_no DESC
"""
_SUBJECTS = """
SELECT subject_id FROM (
    SELECT coalesce(t.intent_id, t.event_id) AS subject_id, t.moved_at_ms AS at_ms
    FROM store AS o JOIN stock_transfer AS t USING (store_id) WHERE o.company_id = $1
    UNION ALL SELECT t.wish_id, t.moved_at_ms
    FROM store AS o JOIN stock_transfer AS t USING (store_id)
    WHERE o.company_id = $1 AND t.wish_id IS NOT NULL
    UNION ALL SELECT n.subject_id, n.noted_at_ms
    FROM store AS o JOIN transfer_note AS n USING (store_id) WHERE o.company_id = $1
) AS known GROUP BY 1 ORDER BY max(at_ms) DESC, 1 LIMIT $2
"""


class InState(NamedTuple):
    """What wishes and transfers of a state come to. ``sent_minor``, ``missing_minor``: of those
    whose cost is known; ``unknown``: how many others were sent."""

    state: GoodsState
    wishes: int
    transfers: int
    sent_minor: int
    missing_minor: int
    unknown: int


async def wish_rows(
    db: AsyncConnection, company_id: CompanyId, wish_id: UUID | None = None
) -> list[TransferTold]:
    """What head office itself published: of one wish, or of all; each row once."""
    named = None if wish_id is None else str(wish_id)
    found = await (await driver_of(db)).fetch(
        _PUBLISHED, company_id, DataSet.TRANSFERS.value, named
    )
    bodies: dict[str, bytes] = {row["key"]: row["body"] for row in found if row["body"]}
    rows = [decode(TransferTold, body) for body in bodies.values()]
    return [row for row in rows if row.store_id is None]


async def every_between_stores(db: AsyncConnection, company_id: CompanyId) -> tuple[Between, ...]:
    """The newest first: of SUBJECTS_MAX transfers and wishes of stores, and of all that head office
    wishes."""
    connection: Any = await driver_of(db)
    found = await connection.fetch(_SUBJECTS, company_id, SUBJECTS_MAX)
    subjects = [plain_uuid(row["subject_id"]) for row in found]
    told = await transfers_told(connection, company_id, subjects)
    rows = {(row.subject_id, row.event_id, row.part): row for _, row in told}
    return between_stores((*rows.values(), *await wish_rows(db, company_id)))


async def goods_between_stores(
    db: AsyncConnection, company_id: CompanyId, page: Page
) -> tuple[Between, ...]:
    """A page of them."""
    known = await every_between_stores(db, company_id)
    return known[page.offset : page.offset + page.limit]


def states_of(known: Sequence[Between]) -> tuple[InState, ...]:
    """Of each state that there is, in the order of the states."""
    return tuple(
        _in_state(state, some)
        for state in GoodsState
        if (some := [one for one in known if one.state is state])
    )


def _in_state(state: GoodsState, some: Sequence[Between]) -> InState:
    """A wish's goods are counted with the transfers that were sent for it."""
    moved = [one for one in some if not one.is_wish]
    return InState(
        state,
        len(some) - len(moved),
        len(moved),
        sum(one.sent_minor or 0 for one in moved),
        sum(one.missing_minor or 0 for one in moved),
        sum(one.sent_minor is None for one in moved),
    )
