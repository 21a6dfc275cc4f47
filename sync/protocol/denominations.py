"""Which notes and coins a currency has, and what a count of them comes to.

A store's denominations follow its currency. A currency that is not in the table is counted as a sum
alone. Notes that are still legal tender and no longer printed stand here: they lie in drawers.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec

from sync.protocol.bounds import Count, Minor

FACES_MAX = 40
"""Sorts of notes and coins in one count."""
DENOMINATIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "AUD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
        "CHF": (100_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
        "CNY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10),
        "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
        "GBP": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
        "HKD": (100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10),
        "INR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50),
        "JPY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1),
        "KRW": (50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10),
        "MYR": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 20, 10, 5),
        "NZD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10),
        "PHP": (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 100, 25, 5, 1),
        "SGD": (100_000, 10_000, 5_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
        "THB": (100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25),
        "USD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1),
        "VND": (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000),
    }
)
"""By ISO 4217 code, in minor units, the largest first."""


class Pieces(msgspec.Struct, frozen=True, array_like=True):
    """So many notes or coins of one face, which is in minor units."""

    face_minor: Minor
    count: Count


def denominations_of(currency: str) -> tuple[int, ...]:
    """In minor units, the largest first; none of a currency that is not known: SGD →
    (100000, 10000, …, 5)."""
    return DENOMINATIONS.get(currency, ())


def worth(pieces: Iterable[Pieces]) -> int:
    """What they come to, in minor units: two of 50.00 and three of 0.05 → 10015."""
    return sum(one.face_minor * one.count for one in pieces)
