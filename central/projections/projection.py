"""What a projection is, said once. Whoever collects its rows (``fold``), writes them (``write``),
makes them anew, holds them against the journals or keeps them in memory reads that, and knows no
projection by its name.

A projection is a table made from facts and decisions. A row's first ``key`` columns are its key,
the first of all is its owner: a store, or the company. What becomes of a row whose key is there is
its merge; each merges in any order to the same rows, so that events may come in any sets.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, assert_never

Row: TypeAlias = Any
"""A NamedTuple with the columns of a table, in their order."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


class New(NamedTuple):
    """Every key is new: one that is taken refuses the whole set."""


class Sum(NamedTuple):
    """What stands behind the key is added."""


class Oldest(NamedTuple):
    """The row whose columns ``by`` are lesser holds: of all the one of the lowest place."""

    by: tuple[str, ...]


class Replace(NamedTuple):
    """The row that came last holds."""


class Newest(NamedTuple):
    """The row whose columns ``by`` are greater holds, bytewise, with nothing before anything. Of
    two alike the one that came first, or with ``ties_to_later`` the other."""

    by: tuple[str, ...]
    ties_to_later: bool = False


class Special(NamedTuple):
    """A rule that is none of these, as a function of the row held and the new one, and as the SET
    of an upsert (``held``, ``excluded``)."""

    merged: Callable[[Row, Row], Row]
    sql: str


Merge: TypeAlias = New | Sum | Oldest | Replace | Newest | Special
NEW, SUM, REPLACE = New(), Sum(), Replace()
ENTRIES = "entries"
"""The last column of a sum: how often something was put into it. What stands in none is gone."""


class Projection(NamedTuple):
    """``row``: its class. ``part``: it changes columns of rows that are there, and makes none.
    ``many``: about as many as there are receipts; held against the journal page by page, by their
    second column. ``unverified``: columns that no fold gives, and why. ``kinds``: of the facts and
    decisions that it is made of, where what counts no more cannot be taken away from what stands
    (``taking_back``)."""

    table: str
    row: type[Row]
    key: int
    merge: Merge = NEW
    part: bool = False
    many: bool = False
    unverified: Mapping[str, str] = _NOTHING
    kinds: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Of its row, the key first."""
        fields: tuple[str, ...] = self.row._fields
        return fields

    @property
    def owner(self) -> str:
        """The column that says whose rows they are."""
        return self.columns[0]

    def merged(self, held: Row, row: Row) -> Row:
        """What stands after ``row`` met the row of its key."""
        match self.merge:
            case Sum():
                key = self.key
                sums = map(int.__add__, held[key:], row[key:])
                return self.row._make((*row[:key], *sums))
            case Replace():
                return row
            case Oldest(by):
                return row if _rank(row, by) < _rank(held, by) else held
            case Newest(by, ties_to_later):
                ours, theirs = _rank(held, by), _rank(row, by)
                return row if theirs > ours or (ties_to_later and theirs == ours) else held
            case Special(merged):
                return merged(held, row)
            case New():
                raise ValueError(f"{self.table}: {row[: self.key]} is there twice")
            case _ as never:
                assert_never(never)

    def onto(self, held: Row, part: Row) -> Row:
        """The whole row after a part of it: only the part's columns change."""
        before = self.row._make(getattr(held, column) for column in self.columns)
        return held._replace(**self.merged(before, part)._asdict())


def _rank(row: Row, by: tuple[str, ...]) -> tuple[Any, ...]:
    values = (getattr(row, column) for column in by)
    return tuple((value is not None, value) for value in values)
