"""What a store adds up to at head office: of days or everything, of its workstations, of each
receipt.

Counted from the rows of receipts, till sessions and stock movements each time, never from running
figures, so that it proves something when it equals the store's own count
(``sync/protocol/figures.py`` says what each figure is). One set of statements serves all, however
many days of however many stores: a *part* is what is told apart, and a store is the sum of its
workstations. Training counts nowhere. Several statements make one account: call within one unit of
work of repeatable reads, or when nothing is being applied.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from central.archive.postgres import plain_uuid
from central.db.engine import driver_of
from central.reports.store_day import StoreDay, columns, name_of
from sync.protocol.change import Epoch
from sync.protocol.figures import Tally, Totals
from sync.protocol.identity import SaleId, StoreId, WorkstationId
from sync.protocol.manifest import ZERO, Receipt, WorkstationTotals

RECEIPTS_MAX = 1_000
"""Receipts in one page at most."""

Part: TypeAlias = tuple[UUID, date | int | None, str | UUID]
"""A store, a date or a part of what is asked where these are told apart, and a workstation's id or
a sale's."""
_Key: TypeAlias = tuple[UUID, date | int | None]
Tallies: TypeAlias = defaultdict[Part, Tally]


class _Scope(NamedTuple):
    """Which rows are counted, and what is told apart: ``rows`` follows the name of a table that is
    called ``s``, and ends in a condition. A statement each: with all in one, PostgreSQL would plan
    each time for the values."""

    part: str
    rows: str


_OF_DAYS = """JOIN unnest($1::uuid[], $2::date[]) AS asked (store_id, business_date)
    USING (store_id, business_date)"""
_DAYS = _Scope("store_id, business_date, s.workstation_id", f"{_OF_DAYS} {{join}} WHERE true")
_A_DAY = _Scope(
    "s.store_id, s.business_date, s.workstation_id",
    "{join} WHERE s.store_id = $1 AND s.business_date = $2",
)
_OF_SPANS = """JOIN unnest($1::uuid[], $2::date[], $3::int[], $4::bytea[], $5::bigint[],
    $6::bigint[], $7::int[], $8::uuid[], $9::bool[]) AS asked (store_id, business_date,
        epoch_number, epoch_fingerprint, first_seq, last_seq, part, came_home, in_any_way)
    USING (store_id, business_date, epoch_number, epoch_fingerprint)"""
_OF_SPANS_ANYWHERE = _OF_SPANS.replace(", epoch_number, epoch_fingerprint)", ")")
_AT_PLACE = "s.seq BETWEEN asked.first_seq AND asked.last_seq"
_THOSE = f"""{_AT_PLACE} AND CASE WHEN asked.came_home IS NOT NULL THEN s.event_id = asked.came_home
    ELSE asked.in_any_way OR NOT s.is_home END"""
_SPANS = _Scope("store_id, asked.part, s.workstation_id", f"{_OF_SPANS} {{join}} WHERE {_THOSE}")
_SALES_OF_SPANS = _Scope(
    "s.store_id, asked.part, s.workstation_id",
    f"""JOIN (
    SELECT s.store_id, s.business_date, s.sale_id, asked.part
    FROM sale AS s {_OF_SPANS} LEFT JOIN recovered_fact AS home
        ON home.store_id = s.store_id AND home.kind = 'retail_transaction'
        AND home.fact_id = s.sale_id
    WHERE asked.came_home IS NULL AND {_AT_PLACE}
        AND (asked.in_any_way OR home.fact_id IS NULL)
    UNION ALL
    SELECT s.store_id, s.business_date, s.sale_id, asked.part
    FROM sale AS s {_OF_SPANS_ANYWHERE} WHERE s.sale_id = asked.came_home
) AS asked USING (store_id, business_date, sale_id) {{join}} WHERE true""",  # noqa: S608  ours
)
"""Two branches of an epoch that forked wrote at the same places: a fact that came home is known by
its id, one that stands at its place did not come home. Of receipts a condition each, for thousands
may have come home: PostgreSQL finds them by their ids."""
_EVENTS = _SPANS._replace(part="store_id, s.seq, s.workstation_id")
_SALES_OF = {
    _SPANS: _SALES_OF_SPANS,
    _EVENTS: _SALES_OF_SPANS._replace(part="s.store_id, s.seq, s.workstation_id"),
}
_ALL = _Scope("store_id, NULL::date, s.workstation_id", "{join} WHERE s.store_id = $1")
_PAGE_OF = """{join} WHERE s.store_id = $1 AND ($2::uuid IS NULL OR s.sale_id > $2)
    AND s.sale_id <= $3"""
