"""How the rows that a golden fact makes at head office are told."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from tests.golden import examples as golden

DAY = golden.DAY

Row: TypeAlias = dict[str, Any]
"""Columns that are looked at."""


class Projected(NamedTuple):
    """What a golden fact of a kind changes: every table, every row that is new or different, of
    figures of the day those that are not zero. ``after``: kinds that must have come before it."""

    rows: Mapping[str, list[Row]]
    after: tuple[str, ...] = ()


def figures(amounts: Mapping[str, int]) -> list[Row]:
    """Of DAY."""
    return [
        {"business_date": DAY, "figure": name, "amount": amount} for name, amount in amounts.items()
    ]
