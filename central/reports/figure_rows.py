"""The rows that a figure of a store's day adds up from, page by page, with the sum of all pages.

Each figure of ``sync.protocol.figures.Totals`` has one statement here, over the very rows that
``central.reports.totals`` counts: what a page shows at its foot is the figure, to the cent.
Training counts nowhere.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from sync.protocol.figures import Totals, readings
from sync.protocol.identity import StoreId

PAGE_ROWS_MAX = 100


class FigureKind(StrEnum):
    """What a row is measured in, in the order of reading; the value stands in addresses."""

    TOTAL = "total"
    LINES = "lines"
    GROSS = "gross"
    REFUNDS = "refunds"
    DISCOUNTS = "discounts"
    TAX_ADDED = "tax-added"
    NET = "net"
    TAX = "tax"
    TENDER = "tender"
    CHANGE = "change"
    ROUNDING = "rounding"
    FLOAT = "float"
    EXPECTED_CASH = "expected-cash"
    COUNTED_CASH = "counted-cash"
    OVER_SHORT = "over-short"
    POINTS_EARNED = "points-earned"
    POINTS_SPENT = "points-spent"
    POINTS_TAKEN_BACK = "points-taken-back"
    POINTS_GIVEN_BACK = "points-given-back"
    TIPS = "tips"
    STOCK = "stock"
    CASH_MOVED = "cash-moved"
    SAFE_OVER_SHORT = "safe-over-short"
    DEPOSITS = "deposits"
    SLIPS_EXPECTED = "slips-expected"
    SLIPS_COUNTED = "slips-counted"


class FigureKey(NamedTuple):
    """Which figure: ``name`` is a tender or a tax class, ``rate_bp`` a tax rate. ``counts``: the
    figure is the number of the rows, not their sum."""

    kind: FigureKind
    name: str | None = None
    rate_bp: int | None = None
    counts: bool = False


class FigureScope(NamedTuple):
    """Whose figure: a store's of a day, or one of its workstations'."""

    store_id: StoreId
    business_date: date
    workstation_id: str | None = None


class RowPlace(NamedTuple):
    """A row's place in the order of pages."""

    row_id: UUID
    part: int


class FigureRow(NamedTuple):
    """A receipt, a line, a tender, a tax line, a till or a movement. ``number`` is None where no
    receipt stands behind it. ``amount`` in the figure's unit."""

    place: RowPlace
    number: str | None
    workstation_id: str
    operator_id: str
    at_ms: int | None
    what: str
    amount: int


class FigurePage(NamedTuple):
    """``row_count``, ``receipts`` and ``total`` are of all pages. ``after`` is the next page's
    cursor, None on the last one."""

    rows: tuple[FigureRow, ...]
    row_count: int
    receipts: int
    total: int
    after: RowPlace | None