_RECEIPTS = _Scope("store_id, NULL::date, s.sale_id", _PAGE_OF)
_RECEIPTS_OF_DAY = _RECEIPTS._replace(rows=f"{_PAGE_OF} AND s.business_date = $4")

_HEADS = """
SELECT {part}, s.epoch_number, s.epoch_fingerprint, count(*), sum(s.change_minor)::bigint,
    sum(s.rounding_minor)::bigint, sum(s.points_earned)::bigint, sum(s.points_taken_back)::bigint,
    sum(s.points_given_back)::bigint
FROM sale AS s {rows} AND NOT s.training GROUP BY 1, 2, 3, 4, 5
"""
_OF_HEADS = (
    "transactions",
    "change_minor",
    "rounding_minor",
    "points_earned",
    "points_taken_back",
    "points_given_back",
)
"""Fields of the totals, in the columns' order; and of the lines."""
_LINES = """
SELECT {part}, count(*),
    coalesce(sum(l.amount_minor) FILTER (WHERE l.quantity_milli > 0), 0)::bigint,
    coalesce(-sum(l.amount_minor) FILTER (WHERE l.quantity_milli < 0), 0)::bigint,
    -sum(l.quantity_milli)::bigint, sum(l.discount_minor)::bigint
FROM sale AS s {rows} AND NOT s.training GROUP BY 1, 2, 3
"""
_OF_LINES = ("lines", "gross_minor", "refunds_minor", "stock_milli", "discounts_minor")
_TAXES = """
SELECT {part}, x.tax_class, x.tax_rate_bp, sum(x.net_minor)::bigint, sum(x.tax_minor)::bigint,
    coalesce(sum(x.tax_minor) FILTER (WHERE NOT x.tax_included), 0)::bigint
FROM sale AS s {rows} AND NOT s.training GROUP BY 1, 2, 3, 4, 5
"""
_TENDERS = """
SELECT {part}, t.tender_id, sum(t.amount_minor)::bigint, sum(t.points)::bigint,
    sum(t.tip_minor)::bigint
FROM sale AS s {rows} AND NOT s.training GROUP BY 1, 2, 3, 4
"""
_TILLS = """
SELECT {part}, sum(s.float_minor)::bigint,
    coalesce(sum(s.expected_cash_minor), 0)::bigint, coalesce(sum(s.counted_cash_minor), 0)::bigint
FROM till_session AS s {rows} GROUP BY 1, 2, 3
"""
# A till is opened at one place of a journal and counted at another.
_TILLS_OF_SPANS = _TILLS.replace(
    "FROM till_session AS s",
    """FROM (
    SELECT t.store_id, business_date, t.workstation_id, float_minor, 0 AS expected_cash_minor,
        0 AS counted_cash_minor, t.epoch_number, t.epoch_fingerprint, t.seq,
        till_session_id AS event_id, home.fact_id IS NOT NULL AS is_home
    FROM till_session AS t LEFT JOIN recovered_fact AS home ON home.store_id = t.store_id
        AND home.kind = 'till_session_opened' AND home.fact_id = t.till_session_id
    UNION ALL
    SELECT t.store_id, business_date, t.workstation_id, 0, expected_cash_minor, counted_cash_minor,
        settled_epoch_number, settled_epoch_fingerprint, settled_seq, settled_id,
        home.fact_id IS NOT NULL
    FROM till_session AS t LEFT JOIN recovered_fact AS home ON home.store_id = t.store_id
        AND home.kind = 'till_session_settled' AND home.fact_id = t.till_session_id
) AS s""",
)
_OTHER_STOCK = """
SELECT {part}, coalesce(sum(s.quantity_milli), 0)::bigint
FROM stock_movement AS s {rows} GROUP BY 1, 2
"""
_OTHER_STOCK_OF_SPANS = _OTHER_STOCK.replace(
    "FROM stock_movement AS s",
    """FROM (
    SELECT m.store_id, business_date, quantity_milli, m.epoch_number, m.epoch_fingerprint, m.seq,
        event_id, home.fact_id IS NOT NULL AS is_home
    FROM stock_movement AS m LEFT JOIN recovered_fact AS home ON home.store_id = m.store_id
        AND home.kind IN ('stock_moved', 'stock_transferred') AND home.fact_id = m.event_id
) AS s""",
)
_OTHER_CASH = """
SELECT {part},
    coalesce(sum(s.till_minor) FILTER (
        WHERE s.kind IN ('loan', 'pickup', 'paid_in', 'paid_out')), 0)::bigint,
    coalesce(sum(s.safe_minor) FILTER (WHERE s.kind = 'safe_count'), 0)::bigint,
    -coalesce(sum(s.safe_minor) FILTER (WHERE s.kind = 'deposit'), 0)::bigint
FROM cash_moved AS s {rows}
    AND s.kind IN ('loan', 'pickup', 'paid_in', 'paid_out', 'safe_count', 'deposit') GROUP BY 1, 2
"""
_OF_CASH = ("cash_moved_minor", "safe_over_short_minor", "deposited_minor")
_OTHER_CASH_OF_SPANS = _OTHER_CASH.replace(
    "FROM cash_moved AS s",
    """FROM (
    SELECT m.store_id, business_date, m.kind, till_minor, safe_minor, m.epoch_number,
        m.epoch_fingerprint, m.seq, event_id, home.fact_id IS NOT NULL AS is_home
    FROM cash_moved AS m LEFT JOIN recovered_fact AS home ON home.store_id = m.store_id
        AND home.kind IN ('till_moved', 'safe_counted', 'cash_deposited')
        AND home.fact_id = m.event_id
) AS s""",
)
_COUNTS = """
SELECT {part}, s.tender_id, sum(s.expected_minor)::bigint, sum(s.counted_minor)::bigint
FROM till_tender AS s {rows} GROUP BY 1, 2, 3, 4
"""
_COUNTS_OF_SPANS = _COUNTS.replace(
    "FROM till_tender AS s",
    """FROM (
    SELECT t.*, home.fact_id IS NOT NULL AS is_home
    FROM till_tender AS t LEFT JOIN recovered_fact AS home ON home.store_id = t.store_id
        AND home.kind = 'till_session_settled' AND home.fact_id = t.till_session_id
) AS s""",
)
_PAGE = """
SELECT s.sale_id, s.receipt_number, s.business_date FROM sale AS s
WHERE s.store_id = $1 AND ($2::uuid IS NULL OR s.sale_id > $2) AND NOT s.training
    {day} ORDER BY s.sale_id LIMIT $3
"""


