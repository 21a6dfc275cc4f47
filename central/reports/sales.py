"""Sales of a company by store and day, and tax by rate: one query over the projections each.

A report spans at most DAYS_MAX days. Training counts nowhere.
"""

from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import own
from central.db.engine import raw
from sync.protocol.identity import CompanyId, StoreId

DAYS_MAX = 400
ROWS_MAX = 100_000

_DAILY_SALES = """
SELECT o.store_id, o.code, s.business_date, o.currency,
    count(*), sum(l.gross)::bigint, sum(l.refunds)::bigint, sum(coalesce(x.tax, 0))::bigint,
    sum(s.total_minor)::bigint
FROM (SELECT store_id, code, currency FROM store JOIN company USING (company_id)
    WHERE company_id = $1 AND ($4::uuid IS NULL OR store_id = $4)) AS o
JOIN sale AS s ON s.store_id = o.store_id AND s.business_date BETWEEN $2 AND $3 AND NOT s.training
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor) FILTER (WHERE quantity_milli > 0), 0) AS gross,
        coalesce(-sum(amount_minor) FILTER (WHERE quantity_milli < 0), 0) AS refunds
    FROM sale_line AS l
    WHERE (l.store_id, l.business_date, l.sale_id) = (s.store_id, s.business_date, s.sale_id)) AS l
CROSS JOIN LATERAL (
    SELECT sum(tax_minor) AS tax FROM sale_tax AS x
    WHERE (x.store_id, x.business_date, x.sale_id) = (s.store_id, s.business_date, s.sale_id)) AS x
GROUP BY 1, 2, 3, 4 ORDER BY 3, 2 LIMIT $5 OFFSET $6
"""
_TAX = """
SELECT o.store_id, o.code, x.tax_class, x.tax_rate_bp, sum(x.net_minor)::bigint,
    sum(x.tax_minor)::bigint
FROM store AS o
JOIN sale_tax AS x ON x.store_id = o.store_id AND x.business_date BETWEEN $2 AND $3
JOIN sale AS s ON (s.store_id, s.business_date, s.sale_id)
    = (x.store_id, x.business_date, x.sale_id) AND NOT s.training
WHERE o.company_id = $1 AND ($4::uuid IS NULL OR o.store_id = $4)
GROUP BY 1, 2, 3, 4 ORDER BY o.code, x.tax_class, x.tax_rate_bp LIMIT $5 OFFSET $6
"""


class Page(NamedTuple):
    """At most ``limit`` rows after the first ``offset``."""

    limit: int
    offset: int


FIRST_PAGE = Page(ROWS_MAX, 0)


class DailySales(msgspec.Struct, frozen=True):
    """A store's day. ``gross_minor``: sale lines after discounts; ``refunds_minor``: return lines,
    positive; ``tax_minor``: on both, returns subtracted; ``total_minor``: what customers owed, with
    tax, before cash rounding."""

    store_id: StoreId
    store_code: str
    business_date: date
    currency: str
    transactions: int
    gross_minor: int
    refunds_minor: int
    tax_minor: int
    total_minor: int


class TaxByRate(msgspec.Struct, frozen=True):
    """A store's tax of one class and rate over a period, returns subtracted."""

    store_id: StoreId
    store_code: str
    tax_class: str
    tax_rate_bp: Annotated[int, msgspec.Meta(ge=0)]
    net_minor: int
    tax_minor: int


async def daily_sales(
    db: AsyncConnection,
    company_id: CompanyId,
    first: date,
    last: date,
    store_id: StoreId | None = None,
    page: Page = FIRST_PAGE,
) -> tuple[DailySales, ...]:
    """Days first..last of a company's stores, or of one store, that sold something."""
    arguments = (company_id, first, last, store_id, *page)
    rows = await (await raw(db)).fetch(_DAILY_SALES, *arguments)
    return tuple(DailySales(_store(row[0]), *row[1:]) for row in map(tuple, rows))


async def tax_by_rate(
    db: AsyncConnection,
    company_id: CompanyId,
    first: date,
    last: date,
    store_id: StoreId | None = None,
    page: Page = FIRST_PAGE,
) -> tuple[TaxByRate, ...]:
    """Tax of the days first..last, by store, class and rate."""
    rows = await (await raw(db)).fetch(_TAX, company_id, first, last, store_id, *page)
    return tuple(TaxByRate(_store(row[0]), *row[1:]) for row in map(tuple, rows))


def _store(found: UUID) -> StoreId:
    return StoreId(own(found))
