"""A receipt as the shop printed it, made again at head office from its event.

The same blocks as the box's (``sync/protocol/paper``), by the event's own bytes. What stood beside
it in the shop only, its address, its own texts and people's names, is as it was published last. It
is its buyer's tax invoice where it was made out to one who was not erased since.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.customers import read_people
from central.reports.invoice import buyer_of
from central.reports.journal_event import JournalEvent
from central.usecases.feed.read_published import published_rows
from sync.protocol.facts import RetailTransaction
from sync.protocol.feeds import STORE_KEY
from sync.protocol.identity import CompanyId, ReceiptNumber, SaleId, StoreId
from sync.protocol.paper.blocks import Block
from sync.protocol.paper.receipt import NO_TEXTS, Names, Original, Place, receipt_blocks
from sync.protocol.reference import DataSet

_VOIDED_BY = "SELECT min(receipt_number) FROM sale WHERE store_id = $1 AND post_void_of = $2"
_NUMBERS = """
SELECT s.sale_id, s.receipt_number, s.business_date
FROM unnest($2::uuid[], $3::uuid[]) AS o (store_id, sale_id)
JOIN store AS c ON c.store_id = o.store_id AND c.company_id = $1
JOIN sale AS s ON s.store_id = o.store_id AND s.sale_id = o.sale_id
"""


async def print_receipt(
    db: AsyncConnection,
    company_id: CompanyId,
    store_id: StoreId,
    event: JournalEvent,
    *,
    copy: bool = False,
) -> list[Block] | None:
    """None: the event is no receipt that can be read, or nothing was published of its store.
    ``copy`` marks what is given out of the house."""
    fact = event.fact
    if fact is None:
        return None
    scope, place = str(store_id), Place(event.epoch, event.seq, event.hash)
    settings = await published_rows(db, company_id, DataSet.SETTINGS, scope, [STORE_KEY])
    if STORE_KEY not in settings:
        return None
    texts = await published_rows(db, company_id, DataSet.RECEIPT_TEXTS, scope, [STORE_KEY])
    return receipt_blocks(
        fact,
        settings[STORE_KEY],
        place,
        await _originals(db, company_id, store_id, fact),
        await _names(db, company_id, fact),
        texts.get(STORE_KEY, NO_TEXTS),
        copy=copy,
        voided_by=await (await driver_of(db)).fetchval(_VOIDED_BY, store_id, fact.sale_id),
        buyer=await buyer_of(db, company_id, store_id, fact.sale_id),
    )


async def _originals(
    db: AsyncConnection, company_id: CompanyId, store_id: StoreId, fact: RetailTransaction
) -> dict[SaleId, Original]:
    """The receipts of what it takes back, also where another shop of the company sold it."""
    originals = [line.original for line in fact.lines if line.original]
    named = {(one.store_id or store_id, one.sale_id) for one in originals}
    stores, ids = [one for one, _ in named], [one for _, one in named]
    connection = await driver_of(db)
    rows = await connection.fetch(_NUMBERS, company_id, stores, ids) if named else ()
    return {SaleId(plain_uuid(row[0])): Original(ReceiptNumber(row[1]), row[2]) for row in rows}


async def _names(db: AsyncConnection, company_id: CompanyId, fact: RetailTransaction) -> Names:
    named = [fact.operator_id]
    operators = await published_rows(db, company_id, DataSet.OPERATORS, keys=named)
    served = operators.get(fact.operator_id)
    if fact.customer_id is None:
        return Names(served and served.name)
    buyer = (await read_people(db, company_id, [fact.customer_id])).get(fact.customer_id)
    return Names(served and served.name, buyer and buyer.name)
