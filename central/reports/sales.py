"""Sales of a company by store and day, and tax by rate: sums over the figures of days; and what was
sold out of price books.

``day_total`` holds every figure of a store's day (``sync.protocol.figures``), is written
with every batch, and `central verify` proves it from the journals: no receipt is read for it. Of
price books no day has a figure: their lines are added up. A report spans at most DAYS_MAX days.
Training counts nowhere.
"""

from datetime import date
from typing import Annotated, Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.identity import CompanyId, StoreId

R = TypeVar("R", bound=msgspec.Struct)

DAYS_MAX = 400
ROWS_MAX = 100_000

_STORES = """(SELECT store_id, code, currency FROM store JOIN company USING (company_id)
    WHERE company_id = $1 AND ($4::uuid IS NULL OR store_id = $4)) AS o"""
_OF_DAYS = "d.store_id = o.store_id AND d.business_date BETWEEN $2 AND $3"
_DAILY_SALES = f"""
SELECT o.store_id, o.code, d.business_date, o.currency,
    sum(d.amount) FILTER (WHERE d.figure = 'transactions')::bigint AS transactions,
    sum(d.amount) FILTER (WHERE d.figure = 'gross')::bigint AS gross,
    sum(d.amount) FILTER (WHERE d.figure = 'refunds')::bigint AS refunds,
    coalesce(sum(d.amount) FILTER (WHERE d.figure LIKE 'tax % !%' ESCAPE '!'), 0)::bigint,
    sum(CASE d.figure WHEN 'gross' THEN d.amount WHEN 'refunds' THEN -d.amount
        WHEN 'tax added' THEN d.amount ELSE 0 END)::bigint,
    coalesce(sum(d.amount) FILTER (WHERE d.figure = 'discounts'), 0)::bigint
FROM {_STORES} JOIN day_total AS d ON {_OF_DAYS}
    AND (d.figure IN ('transactions', 'gross', 'refunds', 'discounts') OR d.figure LIKE 'tax %')
GROUP BY 1, 2, 3, 4
HAVING sum(d.amount) FILTER (WHERE d.figure = 'transactions') > 0
ORDER BY 3, 2 LIMIT $5 OFFSET $6
"""  # noqa: S608  texts of ours
_TAX = f"""
SELECT store_id, code, substring(figure FROM '^... (.*) [0-9]+[.][0-9]{{2}} %$') AS tax_class,
    replace(substring(figure FROM '([0-9]+[.][0-9]{{2}}) %$'), '.', '')::int AS tax_rate_bp,
    coalesce(sum(amount) FILTER (WHERE figure LIKE 'net %'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE figure LIKE 'tax %'), 0)::bigint
FROM (SELECT o.store_id, o.code, d.figure, sum(d.amount) AS amount
    FROM {_STORES} JOIN day_total AS d ON {_OF_DAYS}
        AND (d.figure LIKE 'net % !%' ESCAPE '!' OR d.figure LIKE 'tax % !%' ESCAPE '!')
    GROUP BY 1, 2, 3) AS by_figure
GROUP BY 1, 2, 3, 4 ORDER BY code, tax_class, tax_rate_bp LIMIT $5 OFFSET $6
"""  # noqa: S608  texts of ours


_BY_BOOK = f"""
SELECT o.store_id, o.code, l.price_book, count(*) FILTER (WHERE l.quantity_milli > 0),
    sum(l.quantity_milli)::bigint,
    sum(l.amount_minor + CASE WHEN l.tax_included THEN 0 ELSE l.tax_minor END)::bigint
FROM {_STORES} JOIN sale_line AS l ON l.store_id = o.store_id
    AND l.business_date BETWEEN $2 AND $3 AND l.price_book IS NOT NULL
JOIN sale AS s ON s.store_id = l.store_id AND s.business_date = l.business_date
    AND s.sale_id = l.sale_id AND NOT s.training
GROUP BY 1, 2, 3 ORDER BY 2, 3 LIMIT $5 OFFSET $6
"""  # noqa: S608  texts of ours


class Page(NamedTuple):
    """At most ``limit`` rows after the first ``offset``."""

    limit: int
    offset: int


FIRST_PAGE = Page(ROWS_MAX, 0)


class DailySales(msgspec.Struct, frozen=True):
    """A store's day. ``gross_minor``: sale lines after discounts; ``refunds_minor``: return lines,
    positive; ``tax_minor``: on both, returns subtracted; ``total_minor``: what customers owed, with
    tax, before cash rounding; ``discounts_minor``: what came off sale lines before all that."""

    store_id: StoreId
    store_code: str
    business_date: date
    currency: str
    transactions: int
    gross_minor: int
    refunds_minor: int
    tax_minor: int
    total_minor: int
    discounts_minor: int = 0


class TaxByRate(msgspec.Struct, frozen=True):
    """A store's tax of one class and rate over a period, returns subtracted."""

    store_id: StoreId
    store_code: str
    tax_class: str
    tax_rate_bp: Annotated[int, msgspec.Meta(ge=0)]
    net_minor: int
    tax_minor: int


class SoldByBook(msgspec.Struct, frozen=True):
    """What a store sold over a period at the prices of one book: ``lines`` of sales; quantity and
    ``amount_minor`` (after discounts, with tax) less what came back."""

    store_id: StoreId
    store_code: str
    price_book: str
    lines: int
    quantity_milli: int
    amount_minor: int


class SalesReport(NamedTuple, Generic[R]):
    """A question about a company's stores over a period, and the kind of its rows: their columns
    stand in the order of the kind's fields."""

    query: str
    kind: type[R]


DAILY_SALES = SalesReport(_DAILY_SALES, DailySales)
"""Days of a company's stores, or of one store, that sold something."""
TAX_BY_RATE = SalesReport(_TAX, TaxByRate)
"""Tax by store, class and rate."""
SOLD_BY_BOOK = SalesReport(_BY_BOOK, SoldByBook)
"""Lines that a price book priced, by store and book."""


async def read_sales(
    db: AsyncConnection,
    report: SalesReport[R],
    company_id: CompanyId,
    first: date,
    last: date,
    store_id: StoreId | None = None,
    page: Page = FIRST_PAGE,
) -> tuple[R, ...]:
    """Of the days first..last, of all stores or of one."""
    arguments = (company_id, first, last, store_id, *page)
    rows = await (await driver_of(db)).fetch(report.query, *arguments)
    return tuple(report.kind(StoreId(plain_uuid(row[0])), *row[1:]) for row in map(tuple, rows))
