"""Where the rows of a projection differ from those that the logs give: pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from central.projections.projection import Projection, Row
from central.projections.row_changes import RowChanges
from central.projections.rows import PARTS


class RowDifference(NamedTuple):
    """``said``: in words; ``key``: the row's."""

    key: tuple[Any, ...]
    said: str


def whole_rows(projection: Projection, changes: RowChanges) -> tuple[Row, ...]:
    """The table's rows where it held none before these changes."""
    key = projection.key
    rows = {row[:key]: row for row in changes[projection.row]}
    for part in PARTS[projection.table]:
        for row in changes[part.row]:
            if row[:key] in rows:
                rows[row[:key]] = part.onto(rows[row[:key]], row)
    return tuple(rows.values())


def compare_rows(
    table: str,
    columns: Sequence[str],
    key_width: int,
    here: Iterable[tuple[Any, ...]],
    by_journal: Iterable[tuple[Any, ...]],
) -> tuple[RowDifference, ...]:
    """Rows that are missing, too many, or differ, by their key (the first columns)."""
    ours = {row[:key_width]: row for row in map(tuple, here)}
    theirs = {row[:key_width]: row for row in map(tuple, by_journal)}
    found = []
    for key in sorted({*ours, *theirs}, key=repr):
        if key not in ours:
            found.append(RowDifference(key, f"{table} has no row {_name(key)}"))
        elif key not in theirs:
            found.append(RowDifference(key, f"{table} has a row {_name(key)} too many"))
        elif ours[key] != theirs[key]:
            differing = _columns(columns, ours[key], theirs[key])
            found.append(RowDifference(key, f"{table} {_name(key)}: {differing}"))
    return tuple(found)


def _columns(columns: Sequence[str], ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> str:
    return ", ".join(
        f"{column} is {left}, by the journal {right}"
        for column, left, right in zip(columns, ours, theirs, strict=True)
        if left != right
    )


def _name(key: tuple[Any, ...]) -> str:
    """Without the id that leads every key."""
    parts = (part.hex() if isinstance(part, bytes) else str(part) for part in key[1:])
    return " ".join(parts)