_HEAD = "s.sale_id AS id, {part} AS part, s.receipt_number, s.workstation_id, s.operator_id,"
_OF_SALES = """
SELECT {head} s.tendered_at_ms AS at_ms, {what} AS what, {amount} AS amount
FROM sale AS s {join}
WHERE s.store_id = $1 AND s.business_date = $2 AND NOT s.training
    AND ($3::text IS NULL OR s.workstation_id = $3) {only}
"""
_TILLS = """
SELECT s.till_session_id AS id, 0 AS part, NULL::text AS receipt_number, s.workstation_id,
    s.operator_id, NULL::bigint AS at_ms, 'till ' || s.till_id AS what, {amount} AS amount
FROM till_session AS s
WHERE s.store_id = $1 AND s.business_date = $2
    AND ($3::text IS NULL OR s.workstation_id = $3) {only}
"""
_MOVEMENTS = """
UNION ALL
SELECT m.event_id, m.line_no, NULL, '', '', NULL, m.kind || ' ' || m.item_id, m.quantity_milli
FROM stock_movement AS m
WHERE m.store_id = $1 AND m.business_date = $2 AND $3::text IS NULL
"""
_CASH = """
SELECT s.event_id AS id, 0 AS part, NULL::text AS receipt_number,
    coalesce(t.workstation_id, '') AS workstation_id, s.operator_id, s.at_ms,
    s.kind || coalesce(' ' || t.till_id, '') || coalesce(' ' || s.bag_number, '')
        || coalesce(' ' || nullif(s.reason, ''), '') AS what, {amount} AS amount
FROM cash_moved AS s LEFT JOIN till_session AS t USING (store_id, till_session_id)
WHERE s.store_id = $1 AND s.business_date = $2 AND $3::text IS NULL AND s.kind IN ({kinds})
"""
_SLIPS = """
SELECT s.event_id AS id, 0 AS part, NULL::text AS receipt_number, s.workstation_id,
    t.operator_id, NULL::bigint AS at_ms, 'till ' || t.till_id AS what, {amount} AS amount
FROM till_tender AS s JOIN till_session AS t USING (store_id, till_session_id)
WHERE s.store_id = $1 AND s.business_date = $2
    AND ($3::text IS NULL OR s.workstation_id = $3) AND s.tender_id = $4
"""
# Added up by receipt before they are joined: one look at a day's rows, not one for each receipt.
_LINES_OF = """LEFT JOIN (SELECT store_id, business_date, sale_id, sum(amount_minor) AS amount
    FROM sale_line WHERE store_id = $1 AND business_date = $2 GROUP BY 1, 2, 3
) AS l USING (store_id, business_date, sale_id)"""
_ADDED_TO = """LEFT JOIN (SELECT store_id, business_date, sale_id, sum(tax_minor) AS amount
    FROM sale_tax WHERE store_id = $1 AND business_date = $2 AND NOT tax_included GROUP BY 1, 2, 3
) AS x USING (store_id, business_date, sale_id)"""
_TOTAL = "(coalesce(l.amount, 0) + coalesce(x.amount, 0))::bigint"


def _sales(
    amount: str, only: str = "", *, join: str = "", part: str = "0", what: str = "''"
) -> str:
    head = _HEAD.format(part=part)
    return _OF_SALES.format(head=head, amount=amount, only=only, join=join, what=what)


def _lines(amount: str, only: str = "") -> str:
    join = "JOIN sale_line AS l USING (store_id, business_date, sale_id)"
    return _sales(amount, only, join=join, part="l.line_no", what="l.description")


def _taxes(amount: str) -> str:
    join = "JOIN sale_tax AS x USING (store_id, business_date, sale_id)"
    only = "AND x.tax_class = $4 AND x.tax_rate_bp = $5"
    what = "CASE WHEN x.is_return THEN 'return lines' ELSE 'sale lines' END"
    part = "2 * x.is_return::int + x.tax_included::int"
    return _sales(amount, only, join=join, part=part, what=what)


def _tenders(amount: str, only: str) -> str:
    join = "JOIN sale_tender AS t USING (store_id, business_date, sale_id)"
    what = "t.tender_id || coalesce(' ' || t.reference, '')"
    return _sales(amount, only, join=join, part="t.tender_no", what=what)


def _of_tills(amount: str, *, settled: bool = True) -> str:
    return _TILLS.format(
        amount=amount, only="AND s.counted_cash_minor IS NOT NULL" if settled else ""
    )


def _of_cash(amount: str, *kinds: str) -> str:
    return _CASH.format(amount=amount, kinds=", ".join(f"'{kind}'" for kind in kinds))


