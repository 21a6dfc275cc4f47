"""Row changes into PostgreSQL as sets: one COPY or one ``unnest`` statement per table.

Facts' own rows are new and go by COPY. Sums are added, fields kept if newer, in the order of their
keys, so that two stores that meet in company-wide rows wait for each other instead of locking each
other out. Whoever writes customers holds the company's row first: their whole records are read back
and published, and two of them at once would each publish without the other's change.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from central.projections.rows import (
    AnyRow,
    CountedFact,
    CustomerField,
    GrantGiven,
    PointsMove,
    PointsSpend,
    RowChanges,
    Sale,
    SaleLine,
    SaleTax,
    SaleTender,
    StockMovement,
    StoreAlarm,
)
from central.projections.stock_counts import write_counts
from central.projections.unwritable import Unwritable
from sync.protocol.identity import CustomerId

LOCK_COMPANY = "SELECT FROM company WHERE company_id = $1 FOR NO KEY UPDATE"

ADD_DAY_FIGURES = """
INSERT INTO day_total AS held (store_id, business_date, figure, amount)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[])
ON CONFLICT (store_id, business_date, figure)
DO UPDATE SET amount = held.amount + excluded.amount
"""

# A closing that a reopening follows is none, whichever of them is applied first.
MERGE_DAYS = """
INSERT INTO business_day AS held (store_id, business_date, epoch_number, epoch_fingerprint,
    opened_seq, closed_seq, manifest, reopened_seq)
SELECT * FROM unnest($1::uuid[], $2::date[], $3::int[], $4::bytea[], $5::bigint[], $6::bigint[],
    $7::bytea[], $8::bigint[])
ON CONFLICT (store_id, business_date, epoch_number, epoch_fingerprint) DO UPDATE SET
    opened_seq = least(held.opened_seq, excluded.opened_seq),
    reopened_seq = greatest(held.reopened_seq, excluded.reopened_seq),
    (closed_seq, manifest) = (
        SELECT CASE WHEN seq > reopened THEN seq END, CASE WHEN seq > reopened THEN said END
        FROM (SELECT greatest(held.closed_seq, excluded.closed_seq) AS seq,
            CASE WHEN excluded.closed_seq > coalesce(held.closed_seq, 0)
                THEN excluded.manifest ELSE held.manifest END AS said,
            coalesce(greatest(held.reopened_seq, excluded.reopened_seq), 0) AS reopened) AS last)
"""

OPEN_TILLS = """
INSERT INTO till_session (store_id, till_session_id, till_id, workstation_id, operator_id,
    business_date, float_minor, moved_minor)
SELECT *, 0 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[],
    $7::bigint[])
"""

MOVE_TILLS = """
UPDATE till_session AS held SET moved_minor = held.moved_minor + moved.amount
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS moved (store_id, till_session_id, amount)
WHERE held.store_id = moved.store_id AND held.till_session_id = moved.till_session_id
"""

SETTLE_TILLS = """
UPDATE till_session AS held
SET expected_cash_minor = settled.expected, counted_cash_minor = settled.counted
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])
    AS settled (store_id, till_session_id, expected, counted)
WHERE held.store_id = settled.store_id AND held.till_session_id = settled.till_session_id
"""

ADD_ON_HAND = """
INSERT INTO stock_level AS held (store_id, item_id, on_hand_milli)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])
ON CONFLICT (store_id, item_id)
DO UPDATE SET on_hand_milli = held.on_hand_milli + excluded.on_hand_milli
"""

ADD_POINTS = """
INSERT INTO points_account AS held (company_id, customer_id, opening, earned, spent, taken_back,
    granted)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::bigint[], $7::bigint[])
ON CONFLICT (company_id, customer_id) DO UPDATE SET
    opening = held.opening + excluded.opening,
    earned = held.earned + excluded.earned,
    spent = held.spent + excluded.spent,
    taken_back = held.taken_back + excluded.taken_back,
    granted = held.granted + excluded.granted
"""

# The order of sync.protocol.conflict: clock, source, content, bytewise.
MERGE_CUSTOMERS = """
INSERT INTO customer_field AS held (company_id, customer_id, field, hlc, source, value, sealed)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::uuid[], $6::text[],
    $7::bytea[])
ON CONFLICT (company_id, customer_id, field) DO UPDATE SET
    hlc = excluded.hlc, source = excluded.source, value = excluded.value, sealed = excluded.sealed
WHERE (excluded.hlc, excluded.source, coalesce(excluded.sealed, ''),
        coalesce(excluded.value, '') COLLATE "C")
    > (held.hlc, held.source, coalesce(held.sealed, ''), coalesce(held.value, '') COLLATE "C")
RETURNING customer_id
"""

WRITE_OFF = """
INSERT INTO written_off AS held (store_id, epoch_number, epoch_fingerprint, through, reason,
    decided_by)
