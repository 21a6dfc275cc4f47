"""Pages of what a search found, best first: the limit is taken after the ranking.

A search is a list of tiers, each in an order of its own; a row stands where it is found first. Rows
of the word indexes are numbered so that their own order is that of the names' first letters, active
ones before others: so the best of a hundred thousand matches are read without reading them all.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby, islice

import msgspec

RANKED_MAX = 500
"""Matches whose names begin alike that are put in order by their whole names; more are not."""
LETTERS = 4
"""Bytes of a folded name in a row's number."""
INACTIVE = 1 << 62
LAST_TEXT = "\U0010ffff"
"""Behind it no text begins."""
_OWN_BITS = 30


def row_number(name_key: str, own: bytes, *, active: bool) -> int:
    """Where a name would stand: its activity, its first letters, 30 bits of its owner's id."""
    letters = int.from_bytes(name_key.encode()[:LETTERS].ljust(LETTERS, b"\0"), "big")
    bits = int.from_bytes(blake2b(own, digest_size=4).digest(), "big") >> (32 - _OWN_BITS)
    return (0 if active else INACTIVE) + (letters << _OWN_BITS) + bits


def free_number(db: sqlite3.Connection, taken: str, wanted: int) -> int:
    """``wanted``, or the next one that the statement ``taken`` finds nothing at."""
    while db.execute(taken, (wanted,)).fetchone() is not None:
        wanted += 1
    return wanted


def one_page(tiers: Iterable[Iterable[int]], limit: int, offset: int) -> list[int]:
    """Rows of the tiers, each once; a tier is asked only if those before it do not suffice."""
    return list(islice(_once(tiers), offset, offset + limit))


def _once(tiers: Iterable[Iterable[int]]) -> Iterator[int]:
    seen: set[int] = set()
    for tier in tiers:
        for number in tier:
            if number not in seen:
                seen.add(number)
                yield number


def numbers(db: sqlite3.Connection, statement: str, values: dict[str, str | int]) -> Iterator[int]:
    """The first column of what a statement finds, row by row, as they are wanted."""
    for row in db.execute(statement, values):
        yield row[0]


def in_name_order(
    db: sqlite3.Connection, matches: str, order: str, values: dict[str, str | int]
) -> Iterator[int]:
    """What ``matches`` finds by ascending number, in the order of names: those that begin alike
    stand together already, and are put in order by ``order`` (as below) as they are wanted."""
    found = numbers(db, matches, values)
    for _, alike in groupby(found, lambda number: number >> _OWN_BITS):
        first = list(islice(alike, RANKED_MAX + 1))
        if 1 < len(first) <= RANKED_MAX:
            first = [row[0] for row in db.execute(order, {"numbers": listed(first)})]
        yield from first
        yield from alike  # noqa: B031 - goes on where ``islice`` left off


def by_name(
    db: sqlite3.Connection, matches: str, order: str, values: dict[str, str | int]
) -> Iterator[int]:
    """What ``matches`` finds, in the order of ``order`` (which sorts the numbers of a JSON list by
    their names), or, where it is more than RANKED_MAX, in its own."""
    found = db.execute(matches, values)
    first = [row[0] for row in found.fetchmany(RANKED_MAX + 1)]
    if len(first) <= RANKED_MAX:
        first = [row[0] for row in db.execute(order, {"numbers": listed(first)})]
    yield from first
    for row in found:
        yield row[0]


def listed(numbers: list[int]) -> str:
    """As ``json_each`` reads them."""
    return msgspec.json.encode(numbers).decode()


def whole_words(words: Iterable[str]) -> str:
    """An FTS5 question for rows with all of ``words`` (as ``fold_words`` gives them)."""
    return " ".join(f'"{word}"' for word in words)


def beginnings(words: Iterable[str]) -> str:
    """An FTS5 question for rows with words that begin as ``words`` do."""
    return " ".join(f'"{word}"*' for word in words)
