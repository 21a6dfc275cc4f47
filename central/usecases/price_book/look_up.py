"""Reads what a price book says of its items, as it was published last."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.price_book import place_of
from sync.protocol.codec import decode
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import BookPrice, PriceBook
from sync.protocol.reference import DataSet

_OF_BOOK = """
SELECT key, body FROM (
    SELECT DISTINCT ON (key) key, body FROM (
        SELECT key, body, 0 AS waiting_no FROM feed_latest
        WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND starts_with(key, $4)
        UNION ALL SELECT key, body, waiting_no FROM publication
        WHERE company_id = $1 AND data_set = $2 AND scope = $3 AND starts_with(key, $4)
    ) AS published ORDER BY key, waiting_no DESC
) AS newest WHERE body IS NOT NULL ORDER BY key
"""
_COUNTS = """
SELECT split_part(key, '>', 1) AS book, count(*) AS prices FROM (
    SELECT DISTINCT ON (scope, key) key, body FROM (
        SELECT scope, key, body, 0 AS waiting_no FROM feed_latest
        WHERE company_id = $1 AND data_set = $2
        UNION ALL SELECT scope, key, body, waiting_no FROM publication
        WHERE company_id = $1 AND data_set = $2
    ) AS published ORDER BY scope, key, waiting_no DESC
) AS newest WHERE body IS NOT NULL GROUP BY 1
"""


class PriceInBook(NamedTuple):
    """A price of a book; ``state``: in force, over, or to come."""

    price: BookPrice
    state: str


async def rows_of_book(
    db: AsyncConnection, company_id: CompanyId, book: PriceBook
) -> dict[str, bytes]:
    """All of its prices as they are published, by their keys."""
    named = (company_id, DataSet.BOOK_PRICES.value, place_of(book), f"{book.book}>")
    rows = await (await driver_of(db)).fetch(_OF_BOOK, *named)
    return {row["key"]: row["body"] for row in rows}


async def prices_of_book(
    db: AsyncConnection, company_id: CompanyId, book: PriceBook
) -> list[BookPrice]:
    """By item, pack, quantity and instant."""
    rows = await rows_of_book(db, company_id, book)
    prices = [decode(BookPrice, body) for body in rows.values()]
    return sorted(prices, key=lambda one: (*_what(one), one.effective_from_ms))


async def count_prices(db: AsyncConnection, company_id: CompanyId) -> dict[str, int]:
    """How many each book has."""
    named = (company_id, DataSet.BOOK_PRICES.value)
    return {
        row["book"]: row["prices"] for row in await (await driver_of(db)).fetch(_COUNTS, *named)
    }


def with_states(prices: list[BookPrice], now_ms: int) -> list[PriceInBook]:
    """``prices`` in the order of ``prices_of_book``: of each item, pack and quantity the newest
    that has begun is in force."""
    begun = {_what(one): one for one in prices if one.effective_from_ms <= now_ms}
    return [PriceInBook(one, _state(one, begun.get(_what(one)), now_ms)) for one in prices]


def _state(price: BookPrice, holds: BookPrice | None, now_ms: int) -> str:
    if price.effective_from_ms > now_ms:
        return "to come"
    return "in force" if price is holds else "over"


def _what(price: BookPrice) -> tuple[str, str, int]:
    return str(price.item_id), price.pack, price.from_milli