SELECT * FROM unnest($1::uuid[], $2::int[], $3::bytea[], $4::bigint[], $5::text[], $6::text[])
ON CONFLICT (store_id, epoch_number, epoch_fingerprint) DO UPDATE SET
    through = excluded.through, reason = excluded.reason, decided_by = excluded.decided_by
WHERE excluded.through >= held.through
"""

CLEAR_ALARMS = """
INSERT INTO alarm_clearing (store_id, alarm_id, cleared_by, reason)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
ON CONFLICT (store_id, alarm_id) DO NOTHING
"""

UNSETTLE_DAYS = """
INSERT INTO day_standing AS held (store_id, business_date)
SELECT * FROM unnest($1::uuid[], $2::date[])
ON CONFLICT (store_id, business_date) DO UPDATE SET settled_at_ms = NULL
WHERE held.settled_at_ms IS NOT NULL
"""

_REFUSED_BY_DATABASE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]


SALE = _Table("sale", Sale._fields)
SALE_LINE = _Table("sale_line", SaleLine._fields)
SALE_TAX = _Table("sale_tax", SaleTax._fields)
SALE_TENDER = _Table("sale_tender", SaleTender._fields)
STOCK_MOVEMENT = _Table("stock_movement", StockMovement._fields)
POINTS_MOVE = _Table("points_move", PointsMove._fields)
POINTS_SPEND = _Table("points_spend", PointsSpend._fields)
GRANT_GIVEN = _Table("grant_given", GrantGiven._fields)
COUNTED_FACT = _Table("counted_fact", CountedFact._fields)
STORE_ALARM = _Table("store_alarm", StoreAlarm._fields)


async def write_changes(connection: Any, changes: RowChanges) -> frozenset[CustomerId]:
    """Keep the changes within the asyncpg connection's unit of work; customers that changed.

    Raises Unwritable, and then nothing of ``changes`` stays: a savepoint is around them.
    """
    try:
        async with connection.transaction():
            return await _write(connection, changes)
    except _REFUSED_BY_DATABASE as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error
    except (asyncpg.InterfaceError, OverflowError) as error:
        if isinstance(error, ValueError | OverflowError):  # a value that asyncpg cannot encode
            raise Unwritable(f"{type(error).__name__}: {error}") from error
        raise


async def _write(connection: Any, changes: RowChanges) -> frozenset[CustomerId]:
    for company_id in sorted({field.company_id for field in changes.customer_fields}):
        await connection.execute(LOCK_COMPANY, company_id)
    await _copy(connection, SALE, changes.sales)
    await _copy(connection, SALE_LINE, changes.lines)
    await _copy(connection, SALE_TAX, changes.taxes)
    await _copy(connection, SALE_TENDER, changes.tenders)
    await _copy(connection, STOCK_MOVEMENT, changes.stock_movements)
    await _copy(connection, POINTS_MOVE, changes.points_moves)
    await _copy(connection, POINTS_SPEND, changes.points_spends)
    await _copy(connection, GRANT_GIVEN, changes.grants)
    await _copy(connection, COUNTED_FACT, changes.facts)
    await _copy(connection, STORE_ALARM, changes.alarms)
    await _put(connection, OPEN_TILLS, changes.tills_opened)
    await _put(connection, MOVE_TILLS, changes.tills_moved)
    await _put(connection, SETTLE_TILLS, changes.tills_settled)
    await _put(connection, MERGE_DAYS, changes.days)
    await _put(connection, WRITE_OFF, changes.written_off)
    await _put(connection, ADD_DAY_FIGURES, changes.day_figures)
    touched = sorted({row[:2] for row in (*changes.day_figures, *changes.days)})
    if touched:
        await connection.execute(UNSETTLE_DAYS, *zip(*touched, strict=True))
    await _put(connection, ADD_ON_HAND, changes.on_hand)
    await _put(connection, ADD_POINTS, changes.points)
    await write_counts(connection, changes)
    await _put(connection, CLEAR_ALARMS, changes.clearings)
    return await _merge_customers(connection, changes.customer_fields)


async def _copy(connection: Any, table: _Table, rows: Sequence[AnyRow]) -> None:
    if rows:
        await connection.copy_records_to_table(table.name, records=rows, columns=table.columns)


async def _put(connection: Any, statement: str, rows: Sequence[AnyRow]) -> None:
    if rows:
        await connection.execute(statement, *zip(*rows, strict=True))


async def _merge_customers(
    connection: Any, fields: Sequence[CustomerField]
) -> frozenset[CustomerId]:
    if not fields:
        return frozenset()
    changed = await connection.fetch(MERGE_CUSTOMERS, *zip(*fields, strict=True))
    return frozenset(CustomerId(UUID(bytes=row["customer_id"].bytes)) for row in changed)
