"""A feed's set as it was at one publication, in parts: what a box takes that is too far behind for
pages, and what it mends a set with that does not come out.

A part is the rows of a range of keys, in the order of their bytes; its name is the SHA-256 of what
it is, so a box that has these very rows knows that it need not ask for them, and a load goes on
after a cut with the part that it had come to.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from sync.protocol.bounds import Count, Text
from sync.protocol.change import Hash
from sync.protocol.codec import (
    FRAME_MAGIC,
    PAGE_UNFOLDED_BYTES_MAX,
    decode,
    decompress,
    encode,
)
from sync.protocol.identity import Incarnation
from sync.protocol.reference import PAGE_ROWS_MAX, FeedRow
from sync.protocol.shared import PersonalKey

PART_ROWS_MAX = PAGE_ROWS_MAX
PART_BYTES_MAX = 1 << 20
"""Bodies of a part add up to at most this, but for a single larger row."""
PARTS_MAX = 100_000

PartRows: TypeAlias = Annotated[tuple[FeedRow, ...], msgspec.Meta(max_length=PART_ROWS_MAX)]


class Part(msgspec.Struct, frozen=True, array_like=True):
    """``name``: SHA-256 of the msgpack of its rows; ``through``: its last key. It holds every row
    of the set whose key lies behind the part before it and not behind this."""

    name: Hash
    through: str
    rows: Count


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """The set of a feed as of ``head``: the parts in the order of their keys."""

    incarnation: Incarnation
    data_set: Text
    scope: Text
    head: Count
    set_hash: Hash
    rows: Count
    parts: Annotated[tuple[Part, ...], msgspec.Meta(max_length=PARTS_MAX)]


class SnapshotPart(msgspec.Struct, frozen=True, array_like=True):
    """``content``: the msgpack of the part's rows, whose SHA-256 is its name; ``keys`` belong to
    personal fields in them, and stand beside what is named by its content: a key can be erased."""

    content: bytes
    keys: tuple[PersonalKey, ...] = ()


def part_content(rows: Sequence[FeedRow]) -> bytes:
    """What a part's name is the hash of."""
    return encode(tuple(rows))


def part_name(content: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(content).digest()


def part_rows(content: bytes) -> tuple[FeedRow, ...]:
    """The reverse of ``part_content``. Raises Undecodable."""
    return decode(PartRows, content)


def unpack_part(raw: bytes) -> SnapshotPart:
    """A part as it came, packed or plain. Raises Undecodable."""
    if raw.startswith(FRAME_MAGIC):
        raw = decompress(raw, PAGE_UNFOLDED_BYTES_MAX)
    return decode(SnapshotPart, raw)
