"""Where the rows of a projection part from those that the logs give: pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class RowDifference(NamedTuple):
    """``said``: in words; ``key``: the row's."""

    key: tuple[Any, ...]
    said: str


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
            parted = _columns(columns, ours[key], theirs[key])
            found.append(RowDifference(key, f"{table} {_name(key)}: {parted}"))
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
