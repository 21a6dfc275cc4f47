"""What head office's own rows about a store add up to: of everything, of a day, of workstations,
of each receipt. The mirror of ``edge/db/totals.py``: the same figures (sync/protocol/manifest.py)
counted from the projections' rows, never from counters, so that two independent counts meet.

A *part* is what is told apart (the store, a workstation, a receipt), a *scope* which rows are
looked at. Training counts nowhere. Several statements make one account: call within one unit of
work at REPEATABLE READ where the rows may move.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.protocol.identity import SaleId, StoreId, TenderId, WorkstationId
from sync.protocol.manifest import Receipt, TaxTotal, TenderTotal, Totals, WorkstationTotals

RECEIPTS_MAX = 1_000
"""Receipts in one page at most."""

Part: TypeAlias = str
"""``""`` for the whole store, a workstation's id, or a sale's id as text."""
Accounts: TypeAlias = dict[Part, Totals]

STORE = "''"
WORKSTATION = "s.workstation_id"
RECEIPT = "s.sale_id::text"

EVERYTHING = "s.store_id = :store_id AND NOT s.training"
OF_DAY = f"{EVERYTHING} AND s.business_date = :day"
OF_PAGE = f"{EVERYTHING} AND s.sale_id > :after AND s.sale_id <= :last"
OF_DAY_PAGE = f"{OF_PAGE} AND s.business_date = :day"

_NOBODY = UUID(int=0)
_HEADS = """
SELECT {part}, count(*), sum(s.total_minor), sum(s.change_minor), sum(s.rounding_minor),
       sum(s.points_earned), sum(s.points_taken_back)
FROM sale s WHERE {scope} GROUP BY 1
"""
_LINES = """
SELECT {part}, count(*),
       coalesce(sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0), 0),
       coalesce(-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0), 0),
       -sum(l.quantity_milli)
FROM sale s JOIN sale_line l USING (store_id, sale_id) WHERE {scope} GROUP BY 1
"""
_TAXES = """
SELECT {part}, x.tax_class, x.tax_rate_bp, sum(x.taxable_minor), sum(x.tax_minor)
FROM sale s JOIN sale_tax x USING (store_id, sale_id) WHERE {scope}
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_TENDERS = """
SELECT {part}, t.tender_id, sum(t.amount_minor), sum(t.points)
FROM sale s JOIN sale_tender t USING (store_id, sale_id) WHERE {scope}
GROUP BY 1, 2 ORDER BY 1, 2
"""
_TILLS = """
SELECT {part}, sum(s.float_minor),
       coalesce(sum(s.expected_cash_minor) FILTER (WHERE s.counted_cash_minor IS NOT NULL), 0),
       coalesce(sum(s.counted_cash_minor), 0)
FROM till_session s WHERE s.store_id = :store_id {day} GROUP BY 1
"""
_OTHER_STOCK = """
SELECT coalesce(sum(s.quantity_milli), 0) FROM stock_movement s
WHERE s.store_id = :store_id {day}
"""
_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale s
WHERE s.store_id = :store_id AND NOT s.training AND s.sale_id > :after {day}
ORDER BY s.sale_id LIMIT :limit
"""
_DAY = "AND s.business_date = :day"


async def store_totals(
    db: AsyncConnection, store_id: StoreId, business_date: date | None
) -> Totals:
    """A store's account of a day, or of everything, as head office counts it."""
    values = _values(store_id, business_date)
    accounts = await _account(db, STORE, values)
    statement = text(_OTHER_STOCK.format(day=_DAY if business_date else ""))
    other = int(await db.scalar(statement, values) or 0)
    totals = accounts.get("", Totals())
    return replace(totals, stock_milli=totals.stock_milli + other)


async def workstation_totals(
    db: AsyncConnection, store_id: StoreId, business_date: date | None
) -> tuple[WorkstationTotals, ...]:
    """Each workstation's part, by its id; only those that sold or opened a till."""
    accounts = await _account(db, WORKSTATION, _values(store_id, business_date))
    return tuple(
        WorkstationTotals(WorkstationId(part), totals) for part, totals in sorted(accounts.items())
    )


async def store_receipts(
    db: AsyncConnection,
    store_id: StoreId,
    business_date: date | None,
    limit: int = RECEIPTS_MAX,
    after: SaleId | None = None,
) -> tuple[Receipt, ...]:
    """Receipts in the order of their sale ids, after the one given; at most RECEIPTS_MAX."""
    values = _values(store_id, business_date)
    values |= {"after": after or _NOBODY, "limit": min(limit, RECEIPTS_MAX)}
    statement = text(_PAGE.format(day=_DAY if business_date else ""))
    page = (await db.execute(statement, values)).all()
    if not page:
        return ()
    values["last"] = page[-1].sale_id
    scope = OF_DAY_PAGE if business_date else OF_PAGE
    accounts = await _add_sales(db, RECEIPT, scope, values)
    return tuple(
        Receipt(
            row.receipt_number,
            UUID(bytes=row.sale_id.bytes),
            row.business_date,
            accounts[str(row.sale_id)],
        )
        for row in page
    )


def _values(store_id: StoreId, business_date: date | None) -> dict[str, Any]:
    return {"store_id": store_id} | ({"day": business_date} if business_date else {})


async def _account(db: AsyncConnection, part: str, values: dict[str, Any]) -> Accounts:
    of_day = "day" in values
    accounts = await _add_sales(db, part, OF_DAY if of_day else EVERYTHING, values)
    statement = text(_TILLS.format(part=part, day=_DAY if of_day else ""))
    for key, floats, expected, counted in await db.execute(statement, values):
        accounts[key] = replace(
            accounts.get(key, Totals()),
            float_minor=int(floats),
            expected_cash_minor=int(expected),
            counted_cash_minor=int(counted),
            over_short_minor=int(counted) - int(expected),
        )
    return accounts


async def _add_sales(
    db: AsyncConnection, part: str, scope: str, values: Mapping[str, Any]
) -> Accounts:
    """What the sales in scope add up to, by part. Sums of BIGINT come as decimals: made ints."""

    async def rows(template: str) -> list[tuple[Any, ...]]:
        statement = text(template.format(part=part, scope=scope))
        return [tuple(row) for row in await db.execute(statement, values)]

    accounts: Accounts = {}
    for key, *sums in await rows(_HEADS):
        count, total, change, rounding, earned, taken = map(int, sums)
        accounts[key] = Totals(
            transactions=count,
            tax_added_minor=total,
            change_minor=change,
            rounding_minor=rounding,
            points_earned=earned,
            points_taken_back=taken,
        )
    for key, *sums in await rows(_LINES):
        lines, gross, refunds, stock = map(int, sums)
        known = accounts[key]
        accounts[key] = replace(
            known,
            lines=lines,
            gross_minor=gross,
            refunds_minor=refunds,
            tax_added_minor=known.tax_added_minor - gross + refunds,
            stock_milli=stock,
        )
    for key, tax_class, rate_bp, taxable, tax in await rows(_TAXES):
        line = TaxTotal(tax_class, rate_bp, int(taxable), int(tax))
        accounts[key] = replace(accounts[key], taxes=(*accounts[key].taxes, line))
    for key, tender_id, amount, points in await rows(_TENDERS):
        known = accounts[key]
        accounts[key] = replace(
            known,
            tenders=(*known.tenders, TenderTotal(TenderId(tender_id), int(amount))),
            points_spent=known.points_spent + int(points),
        )
    return accounts
