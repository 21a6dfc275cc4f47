"""Row changes into PostgreSQL as sets: one COPY or one ``unnest`` statement per projection, made
from what the projection says of itself.

New rows go by COPY. Others meet what is there in the order of their keys, so that two stores that
meet in company-wide rows wait for each other instead of locking each other out; what belongs to a
company comes last. Whoever writes customers holds the company's row first: their whole records are
read back and published, and two of them at once would each publish without the other's change.
"""

from collections.abc import Sequence
from typing import Any, assert_never
from uuid import UUID

import asyncpg

from central.db.projected import PROJECTED
from central.projections.columns import by_column, given, type_of
from central.projections.projection import New, Newest, Oldest, Projection, Replace, Special, Sum
from central.projections.row_changes import RowChanges
from central.projections.rows import OF_COMPANIES, PROJECTIONS
from central.projections.rows.customer import CustomerField
from central.projections.rows.day import Day, DayFigure, GivenManifest
from central.projections.rows.escrow import RightAccount, RightReleased, RightSpend
from central.projections.rows.loyalty import BirthMonthTold, CustomerDay
from central.projections.stock_counts import sum_seen
from central.projections.take_back import FORGET_DAYS, take_back
from central.projections.taking_back import NOTHING_GONE
from central.projections.telling import OWE_TELLING, due_of
from central.projections.unwritable import Unwritable
from sync.protocol.escrow import RightKind
from sync.protocol.identity import CustomerId

OWE_SHARES = """
INSERT INTO share_due (company_id, kind, account_id)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]) ON CONFLICT DO NOTHING
"""

OWE_LOYALTY = """
INSERT INTO loyalty_due (company_id, customer_id)
SELECT company_id, customer_id FROM unnest($1::uuid[], $2::uuid[]) AS due (company_id, customer_id)
ORDER BY 1, 2
ON CONFLICT (company_id, customer_id) DO UPDATE SET customer_id = excluded.customer_id
"""
"""A mark that is there is held, too: whoever takes it away waits for what caused this one."""

LOCK_COMPANY = "SELECT FROM company WHERE company_id = $1 FOR NO KEY UPDATE"

UNSETTLE_DAYS = """
INSERT INTO day_standing AS held (store_id, business_date)
SELECT * FROM unnest($1::uuid[], $2::date[])
ON CONFLICT (store_id, business_date) DO UPDATE
SET settled_at_ms = NULL, as_signed = NULL, owed_minor = NULL, over_short_minor = NULL
WHERE held.settled_at_ms IS NOT NULL OR held.as_signed IS NOT NULL OR held.owed_minor IS NOT NULL
"""

ASKED = "asked"
ANSWERED_DAYS = """
UPDATE day_standing AS held SET is_asked = false
FROM unnest($1::uuid[], $2::date[]) AS answered (store_id, business_date)
WHERE held.store_id = answered.store_id AND held.business_date = answered.business_date
    AND held.is_asked
"""
"""The box gave the manifest that it was asked for."""

_REFUSED_BY_DATABASE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)

_TEXT = "VARCHAR"


def statement(projection: Projection) -> str | None:
    """The SQL that puts rows in, column by column; None: they are copied."""
    columns, keys = projection.columns, projection.columns[: projection.key]
    rows = given(projection.table, columns)
    if projection.part:
        same = " AND ".join(f"held.{key} = excluded.{key}" for key in keys)
        return (
            f"UPDATE {projection.table} AS held SET {_set(projection)}"  # noqa: S608 - our names
            f" FROM unnest({rows}) AS excluded ({', '.join(columns)}) WHERE {same}"
        )
    met = _on_conflict(projection)
    if met is None:
        return None
    return (
        f"INSERT INTO {projection.table} AS held ({', '.join(columns)})"  # noqa: S608 - our names
        f" SELECT * FROM unnest({rows}) ON CONFLICT ({', '.join(keys)}) DO {met}"
    )


def _on_conflict(projection: Projection) -> str | None:
    match projection.merge:
        case New():
            return None
        case Special(_, sql):
            return f"UPDATE SET {sql}"
        case Sum() | Replace():
            return f"UPDATE SET {_set(projection)}"
        case Newest(by, ties_to_later):
            new, held = (_rank(projection.table, row, by) for row in ("excluded", "held"))
            order = ">=" if ties_to_later else ">"
            return f"UPDATE SET {_set(projection)} WHERE ({new}) {order} ({held})"
        case Oldest(by):
            new, held = (_rank(projection.table, row, by) for row in ("excluded", "held"))
            return f"UPDATE SET {_set(projection)} WHERE ({new}) < ({held})"
        case _ as never:
            assert_never(never)


def _set(projection: Projection) -> str:
    added = isinstance(projection.merge, Sum)
    return ", ".join(
        f"{column} = held.{column} + excluded.{column}"
        if added
        else f"{column} = excluded.{column}"
        for column in projection.columns[projection.key :]
    )


