"""Whose scan code it is: an active item's, and no other active item's of the company.

Claims move in the unit of work that publishes the items, so of two that publish one code at once
the second is refused. An edge, which may meet what was published otherwise, decides by the same
rule (``edge/db/published.py``).
"""

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from central.db.engine import driver_of
from central.domain.feeds import CodeHeld
from sync.protocol.identity import CompanyId
from sync.protocol.reference import Item
from sync.protocol.scan_code import code_key

_RELEASE = "DELETE FROM live_code WHERE company_id = $1 AND item_id = ANY($2::text[])"
_CLAIM = """
INSERT INTO live_code (company_id, code_key, item_id, item_name)
SELECT $1, c.code_key, c.item_id, c.item_name
FROM unnest($2::text[], $3::text[], $4::text[]) AS c (code_key, item_id, item_name)
ON CONFLICT DO NOTHING RETURNING code_key, item_id
"""
_HOLDER = "SELECT item_id, item_name FROM live_code WHERE company_id = $1 AND code_key = $2"


async def claim_codes(db: AsyncConnection, company_id: CompanyId, items: Iterable[Item]) -> None:
    """Claim the codes of the active ones, and let go of what these items held. Codes may move
    between items of one publication. Raises CodeHeld with the other item's name."""
    newest = {item.item_id: item for item in items}
    wanted = {
        (code_key(code), item.item_id): (code, item.name)
        for item in newest.values()
        if item.active
        for code in item.scan_codes
    }
    connection = await driver_of(db)
    await connection.execute(_RELEASE, company_id, sorted(newest))
    claims = sorted(wanted)
    made = await connection.fetch(
        _CLAIM,
        company_id,
        [key for key, _ in claims],
        [item_id for _, item_id in claims],
        [wanted[claim][1] for claim in claims],
    )
    refused = wanted.keys() - {(row["code_key"], row["item_id"]) for row in made}
    if refused:
        key, item_id = min(refused)
        holder = await connection.fetchrow(_HOLDER, company_id, key)
        raise CodeHeld(wanted[key, item_id][0], item_id, holder["item_id"], holder["item_name"])