_STATEMENTS: Mapping[FigureKind, str] = MappingProxyType(
    {
        FigureKind.TOTAL: _sales(_TOTAL, join=f"{_LINES_OF} {_ADDED_TO}"),
        FigureKind.LINES: _lines("l.amount_minor"),
        FigureKind.GROSS: _lines("l.amount_minor", "AND l.quantity_milli > 0"),
        FigureKind.REFUNDS: _lines("-l.amount_minor", "AND l.quantity_milli < 0"),
        FigureKind.DISCOUNTS: _lines("l.discount_minor", "AND l.discount_minor <> 0"),
        FigureKind.TAX_ADDED: _sales("x.amount::bigint", "AND x.amount <> 0", join=_ADDED_TO),
        FigureKind.NET: _taxes("x.net_minor"),
        FigureKind.TAX: _taxes("x.tax_minor"),
        FigureKind.TENDER: _tenders("t.amount_minor", "AND t.tender_id = $4"),
        FigureKind.CHANGE: _sales("s.change_minor", "AND s.change_minor <> 0"),
        FigureKind.ROUNDING: _sales("s.rounding_minor", "AND s.rounding_minor <> 0"),
        FigureKind.FLOAT: _of_tills("s.float_minor", settled=False),
        FigureKind.EXPECTED_CASH: _of_tills("s.expected_cash_minor"),
        FigureKind.COUNTED_CASH: _of_tills("s.counted_cash_minor"),
        FigureKind.OVER_SHORT: _of_tills("s.counted_cash_minor - s.expected_cash_minor"),
        FigureKind.POINTS_EARNED: _sales("s.points_earned", "AND s.points_earned <> 0"),
        FigureKind.POINTS_SPENT: _tenders("t.points", "AND t.points <> 0"),
        FigureKind.POINTS_TAKEN_BACK: _sales("s.points_taken_back", "AND s.points_taken_back <> 0"),
        FigureKind.POINTS_GIVEN_BACK: _sales("s.points_given_back", "AND s.points_given_back <> 0"),
        FigureKind.TIPS: _tenders("t.tip_minor", "AND t.tip_minor <> 0"),
        FigureKind.STOCK: _lines("-l.quantity_milli") + _MOVEMENTS,
        FigureKind.CASH_MOVED: _of_cash("s.till_minor", "loan", "pickup", "paid_in", "paid_out"),
        FigureKind.SAFE_OVER_SHORT: _of_cash("s.safe_minor", "safe_count"),
        FigureKind.DEPOSITS: _of_cash("-s.safe_minor", "deposit"),
        FigureKind.SLIPS_EXPECTED: _SLIPS.format(amount="s.expected_minor"),
        FigureKind.SLIPS_COUNTED: _SLIPS.format(amount="s.counted_minor"),
    }
)
# Every statement takes the same five values, whether it uses the last two or not.
_ROWS = "WITH figure AS ({rows}) SELECT {wanted} FROM figure WHERE {used} {rest}"
_USED = "($4::text, $5::int) IS NOT DISTINCT FROM ($4, $5)"
_SUM = "count(*), count(DISTINCT receipt_number), coalesce(sum(amount), 0)::bigint"
_AFTER = "AND ($6::uuid IS NULL OR (id, part) > ($6, $7::int)) ORDER BY id, part LIMIT $8"


def figure_keys(totals: Totals) -> tuple[FigureKey, ...]:
    """A key for each figure of ``sync.protocol.figures.figures(totals)``, in its order."""
    return tuple(
        FigureKey(FigureKind(one.figure.slug), one.part, one.rate_bp, one.figure.unit == "count")
        for one in readings(totals)
    )


async def figure_rows(
    db: AsyncConnection,
    scope: FigureScope,
    key: FigureKey,
    after: RowPlace | None = None,
    limit: int = PAGE_ROWS_MAX,
) -> FigurePage:
    """One page of at most PAGE_ROWS_MAX rows, after a cursor, in the order of the receipts' ids."""
    connection = await driver_of(db)
    values = (*scope, key.name, key.rate_bp)
    rows = _STATEMENTS[key.kind]
    summed = _ROWS.format(rows=rows, wanted=_SUM, used=_USED, rest="")
    row_count, receipts, total = await connection.fetchrow(summed, *values)
    size = min(limit, PAGE_ROWS_MAX)
    page = _ROWS.format(rows=rows, wanted="*", used=_USED, rest=_AFTER)
    place = after or (None, None)
    found = [_row(row) for row in await connection.fetch(page, *values, *place, size + 1)]
    shown = tuple(found[:size])
    return FigurePage(shown, row_count, receipts, total, shown[-1].place if found[size:] else None)


def _row(row: Any) -> FigureRow:
    return FigureRow(RowPlace(plain_uuid(row[0]), row[1]), *row[2:])
