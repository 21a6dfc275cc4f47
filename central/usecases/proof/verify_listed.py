"""Holds the tables in which head office looks up what it sells against what was published, the
newest row of each key (``central/db/catalogue.py``)."""

from typing import Any

from central.usecases.proof.verify_journal import Finding
from sync.protocol.codec import decode
from sync.protocol.errors import Undecodable
from sync.protocol.reference import DataSet, Price

_PUBLISHED = """
SELECT DISTINCT ON (company_id, scope, key) company_id, scope, key, body FROM (
    SELECT company_id, scope, key, body, 0 AS waiting_no FROM feed_latest WHERE data_set = $1
    UNION ALL SELECT company_id, scope, key, body, waiting_no FROM publication WHERE data_set = $1
) AS every ORDER BY company_id, scope, key, waiting_no DESC
"""
_ITEMS = f"""
SELECT c.name, coalesce(l.item_id, p.key) AS named, l.body AS listed, p.body AS published
FROM (SELECT * FROM ({_PUBLISHED}) AS newest WHERE body IS NOT NULL) AS p
FULL JOIN listed_item AS l ON l.company_id = p.company_id AND l.item_id = p.key
LEFT JOIN company AS c ON c.company_id = coalesce(l.company_id, p.company_id)
WHERE l.body IS DISTINCT FROM p.body ORDER BY 1, 2
"""  # noqa: S608  the text is ours
_PRICES = f"""
SELECT c.name, coalesce(l.zone, p.scope) AS zone, coalesce(l.key, p.key) AS named,
    l.unit_price_minor AS listed, p.body AS published
FROM (SELECT * FROM ({_PUBLISHED}) AS newest WHERE body IS NOT NULL) AS p
FULL JOIN (
    SELECT company_id, zone, item_id || '@' || effective_from_ms AS key, unit_price_minor
    FROM listed_price
) AS l ON l.company_id = p.company_id AND l.zone = p.scope AND l.key = p.key
LEFT JOIN company AS c ON c.company_id = coalesce(l.company_id, p.company_id) ORDER BY 1, 2, 3
"""  # noqa: S608  the text is ours


async def verify_listed(connection: Any) -> tuple[Finding, ...]:
    """``connection`` is asyncpg's, inside a snapshot of the database."""
    findings = []
    async for row in connection.cursor(_ITEMS, DataSet.ITEMS.value):
        said = f"{row['name']}: the item {row['named']} is not listed as it was published"
        findings.append(Finding("", f"{said}."))
    async for row in connection.cursor(_PRICES, DataSet.PRICES.value):
        if row["listed"] is None or row["listed"] != _price_minor(row["published"]):
            said = f"{row['name']}: the price {row['named']} in {row['zone']}"
            findings.append(Finding("", f"{said} is not listed as it was published."))
    return tuple(findings)


def _price_minor(body: bytes | None) -> int | None:
    try:
        return None if body is None else decode(Price, body).unit_price_minor
    except Undecodable:
        return None
