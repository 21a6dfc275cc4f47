"""Which records of customers are one person.

Records that pairs connect are one person; of them the smallest id is the one that is kept. So it
does not matter in which order pairs were joined or parted, nor by way of whom two are connected.
"""

from collections.abc import Collection, Iterable
from typing import Any

from central.archive.rows import plain_uuid
from sync.protocol.identity import CompanyId, CustomerId

_PAIRS = """
WITH RECURSIVE joined AS (
    SELECT alias_id, kept_id FROM customer_alias WHERE company_id = $1 AND joins > parts
), same (id) AS (
    SELECT unnest($2::uuid[])
    UNION SELECT CASE WHEN j.alias_id = s.id THEN j.kept_id ELSE j.alias_id END
    FROM same AS s JOIN joined AS j ON s.id IN (j.alias_id, j.kept_id)
)
SELECT alias_id, kept_id FROM joined WHERE alias_id IN (SELECT id FROM same)
"""


async def kept_ids(
    connection: Any, company_id: CompanyId, customer_ids: Collection[CustomerId]
) -> dict[CustomerId, CustomerId]:
    """These customers and everybody who is the same person as one of them, each with the id that is
    kept. ``connection`` is asyncpg's."""
    rows = await connection.fetch(_PAIRS, company_id, list(customer_ids))
    pairs = [(CustomerId(plain_uuid(one)), CustomerId(plain_uuid(other))) for one, other in rows]
    return connected(customer_ids, pairs)


def connected(
    customer_ids: Iterable[CustomerId], pairs: Iterable[tuple[CustomerId, CustomerId]]
) -> dict[CustomerId, CustomerId]:
    """Everybody named, with the smallest id that pairs connect them with.

    >>> from uuid import UUID
    >>> a, b, c = (CustomerId(UUID(int=number)) for number in (1, 2, 3))
    >>> connected([c], [(c, b), (b, a)]) == {a: a, b: a, c: a}
    True
    """
    kept = {one: one for one in customer_ids}
    for one, other in pairs:
        ours, theirs = kept.setdefault(one, one), kept.setdefault(other, other)
        smaller, larger = min(ours, theirs), max(ours, theirs)
        if smaller != larger:
            kept.update({each: smaller for each, of in kept.items() if of == larger})
    return kept