def _statement(text: str, scope: _Scope, table: str = "") -> str:
    join = f"JOIN {table} USING (store_id, business_date, sale_id)" if table else ""
    return text.format(part=scope.part, rows=scope.rows.format(join=join))


class _Statements:
    """The statements of one scope."""

    def __init__(self, scope: _Scope) -> None:
        sales = _SALES_OF.get(scope, scope)
        self.heads = _statement(_HEADS, sales)
        self.lines = _statement(_LINES, sales, "sale_line AS l")
        self.taxes = _statement(_TAXES, sales, "sale_tax AS x")
        self.tenders = _statement(_TENDERS, sales, "sale_tender AS t")
        tills = _TILLS_OF_SPANS if scope in _SALES_OF else _TILLS
        self.tills = _statement(tills, scope)
        counts = _COUNTS_OF_SPANS if scope in _SALES_OF else _COUNTS
        self.counts = _statement(counts, scope)
        by_store = scope.part.rpartition(", ")[0]
        stock = _OTHER_STOCK_OF_SPANS if scope in _SALES_OF else _OTHER_STOCK
        self.other_stock = _statement(stock, scope._replace(part=by_store))
        cash = _OTHER_CASH_OF_SPANS if scope in _SALES_OF else _OTHER_CASH
        self.other_cash = _statement(cash, scope._replace(part=by_store))


