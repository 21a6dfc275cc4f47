"""Publishes once more what was published, as it was: head office was put back to before it, and
takes it from its mirror. What is in force already is not published twice."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.mirror import MirroredRow
from central.usecases.feed.claim_codes import claim_codes, claim_packs
from central.usecases.feed.list_published import list_items, list_prices, unlist_prices
from central.usecases.feed.read_published import published_rows
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId, ItemId
from sync.protocol.reference import DataSet, Item, Price

_IN_FORCE = """
SELECT DISTINCT ON (key) key, body FROM (
    SELECT key, body, 0 AS waiting_no FROM feed_latest
    WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND key = ANY($4::text[])
    UNION ALL SELECT key, body, waiting_no FROM publication
    WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND key = ANY($4::text[])
) AS published ORDER BY key, waiting_no DESC
"""
_COLUMNS = ("publication", "company_id", "data_set", "scope", "key", "body")
_LISTED = "SELECT body FROM listed_item WHERE company_id = $1"
_RELEASE = "DELETE FROM live_code WHERE company_id = $1"


async def publish_again(
    db: AsyncConnection,
    company_id: CompanyId,
    data_set: str,
    scope: str,
    rows: Sequence[MirroredRow],
) -> None:
    """Rows of one feed, in the order in which they were published. Codes are claimed afterwards
    (``reclaim_codes``), for an item may let go in a later publication what another has claimed."""
    connection = await driver_of(db)
    feed = (company_id, data_set, scope)
    found = await connection.fetch(_IN_FORCE, *feed, [row.key for row in rows])
    force: dict[str, bytes | None] = {row["key"]: row["body"] for row in found}
    new = []
    for row in rows:
        if force.get(row.key) != row.body:
            force[row.key] = row.body
            new.append(row)
    await connection.copy_records_to_table("publication", records=new, columns=_COLUMNS)
    if data_set == DataSet.ITEMS:
        items = [decode(Item, row.body) for row in new if row.body is not None]
        await list_items(db, company_id, items)
    if data_set == DataSet.PRICES:
        await _list_prices(db, company_id, scope, {row.key: row.body for row in new})


async def _list_prices(
    db: AsyncConnection, company_id: CompanyId, zone: str, newest: dict[str, bytes | None]
) -> None:
    prices = [decode(Price, body) for body in newest.values() if body is not None]
    await list_prices(db, company_id, zone, prices)
    gone = [key.rpartition("@") for key, body in newest.items() if body is None]
    taken = [Price(ItemId(item_id), int(from_ms), 0) for item_id, _, from_ms in gone]
    await unlist_prices(db, company_id, zone, taken)


async def reclaim_codes(db: AsyncConnection, company_id: CompanyId) -> None:
    """Whose each scan code is, from the items as they are listed now, and packs."""
    connection = await driver_of(db)
    listed = await connection.fetch(_LISTED, company_id)
    await connection.execute(_RELEASE, company_id)
    await claim_codes(db, company_id, [decode(Item, row["body"]) for row in listed])
    packs = await published_rows(db, company_id, DataSet.PACKS)
    await claim_packs(db, company_id, packs.values())