def _rank(table: str, row: str, by: Sequence[str]) -> str:
    """Columns to compare rows by: bytewise, and nothing before anything."""
    ranks = []
    for column in by:
        found = PROJECTED[table].columns[column]
        value = f"{row}.{column}"
        if found.nullable:
            ranks.append(f"{value} IS NOT NULL")
            value = f"coalesce({value}, '')"
        ranks.append(f'{value} COLLATE "C"' if type_of(table, column) == _TEXT else value)
    return ", ".join(ranks)


_STATEMENTS = {projection.row: statement(projection) for projection in PROJECTIONS}
_OF_STORES = tuple(one for one in PROJECTIONS if one not in OF_COMPANIES)
_RETURN_CUSTOMERS = f"{_STATEMENTS[CustomerField]} RETURNING customer_id"


async def write_changes(
    connection: Any, changes: RowChanges, gone: RowChanges = NOTHING_GONE
) -> frozenset[CustomerId]:
    """Keep the changes within the asyncpg connection's unit of work, after what is ``gone`` was
    taken back; customers that changed.

    Raises Unwritable, and then nothing of ``changes`` stays: a savepoint is around them.
    """
    try:
        async with connection.transaction():
            if gone:
                await take_back(connection, gone)
            changed = await _write(connection, changes, gone)
            return changed.union(CustomerId(row.customer_id) for row in gone[CustomerField])
    except _REFUSED_BY_DATABASE as error:
        raise Unwritable(f"{type(error).__name__}: {error}") from error
    except (asyncpg.InterfaceError, OverflowError) as error:
        if isinstance(error, ValueError | OverflowError):  # a value that asyncpg cannot encode
            raise Unwritable(f"{type(error).__name__}: {error}") from error
        raise


async def _write(connection: Any, changes: RowChanges, gone: RowChanges) -> frozenset[CustomerId]:
    fields = changes[CustomerField]
    for company_id in sorted({field.company_id for field in fields}):
        await connection.execute(LOCK_COMPANY, company_id)
    for projection in _OF_STORES:
        await _put(connection, projection, changes)
    left = {row[:2] for row in (*gone[DayFigure], *gone[Day])}
    touched = {row[:2] for row in (*changes[DayFigure], *changes[Day])} | left
    touched |= {row[:2] for row in changes[GivenManifest]}
    answered = {row[:2] for row in changes[GivenManifest] if row.cause == ASKED}
    if answered:
        await connection.execute(ANSWERED_DAYS, *by_column(sorted(answered)))
    if touched:
        await connection.execute(UNSETTLE_DAYS, *by_column(sorted(touched)))
    if left:
        await connection.execute(FORGET_DAYS, *by_column(sorted(left)))
    await sum_seen(connection, changes, gone)
    for projection in OF_COMPANIES:
        if projection.row is not CustomerField:
            await _put(connection, projection, changes)
    await _owe_shares(connection, changes)
    await _owe_loyalty(connection, changes, gone)
    if told := due_of(changes, gone):
        await connection.execute(OWE_TELLING, *by_column(told))
    if not fields:
        return frozenset()
    changed = await connection.fetch(_RETURN_CUSTOMERS, *zip(*fields, strict=True))
    return frozenset(CustomerId(UUID(bytes=row["customer_id"].bytes)) for row in changed)


async def _owe_shares(connection: Any, changes: RowChanges) -> None:
    """Of these accounts something was spent or came back: the stores where their owners shop may
    get their shares anew (``usecases/grant``)."""
    moved = {(row.kind, row.account_id) for row in changes[RightReleased]}
    moved |= {(row.kind, row.account_id) for row in changes[RightSpend]}
    due = [row[:3] for row in changes[RightAccount] if row[1:3] in moved]
    if due:
        await connection.execute(OWE_SHARES, *by_column(due))


async def _owe_loyalty(connection: Any, changes: RowChanges, gone: RowChanges) -> None:
    """Of these customers a receipt came or went, they were entered, told a month, or points came
    back from a store
    (``usecases/loyalty``). After their accounts: who takes the marks holds those first."""
    due = {row[:2] for row in (*changes[CustomerDay], *gone[CustomerDay])}
    due |= {row[:2] for row in (*changes[CustomerField], *gone[CustomerField]) if row.made}
    due |= {row[:2] for row in (*changes[BirthMonthTold], *gone[BirthMonthTold])}
    released = {row.account_id for row in changes[RightReleased] if row.kind == RightKind.POINTS}
    due |= {
        (row.company_id, row.account_id)
        for row in changes[RightAccount]
        if row.kind == RightKind.POINTS and row.account_id in released
    }
    if due:
        await connection.execute(OWE_LOYALTY, *by_column(sorted(due)))


async def _put(connection: Any, projection: Projection, changes: RowChanges) -> None:
    rows, put = changes[projection.row], _STATEMENTS[projection.row]
    if rows and put is None:
        await connection.copy_records_to_table(
            projection.table, records=rows, columns=projection.columns
        )
    elif rows:
        await connection.execute(put, *zip(*rows, strict=True))
