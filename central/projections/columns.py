"""Columns of the projections' tables as PostgreSQL names their types."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import make_url

from central.db.projected import PROJECTED

_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


def type_of(table: str, column: str) -> str:
    """``BIGINT``."""
    return PROJECTED[table].columns[column].type.compile(dialect=_DIALECT)


def given(table: str, columns: Iterable[str]) -> str:
    """A statement's arguments, an array a column: ``$1::UUID[], $2::BIGINT[]``."""
    types = (type_of(table, column) for column in columns)
    return ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(types, 1))


def by_column(rows: Iterable[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    """Such arguments of these rows."""
    return tuple(zip(*rows, strict=True))
