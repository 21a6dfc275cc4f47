"""What a set of events or decisions changes: rows by their class."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from central.projections.projection import Row

R = TypeVar("R")


class RowChanges:
    """Rows that merge occur once a key and in its order, so that writers meet company-wide rows in
    one order; new ones as they came."""

    def __init__(self, rows: Mapping[type[Row], Sequence[Row]]) -> None:
        self._rows = {kind: tuple(some) for kind, some in rows.items() if some}

    @classmethod
    def of(cls, *rows: Row) -> "RowChanges":
        """These rows."""
        by_kind: defaultdict[type[Row], list[Row]] = defaultdict(list)
        for row in rows:
            by_kind[type(row)].append(row)
        return cls(by_kind)

    def __getitem__(self, kind: type[R]) -> tuple[R, ...]:
        return self._rows.get(kind, ())

    def __iter__(self) -> Iterator[type[Row]]:
        """The classes of its rows."""
        return iter(self._rows)

    def __bool__(self) -> bool:
        return bool(self._rows)