_SCOPES = (_A_DAY, _DAYS, _SPANS, _EVENTS, _ALL, _RECEIPTS, _RECEIPTS_OF_DAY)
_OF = {scope: _Statements(scope) for scope in _SCOPES}


class StoreAccount(NamedTuple):
    """``store``: the workstations' sum, with the stock and the cash that moved without a receipt.
    ``epochs``: that brought receipts."""

    store: Totals
    workstations: tuple[WorkstationTotals, ...]
    epochs: frozenset[Epoch] = frozenset()


NOTHING = StoreAccount(ZERO, ())


class Span(NamedTuple):
    """What of a day was written in an epoch from one sequence through another and arrived in its
    own stream, or ``in_any_way``; or one event that came home, ``came_home`` its id. ``part``:
    whoever asks says what it belongs to."""

    day: StoreDay
    epoch: Epoch
    first_seq: int
    last_seq: int
    part: int
    came_home: UUID | None = None
    in_any_way: bool = False


async def store_accounts(
    db: AsyncConnection, asked: Sequence[StoreDay]
) -> Mapping[StoreDay, StoreAccount]:
    """Days, each counted once for the store and its workstations (by their ids; only those that
    sold or opened a till)."""
    if not asked:
        return {}
    # Of one day PostgreSQL knows how many rows it has, and how to put them together.
    scope, values = (_A_DAY, asked[0]) if len(asked) == 1 else (_DAYS, columns(asked))
    found = await _accounts(db, scope, values)
    return {day: found.get((day.store_id, day.business_date), NOTHING) for day in asked}


async def span_accounts(db: AsyncConnection, asked: Sequence[Span]) -> Mapping[int, StoreAccount]:
    """What was written within spans of journals, by the spans' ``part``: those of one part add up,
    and must not overlap. Parts without anything are absent."""
    return await _by_part(db, _SPANS, asked)


async def event_accounts(db: AsyncConnection, span: Span) -> Mapping[int, StoreAccount]:
    """What each event of a span comes to, by its sequence; those without figures are absent."""
    return await _by_part(db, _EVENTS, [span])


async def _by_part(
    db: AsyncConnection, scope: _Scope, asked: Sequence[Span]
) -> Mapping[int, StoreAccount]:
    if not asked:
        return {}
    rows = [(*one.day, *name_of(one.epoch), *one[2:]) for one in asked]
    found = await _accounts(db, scope, [list(column) for column in zip(*rows, strict=True)])
    return {part: account for (_, part), account in found.items() if isinstance(part, int)}


