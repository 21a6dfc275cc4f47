"""What a batch may become in memory, before it does: its values are counted where they stand.

A value of one byte becomes some sixty when it is decoded, so bytes alone bound nothing: 8 MiB of
them took 600 MiB. Arrays state their length at their beginning (msgpack specification), so what a
batch's columns hold is known from a look at the few places where columns begin.
"""

import msgspec

from sync.protocol.errors import Undecodable

VALUES_MAX = 400_000
"""A single receipt of a thousand lines has some 50,000; more travels in smaller batches."""
UNFOLDED_AT_ONCE_MAX = 256 * 1024
"""Unfolded bytes up to which a batch takes a few milliseconds, and is unfolded without a turn."""
NARROW_MAX = 64
"""Arrays up to this length may be structs, which hold columns; longer ones are columns."""
DEPTH = 4
"""Batch, columns, sales, fields: what stands in these is a column, whatever its length."""
LOOKS_MAX = 5_000


def count_values(unfolded: bytes) -> int:
    """How many values the batch's columns hold. Raises Undecodable for what is no batch."""
    looks, total = 0, 0
    waiting: list[tuple[bytes | memoryview, int]] = [(unfolded, 0)]
    while waiting:
        raw, depth = waiting.pop()
        looks += 1
        if looks > LOOKS_MAX:
            raise Undecodable("the batch has more parts than a batch")
        length = _array_length(raw)
        if length > NARROW_MAX or depth == DEPTH:
            total += length
        elif length:
            waiting.extend((memoryview(part), depth + 1) for part in _parts(raw))
    return total


def _parts(raw: bytes | memoryview) -> list[msgspec.Raw]:
    try:
        return msgspec.msgpack.decode(raw, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise Undecodable(f"not a batch: {error}") from error


def _array_length(raw: bytes | memoryview) -> int:
    """0 for what is no array."""
    first = raw[0] if len(raw) else 0
    if 0x90 <= first <= 0x9F:
        return first & 0x0F
    if first in (0xDC, 0xDD):
        return int.from_bytes(raw[1 : 3 if first == 0xDC else 5], "big")
    return 0
