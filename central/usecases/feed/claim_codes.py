"""Whose scan code it is: an active item's or a pack's, and no other's of the company. An inactive
item's code is free for another item, and for no pack: at a till it is that item's yet.

Claims move in the unit of work that publishes items and packs, so of two that publish one code at
once the second is refused. An edge, which may meet what was published otherwise, decides by the
same rule among items (``edge/db/item_rows.py``), and a code that an item has is no pack there.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import CodeHeld, CodeOfItem, CodeOfPack
from central.usecases.feed.read_published import published_rows
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import Pack
from sync.protocol.reference import DataSet, Item
from sync.protocol.scan_code import code_key

_RELEASE = "DELETE FROM live_code WHERE company_id = $1 AND item_id = ANY($2::text[]) AND NOT pack"
_RELEASE_PACKS = (
    "DELETE FROM live_code WHERE company_id = $1 AND code_key = ANY($2::text[]) AND pack"
)
_CLAIM = """
INSERT INTO live_code (company_id, code_key, item_id, item_name, pack)
SELECT $1, c.code_key, c.item_id, c.item_name, $5
FROM unnest($2::text[], $3::text[], $4::text[]) AS c (code_key, item_id, item_name)
ON CONFLICT DO NOTHING RETURNING code_key, item_id
"""
_HOLDER = "SELECT item_id, item_name, pack FROM live_code WHERE company_id = $1 AND code_key = $2"

_PACKS = """
SELECT code_key, item_name FROM live_code
WHERE company_id = $1 AND pack AND code_key = ANY($2::text[]) ORDER BY code_key LIMIT 1
"""
_INACTIVE = "SELECT item_id FROM listed_item WHERE company_id = $1 AND NOT active"

Claim = tuple[str, str]
"""A code's key, and the item that it is of."""


async def claim_codes(db: AsyncConnection, company_id: CompanyId, items: Iterable[Item]) -> None:
    """Claim the codes of the active ones, and let go of what these items held. Codes may move
    between items of one publication. Raises CodeHeld with the other item's name, CodeOfPack."""
    newest = {item.item_id: item for item in items}
    wanted: dict[Claim, str] = {}
    typed: dict[Claim, str] = {}
    for item in newest.values():
        for code in item.scan_codes if item.active else ():
            claim = (code_key(code), str(item.item_id))
            wanted[claim], typed[claim] = item.name, code
    await (await driver_of(db)).execute(_RELEASE, company_id, sorted(newest))
    refused = await _claim(db, company_id, wanted, pack=False)
    if refused is not None:
        claim, holder = refused
        if holder["pack"]:
            raise CodeOfPack(typed[claim], claim[1], holder["item_name"])
        raise CodeHeld(typed[claim], claim[1], holder["item_id"], holder["item_name"])
    await _refuse_codes_of_packs(db, company_id, newest.values())


async def _refuse_codes_of_packs(
    db: AsyncConnection, company_id: CompanyId, items: Iterable[Item]
) -> None:
    """Of those that are inactive, which claim nothing. Raises CodeOfPack."""
    kept = {
        code_key(code): (code, str(item.item_id))
        for item in items
        for code in (() if item.active else item.scan_codes)
    }
    if not kept:
        return
    held = await (await driver_of(db)).fetchrow(_PACKS, company_id, sorted(kept))
    if held is not None:
        raise CodeOfPack(*kept[held["code_key"]], held["item_name"])


async def claim_packs(db: AsyncConnection, company_id: CompanyId, packs: Iterable[Pack]) -> None:
    """Each claims its code, also one that says something else of it now. Raises CodeOfItem, also
    where the item that has it is inactive."""
    newest = {str(pack.scan_code): pack for pack in packs}
    await release_packs(db, company_id, newest)
    wanted = {(code, str(pack.item_id)): pack.name for code, pack in newest.items()}
    refused = await _claim(db, company_id, wanted, pack=True)
    if refused is not None:
        (code, _), holder = refused
        raise CodeOfItem(code, holder["item_id"], holder["item_name"])
    rows = await (await driver_of(db)).fetch(_INACTIVE, company_id)
    kept = await published_rows(db, company_id, DataSet.ITEMS, keys=[row[0] for row in rows])
    for item in kept.values():
        for code in sorted({code_key(each) for each in item.scan_codes} & newest.keys()):
            raise CodeOfItem(code, item.item_id, item.name)


async def release_packs(db: AsyncConnection, company_id: CompanyId, codes: Iterable[str]) -> None:
    """They are no packs any more."""
    await (await driver_of(db)).execute(_RELEASE_PACKS, company_id, sorted(codes))


async def _claim(
    db: AsyncConnection, company_id: CompanyId, wanted: Mapping[Claim, str], *, pack: bool
) -> tuple[Claim, Any] | None:
    """Claims with the holders' names; the first that another holds, and who does."""
    connection = await driver_of(db)
    claims = sorted(wanted)
    made = await connection.fetch(
        _CLAIM,
        company_id,
        [key for key, _ in claims],
        [item_id for _, item_id in claims],
        [wanted[claim] for claim in claims],
        pack,
    )
    refused = wanted.keys() - {(row["code_key"], row["item_id"]) for row in made}
    if not refused:
        return None
    first = min(refused)
    return first, await connection.fetchrow(_HOLDER, company_id, first[0])
