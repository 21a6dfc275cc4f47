"""What a store adds up to at head office: of everything or a day, of its workstations, of each
receipt.

Counted from the rows of receipts, till sessions and stock movements each time, never from running
figures, so that it proves something when it equals the store's own count
(``sync/protocol/figures.py`` says what each figure is). One set of statements serves all: a *part*
is what is told apart, and a store is the sum of its workstations. Training counts nowhere. Several
statements make one account: call within one unit of work of repeatable reads, or when nothing is
being applied.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import own
from central.db.engine import raw
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import SaleId, StoreId, WorkstationId
from sync.protocol.manifest import Receipt, WorkstationTotals

RECEIPTS_MAX = 1_000
"""Receipts in one page at most."""

Part: TypeAlias = str | UUID
"""A workstation's id, or a sale's id."""
Tallies: TypeAlias = defaultdict[Part, Tally]

WORKSTATION = "s.workstation_id"
RECEIPT = "s.sale_id"
_A_DAY = "s.business_date = $2"
_EVERYTHING = "$2::date IS NULL"
"""Statements of their own: with both in one, PostgreSQL would plan each time for the values."""
_SCOPE = "s.store_id = $1 AND {day} AND NOT s.training"
_PAGED = f"{_SCOPE} AND ($3::uuid IS NULL OR s.sale_id > $3) AND s.sale_id <= $4"
_HEADS = """
SELECT {part}, count(*), sum(s.change_minor)::bigint, sum(s.rounding_minor)::bigint,
    sum(s.points_earned)::bigint, sum(s.points_taken_back)::bigint
FROM sale AS s WHERE {scope} GROUP BY 1
"""
_LINES = """
SELECT {part}, count(*),
    coalesce(sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0), 0)::bigint,
    coalesce(-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0), 0)::bigint,
    -sum(l.quantity_milli)::bigint
FROM sale AS s JOIN sale_line AS l USING (store_id, business_date, sale_id) WHERE {scope}
GROUP BY 1
"""
_TAXES = """
SELECT {part}, x.tax_class, x.tax_rate_bp, sum(x.net_minor)::bigint, sum(x.tax_minor)::bigint,
    coalesce(sum(x.tax_minor) FILTER (WHERE NOT x.tax_included), 0)::bigint
FROM sale AS s JOIN sale_tax AS x USING (store_id, business_date, sale_id) WHERE {scope}
GROUP BY 1, 2, 3
"""
_TENDERS = """
SELECT {part}, t.tender_id, sum(t.amount_minor)::bigint, sum(t.points)::bigint
FROM sale AS s JOIN sale_tender AS t USING (store_id, business_date, sale_id) WHERE {scope}
GROUP BY 1, 2
"""
_TILLS = """
SELECT {part}, sum(s.float_minor)::bigint,
    coalesce(sum(s.expected_cash_minor), 0)::bigint, coalesce(sum(s.counted_cash_minor), 0)::bigint
FROM till_session AS s WHERE s.store_id = $1 AND {day} GROUP BY 1
"""
_OTHER_STOCK = """
SELECT coalesce(sum(s.quantity_milli), 0)::bigint FROM stock_movement AS s
WHERE s.store_id = $1 AND {day}
"""
_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale AS s
WHERE s.store_id = $1 AND {day} AND NOT s.training AND ($3::uuid IS NULL OR s.sale_id > $3)
ORDER BY s.sale_id LIMIT $4
"""


class _Statements(NamedTuple):
    """The statements of one part."""

    heads: str
    lines: str
    taxes: str
    tenders: str


def _statements(part: str, scope: str) -> _Statements:
    texts = (_HEADS, _LINES, _TAXES, _TENDERS)
    return _Statements(*(text.format(part=part, scope=scope) for text in texts))


