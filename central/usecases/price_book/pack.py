"""Publishes packs: scan codes that sell so much of an item."""

from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text
from central.domain.typed import minor_of
from central.usecases.feed.claim_codes import release_packs
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_rows
from central.usecases.item.look_up import item_of_company
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.feeds import SHARED
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import Pack
from sync.protocol.reference import WORD_CHARACTERS_MAX, DataSet
from sync.protocol.scan_code import code_key

QUANTITY_DECIMALS = 3


async def list_packs(db: AsyncConnection, company_id: CompanyId) -> tuple[Pack, ...]:
    """By their codes."""
    return tuple((await published_rows(db, company_id, DataSet.PACKS)).values())


async def set_pack(
    db: AsyncConnection,
    company_id: CompanyId,
    scan_code: str,
    item_id: str,
    quantity: str,
    name: str | None,
) -> tuple[Pack, Put]:
    """``name`` None: the item's, and how many. Raises NotFound for an item that is none,
    InvalidField, CodeOfItem."""
    await lock_published(db, company_id)
    item = await item_of_company(db, company_id, item_id)
    key = code_key(plain_text(scan_code, "code", WORD_CHARACTERS_MAX))
    milli = minor_of(quantity, QUANTITY_DECIMALS, "quantity")
    if milli == 0:
        raise InvalidField(
            "quantity: a pack holds something.", field="quantity", remedy="State how much."
        )
    told = f"{item.name} × {quantity.strip()}" if name is None else plain_text(name, "name")
    wanted = Pack(key, item.item_id, milli, told)
    return wanted, await put_row(db, company_id, DataSet.PACKS, wanted)


async def retire_pack(db: AsyncConnection, company_id: CompanyId, scan_code: str) -> Pack:
    """Its code means nothing any more. Raises NotFound."""
    await lock_published(db, company_id)
    key = code_key(scan_code.strip())
    found = await published_rows(db, company_id, DataSet.PACKS, keys=[key])
    if key not in found:
        raise NotFound(
            f"There is no pack {scan_code}.",
            field="code",
            remedy="See which there are with `central pack list`.",
        )
    gone: Pack = found[key]
    await publish(db, company_id, DataSet.PACKS, SHARED, [PublishedRow(key, None)])
    await release_packs(db, company_id, [key])
    return gone
