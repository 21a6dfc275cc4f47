"""Finds a company's items as they were published last: by id, by scan code, by words."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from sync.protocol.codec import decode
from sync.protocol.errors import NotFound
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Item
from sync.protocol.scan_code import code_key
from sync.protocol.search import WORDS_MAX, fold, fold_words

ITEMS_LISTED_MAX = 50

_ONE = "SELECT body FROM listed_item WHERE company_id = $1 AND item_id = $2"
_ACTIVE = """
SELECT body FROM listed_item
WHERE company_id = $1 AND active AND ($2 = '' OR words @@ $2::text::tsquery)
"""
_LIST = """
SELECT body, name_key, item_id FROM listed_item
WHERE company_id = $1 AND (name_key, item_id) > ($2, $3) AND (active OR $4)
ORDER BY name_key, item_id LIMIT $5
"""
_FEW = """
SELECT count(*) <= $3 FROM (
    SELECT 1 FROM listed_item WHERE company_id = $1 AND words @@ $2::text::tsquery LIMIT $3 + 1
) AS found
"""
_OF_FEW = """
WITH found AS MATERIALIZED (
    SELECT body, name_key, item_id, active FROM listed_item
    WHERE company_id = $1 AND words @@ $6::text::tsquery
)
SELECT body, name_key, item_id FROM found
WHERE (name_key, item_id) > ($2, $3) AND (active OR $4)
ORDER BY name_key, item_id LIMIT $5
"""
"""All that have the words, by their index, then in order."""
_OF_MANY = """
SELECT body, name_key, item_id FROM listed_item
WHERE company_id = $1 AND (name_key, item_id) > ($2, $3) AND (active OR $4)
    AND (words || ''::tsvector) @@ $6::text::tsquery
ORDER BY name_key, item_id LIMIT $5
"""
"""In order until enough have the words: what is asked of an expression finds no index of them."""
FEW = 1_000
"""From so many on half a hundred of them are found sooner in the order of names."""


class ItemPage(NamedTuple):
    """Items in the order of their names; ``after``: where the next page begins, None at the end."""

    items: tuple[Item, ...]
    after: tuple[str, str] | None


FIRST = ("", "")
"""Before the first of all items."""


async def find_item(db: AsyncConnection, company_id: CompanyId, item_id: str) -> Item | None:
    """As published last; None for one that never was."""
    body = await (await driver_of(db)).fetchval(_ONE, company_id, item_id)
    return None if body is None else decode(Item, body)


async def item_in(db: AsyncConnection, company_id: CompanyId, department: str) -> Item | None:
    """Any that is sold and is in the department, as it is written at its items; None: none is."""
    asked = " & ".join(f"'{word}'" for words in fold_words(department) for word in words.split())
    rows = await (await driver_of(db)).fetch(_ACTIVE, company_id, asked)
    items = (decode(Item, row["body"]) for row in rows)
    return next((item for item in items if item.department == department), None)


async def item_of_company(db: AsyncConnection, company_id: CompanyId, item_id: str) -> Item:
    """The same. Raises NotFound."""
    found = await find_item(db, company_id, item_id)
    if found is None:
        raise NotFound(
            f"There is no item {item_id}.",
            field="item_id",
            remedy="Look for it with `central item list WORDS`, or make it with"
            " `central item set ID --name NAME`.",
        )
    return found


async def list_items(
    db: AsyncConnection,
    company_id: CompanyId,
    typed: str = "",
    after: tuple[str, str] = FIRST,
    *,
    retired: bool = False,
    items_max: int = ITEMS_LISTED_MAX,
) -> ItemPage:
    """Items whose name, department, id or codes have words that begin as ``typed``'s do, without
    case and accents; nothing typed: all. ``retired``: also those that are sold no more."""
    asked = _asked(typed)
    place = (company_id, *after, retired, items_max + 1)
    connection = await driver_of(db)
    if asked is None:
        rows = await connection.fetch(_LIST, *place)
    else:
        few = await connection.fetchval(_FEW, company_id, asked, FEW)
        rows = await connection.fetch(_OF_FEW if few else _OF_MANY, *place, asked)
    shown = rows[:items_max]
    more = (shown[-1]["name_key"], shown[-1]["item_id"]) if len(rows) > items_max else None
    return ItemPage(tuple(decode(Item, row["body"]) for row in shown), more)


async def place_of(db: AsyncConnection, company_id: CompanyId, item_id: str) -> tuple[str, str]:
    """Where an item stands in the order of names. Raises NotFound."""
    item = await item_of_company(db, company_id, item_id)
    return fold(item.name), item_id


def _asked(typed: str) -> str | None:
    """As PostgreSQL writes a question of words; None where nothing is asked.

    >>> _asked("Red b")
    "'red':* & 'b':*"
    """
    words = [part for word in fold_words(typed) for part in word.split()][:WORDS_MAX]
    asked = " & ".join(f"'{word}':*" for word in words)
    key = code_key(typed.strip())
    if key != typed.strip():  # another spelling of a code
        return f"({asked}) | '{key}'"
    return asked or None