_SALES: Mapping[tuple[str, bool], _Statements] = MappingProxyType(
    {
        (part, a_day): _statements(part, scope.format(day=_A_DAY if a_day else _EVERYTHING))
        for part, scope in ((WORKSTATION, _SCOPE), (RECEIPT, _PAGED))
        for a_day in (True, False)
    }
)
"""By part, and whether they are of one day."""


class StoreAccount(NamedTuple):
    """``store``: the workstations' sum, with the stock that moved without a receipt."""

    store: Totals
    workstations: tuple[WorkstationTotals, ...]


async def store_account(
    db: AsyncConnection, store_id: StoreId, business_date: date | None
) -> StoreAccount:
    """A day, or everything, counted once for the store and its workstations (by their ids; only
    those that sold or opened a till)."""
    connection = await raw(db)
    scope = (store_id, business_date)
    tallies = await _add_sales(connection, WORKSTATION, scope)
    day = _day(business_date)
    tills = await connection.fetch(_TILLS.format(part=WORKSTATION, day=day), *scope)
    for key, floats, expected, counted in tills:
        tallies[key].sums.update(
            float_minor=floats,
            expected_cash_minor=expected,
            counted_cash_minor=counted,
            over_short_minor=counted - expected,
        )
    whole = Tally()
    parts = []
    for part in sorted(tallies, key=str):
        parts.append(WorkstationTotals(WorkstationId(str(part)), tallies[part].totals()))
        whole.add_totals(parts[-1].totals)
    other = await connection.fetchval(_OTHER_STOCK.format(day=day), *scope)
    whole.sums["stock_milli"] += other
    return StoreAccount(whole.totals(), tuple(parts))


async def store_totals(
    db: AsyncConnection, store_id: StoreId, business_date: date | None
) -> Totals:
    """The store's account of a day, or of everything: receipts, tills, and stock moved without a
    receipt."""
    return (await store_account(db, store_id, business_date)).store


async def store_receipts(
    db: AsyncConnection,
    store_id: StoreId,
    business_date: date | None,
    limit: int = RECEIPTS_MAX,
    after: SaleId | None = None,
) -> tuple[Receipt, ...]:
    """Receipts in the order of their sale ids, after the one given; at most RECEIPTS_MAX."""
    connection = await raw(db)
    count = min(limit, RECEIPTS_MAX)
    paged = _PAGE.format(day=_day(business_date))
    page = await connection.fetch(paged, store_id, business_date, after, count)
    if not page:
        return ()
    scope = (store_id, business_date, after, page[-1]["sale_id"])
    tallies = await _add_sales(connection, RECEIPT, scope)
    return tuple(
        Receipt(number, own(sale_id), day, tallies[sale_id].totals())
        for sale_id, number, day in page
    )


def _day(business_date: date | None) -> str:
    return _EVERYTHING if business_date is None else _A_DAY


async def _add_sales(connection: Any, part: str, scope: Sequence[Any]) -> Tallies:
    """What the receipts in scope add up to, by part. ``scope``: store, day or None; of a page also
    the sale ids that it lies after, and ends with."""
    statements, tallies = _SALES[part, scope[1] is not None], Tallies(Tally)
    for key, count, change, rounding, earned, taken in await connection.fetch(
        statements.heads, *scope
    ):
        tallies[key].sums.update(
            transactions=count,
            change_minor=change,
            rounding_minor=rounding,
            points_earned=earned,
            points_taken_back=taken,
        )
    for key, count, gross, refunds, moved in await connection.fetch(statements.lines, *scope):
        found = {"lines": count, "gross_minor": gross, "refunds_minor": refunds}
        tallies[key].sums.update(found, stock_milli=moved)
    for key, tax_class, rate_bp, net, tax, added in await connection.fetch(
        statements.taxes, *scope
    ):
        tallies[key].add_tax(tax_class, rate_bp, net, tax)
        tallies[key].sums["tax_added_minor"] += added
    for key, tender, amount, points in await connection.fetch(statements.tenders, *scope):
        tallies[key].add_tender(tender, amount)
        tallies[key].sums["points_spent"] += points
    return tallies
