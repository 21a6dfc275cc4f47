"""Rows that count no more out of PostgreSQL, by what their projections say of themselves
(``taking_back``)."""

from collections.abc import Sequence
from typing import Any

from central.db.projected import PROJECTED
from central.projections.columns import by_column, given
from central.projections.projection import ENTRIES, Projection, Sum
from central.projections.row_changes import RowChanges
from central.projections.rows import OF_COMPANIES, PROJECTIONS, WHOLE
from central.projections.taking_back import Anew, made_anew, taken_away

# Of a day that nothing is known of any more nobody asks whether it is proven.
FORGET_DAYS = """
DELETE FROM day_standing AS held USING unnest($1::uuid[], $2::date[]) AS gone (store_id, day)
WHERE held.store_id = gone.store_id AND held.business_date = gone.day
    AND NOT EXISTS (SELECT FROM day_total AS d
        WHERE d.store_id = held.store_id AND d.business_date = held.business_date)
    AND NOT EXISTS (SELECT FROM business_day AS d
        WHERE d.store_id = held.store_id AND d.business_date = held.business_date)
"""


def _same(columns: Sequence[str]) -> str:
    return " AND ".join(f"held.{column} = gone.{column}" for column in columns)


def _delete(table: str, columns: Sequence[str], only: str = "") -> str:
    return (
        f"DELETE FROM {table} AS held USING unnest({given(table, columns)})"  # noqa: S608 - our names
        f" AS gone ({', '.join(columns)}) WHERE {_same(columns)}{only}"
    )


def _subtract(one: Projection) -> str:
    columns, keys = one.columns, one.columns[: one.key]
    less = ", ".join(f"{column} = held.{column} - gone.{column}" for column in columns[one.key :])
    return (
        f"UPDATE {one.table} AS held SET {less}"  # noqa: S608 - our names
        f" FROM unnest({given(one.table, columns)}) AS gone ({', '.join(columns)})"
        f" WHERE {_same(keys)}"
    )


def _primary_key(one: Projection) -> tuple[str, ...]:
    """With the day, where the table's key leads with it."""
    return tuple(PROJECTED[one.table].primary_key.columns.keys())


_SUMS = tuple(one for one in PROJECTIONS if isinstance(one.merge, Sum))
_SUBTRACT = {one.row: _subtract(one) for one in _SUMS}
_EMPTY = {
    one.row: _delete(one.table, one.columns[: one.key], f" AND held.{ENTRIES} = 0")
    for one in _SUMS
    if not one.part
}
_NEW = {one.row: _delete(one.table, _primary_key(one)) for one in WHOLE if one.row not in _SUBTRACT}
_ANEW = {one.table: _delete(one.table, one.columns[: one.key]) for one in WHOLE}
_HOLD = {
    one.table: (
        f"SELECT FROM {one.table} AS held"
        f" JOIN unnest({given(one.table, one.columns[: one.key])})"
        f" AS gone ({', '.join(one.columns[: one.key])}) ON {_same(one.columns[: one.key])}"
        " FOR UPDATE OF held"
    )
    for one in WHOLE
}
_IN_TURN = (*(one for one in PROJECTIONS if one not in OF_COMPANIES), *OF_COMPANIES)
"""What belongs to a company comes last, as it does where rows are written."""


async def hold_rows(connection: Any, anew: Anew) -> None:
    """Nobody else changes these rows until the unit of work ends."""
    for table, keys in anew.items():
        await connection.execute(_HOLD[table], *by_column(sorted(keys)))


async def take_back(connection: Any, gone: RowChanges) -> None:
    """Delete, subtract, or clear for what is put anew."""
    for one in _IN_TURN:
        rows = taken_away(gone, one)
        if not rows:
            continue
        if one.row in _SUBTRACT:
            await connection.execute(_SUBTRACT[one.row], *by_column(rows))
            if one.row in _EMPTY:
                keys = by_column(row[: one.key] for row in rows)
                await connection.execute(_EMPTY[one.row], *keys)
        else:
            key = _primary_key(one)
            named = ([getattr(row, column) for column in key] for row in rows)
            await connection.execute(_NEW[one.row], *by_column(named))
    for table, anew in made_anew(gone).items():
        await connection.execute(_ANEW[table], *by_column(sorted(anew)))
