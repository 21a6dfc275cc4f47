"""Keeps what a company published to sell in columns, beside its feeds, for whoever looks things up
at head office (``central/db/catalogue.py``). Part of publishing: in the same unit of work.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.codec import encode
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Item, Price
from sync.protocol.scan_code import code_key
from sync.protocol.search import fold, fold_words

_LIST_ITEMS = """
INSERT INTO listed_item (company_id, item_id, name_key, words, active, body)
SELECT $1, i.item_id, i.name_key, array_to_tsvector(string_to_array(i.words, ' ')), i.active, i.body
FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[], $6::bytea[])
    AS i (item_id, name_key, words, active, body)
ON CONFLICT (company_id, item_id) DO UPDATE SET name_key = excluded.name_key,
    words = excluded.words, active = excluded.active, body = excluded.body
"""
_LIST_PRICES = """
INSERT INTO listed_price (company_id, zone, item_id, effective_from_ms, unit_price_minor)
SELECT $1, $2, p.item_id, p.effective_from_ms, p.unit_price_minor
FROM unnest($3::text[], $4::bigint[], $5::bigint[])
    AS p (item_id, effective_from_ms, unit_price_minor)
ON CONFLICT (company_id, item_id, zone, effective_from_ms)
DO UPDATE SET unit_price_minor = excluded.unit_price_minor
"""
_UNLIST_PRICES = """
DELETE FROM listed_price AS l USING unnest($3::text[], $4::bigint[]) AS p (item_id, from_ms)
WHERE l.company_id = $1 AND l.zone = $2 AND l.item_id = p.item_id
    AND l.effective_from_ms = p.from_ms
"""


async def list_items(db: AsyncConnection, company_id: CompanyId, items: Iterable[Item]) -> None:
    """Of several with one id the last."""
    newest = sorted({str(item.item_id): item for item in items}.items())
    await (await driver_of(db)).execute(
        _LIST_ITEMS,
        company_id,
        [item_id for item_id, _ in newest],
        [fold(item.name) for _, item in newest],
        [_words(item) for _, item in newest],
        [item.active for _, item in newest],
        [encode(item) for _, item in newest],
    )


async def list_prices(
    db: AsyncConnection, company_id: CompanyId, zone: str, prices: Iterable[Price]
) -> None:
    """Of several of one item and instant the last."""
    newest = sorted(
        {(str(one.item_id), one.effective_from_ms): one.unit_price_minor for one in prices}.items()
    )
    await (await driver_of(db)).execute(
        _LIST_PRICES,
        company_id,
        zone,
        [item_id for (item_id, _), _ in newest],
        [from_ms for (_, from_ms), _ in newest],
        [price for _, price in newest],
    )


async def unlist_prices(
    db: AsyncConnection, company_id: CompanyId, zone: str, prices: Sequence[Price]
) -> None:
    """They were taken away."""
    await (await driver_of(db)).execute(
        _UNLIST_PRICES,
        company_id,
        zone,
        [str(price.item_id) for price in prices],
        [price.effective_from_ms for price in prices],
    )


def _words(item: Item) -> str:
    """What the item is found by, with blanks between."""
    typed = (item.name, item.department, str(item.item_id), *item.scan_codes)
    words = {part for text in typed for word in fold_words(text) for part in word.split()}
    return " ".join(sorted(words | {code_key(code) for code in item.scan_codes if " " not in code}))
