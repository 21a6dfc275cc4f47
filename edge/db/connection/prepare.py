"""Statements of SQLModel tables for the hot path: compiled once, run on the connection itself.

``prepare`` keeps what SQLAlchemy would do for each execution out of the writer's thread, and
refuses at once, when the module is imported, every statement that would silently mean something
else without it: values that need converting, ``IN`` lists, defaults made in Python.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ClauseElement
from sqlalchemy.types import TypeEngine

_DIALECT = sqlite.dialect()
_NOTHING: Mapping[str, Any] = {}


class NotPreparable(ValueError):
    """The statement would mean something else when it is run without SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """``db.execute(prepared.sql, prepared.bind(...))``. Rows come as SQLite has them.

    ``order`` names the parameter of each question mark, ``fixed`` the values that stand in the
    statement itself, ``names`` all that must have a value.
    """

    sql: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]
    names: frozenset[str]

    def bind(self, values: Mapping[str, Any] = _NOTHING, /, **named: Any) -> tuple[Any, ...]:
        """The values in the order of the question marks. Raises TypeError if a name has none,
        or a value has no place."""
        given = {**self.fixed, **values, **named}
        if given.keys() != self.names:
            missing = sorted(self.names - given.keys())
            unknown = sorted(given.keys() - self.names)
            raise TypeError(f"no value for {missing}, no place for {unknown}: {self.sql}")
        return tuple([given[name] for name in self.order])

    def hold_against(self, db: sqlite3.Connection) -> None:
        """Raise sqlite3.Error if the schema of ``db`` lacks what the statement names."""
        db.execute(f"EXPLAIN {self.sql}", tuple(None for _ in self.order)).fetchall()


def prepare(statement: ClauseElement) -> Prepared:
    """Compile ``statement`` for SQLite. Raises NotPreparable, which says what to do instead.

    Booleans go in and come out as 0 and 1.
    """
    compiled = statement.compile(dialect=_DIALECT)
    if not isinstance(compiled, SQLCompiler):
        raise NotPreparable(f"only queries and changes of rows can be prepared, not {statement}")
    sql = str(compiled)
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise NotPreparable(f"IN is not expanded; use json_each(?) with a JSON text: {sql}")
    if compiled.insert_prefetch or compiled.update_prefetch:
        columns = [str(c) for c in (*compiled.insert_prefetch, *compiled.update_prefetch)]
        raise NotPreparable(f"the defaults of {columns} are made in Python; name them: {sql}")
    order = tuple(compiled.positiontup or ())
    binds: dict[str, BindParameter[Any]] = {name: compiled.binds[name] for name in order}
    _refuse_conversions(sql, {name: bind.type for name, bind in binds.items()}.items())
    results = getattr(statement, "exported_columns", None)
    if results is not None:
        _refuse_conversions(sql, [(name, column.type) for name, column in results.items()])
    fixed = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
    return Prepared(sql, order, fixed, frozenset(order))


def _refuse_conversions(sql: str, types: Iterable[tuple[str, TypeEngine[Any]]]) -> None:
    """A prepared statement skips the processors of both values and rows."""
    for name, kind in types:
        if isinstance(kind, Boolean):
            continue
        impl = kind.dialect_impl(_DIALECT)
        if impl.bind_processor(_DIALECT) or impl.result_processor(_DIALECT, None):
            raise NotPreparable(
                f"{name} is of type {kind!r}, which nobody converts here; store bytes, text or "
                f"an integer instead: {sql}"
            )