async def store_account(
    db: AsyncConnection, store_id: StoreId, business_date: date | None
) -> StoreAccount:
    """A day, or everything, as ``store_accounts`` counts it."""
    if business_date is not None:
        day = StoreDay(store_id, business_date)
        return (await store_accounts(db, [day]))[day]
    return (await _accounts(db, _ALL, (store_id,))).get((plain_uuid(store_id), None), NOTHING)


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
    connection = await driver_of(db)
    count = min(limit, RECEIPTS_MAX)
    day = () if business_date is None else (business_date,)
    paged = _PAGE.format(day="AND s.business_date = $4" if day else "")
    page = await connection.fetch(paged, store_id, after, count, *day)
    if not page:
        return ()
    scope = _RECEIPTS_OF_DAY if day else _RECEIPTS
    values = (store_id, after, page[-1]["sale_id"], *day)
    tallies, _ = await _add_sales(connection, _OF[scope], values)
    by_sale = {part: tally for (_, _, part), tally in tallies.items()}
    return tuple(
        Receipt(number, plain_uuid(sale_id), on, by_sale[sale_id].totals())
        for sale_id, number, on in page
    )


async def _accounts(
    db: AsyncConnection, scope: _Scope, values: Sequence[Any]
) -> Mapping[_Key, StoreAccount]:
    connection, statements = await driver_of(db), _OF[scope]
    tallies, epochs = await _add_sales(connection, statements, values)
    for *part, floats, expected, counted in await connection.fetch(statements.tills, *values):
        tallies[_part(part)].sums.update(
            float_minor=floats,
            expected_cash_minor=expected,
            counted_cash_minor=counted,
            over_short_minor=counted - expected,
        )
    for *part, tender_id, expected, counted in await connection.fetch(statements.counts, *values):
        tallies[_part(part)].add_count(tender_id, expected, counted)
    wholes: defaultdict[_Key, Tally] = defaultdict(Tally)
    parts: defaultdict[_Key, list[WorkstationTotals]] = defaultdict(list)
    for part_ in sorted(tallies, key=lambda one: str(one[2])):
        totals, day = tallies[part_].totals(), part_[:2]
        parts[day].append(WorkstationTotals(WorkstationId(str(part_[2])), totals))
        wholes[day].add_totals(totals)
    for store_id, on, moved in await connection.fetch(statements.other_stock, *values):
        wholes[plain_uuid(store_id), on].sums["stock_milli"] += moved
    for store_id, on, *moved in await connection.fetch(statements.other_cash, *values):
        sums = wholes[plain_uuid(store_id), on].sums
        for field, amount in zip(_OF_CASH, moved, strict=True):
            sums[field] += amount
    return {
        day: StoreAccount(whole.totals(), tuple(parts[day]), frozenset(epochs[day]))
        for day, whole in wholes.items()
    }


async def _add_sales(
    connection: Any, statements: _Statements, values: Sequence[Any]
) -> tuple[Tallies, Mapping[_Key, set[Epoch]]]:
    """What the receipts in scope add up to, by part, and which epochs brought them."""
    tallies = Tallies(Tally)
    epochs: defaultdict[_Key, set[Epoch]] = defaultdict(set)
    for row in await connection.fetch(statements.heads, *values):
        key = _part(row[:3])
        epochs[key[:2]].add(Epoch(row[3], row[4]))
        for name, amount in zip(_OF_HEADS, row[5:], strict=True):
            tallies[key].sums[name] += amount
    for row in await connection.fetch(statements.lines, *values):
        tallies[_part(row[:3])].sums.update(zip(_OF_LINES, row[3:], strict=True))
    for *part, tax_class, rate_bp, net, tax, added in await connection.fetch(
        statements.taxes, *values
    ):
        tally = tallies[_part(part)]
        tally.add_tax(tax_class, rate_bp, net, tax)
        tally.sums["tax_added_minor"] += added
    for *part, tender, amount, points, tips in await connection.fetch(statements.tenders, *values):
        tally = tallies[_part(part)]
        tally.add_tender(tender, amount)
        tally.sums["points_spent"] += points
        tally.sums["tips_minor"] += tips
    return tallies, epochs


def _part(columns_: Sequence[Any]) -> Part:
    store_id, business_date, name = columns_
    return plain_uuid(store_id), business_date, name
