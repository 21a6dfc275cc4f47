"""Bytes to facts and back, and nowhere else.

P6: the bytes that are hashed are the bytes that are stored; so a fact is encoded once. On the way
they are turned into columns, and come back as those very bytes (columns.py).
Bodies are msgpack arrays (UUIDs as 16 bytes, dates as ISO text); what an earlier kind version did
not have is as its field's default says. Batches travel as zstd over msgpack of columns, unfolded
under a cap.
"""

from functools import cache
from typing import Any, TypeVar, get_args

import msgspec
import zstandard

from sync.protocol.bare import bare
from sync.protocol.batch import UNFOLDED_BYTES_MAX, Batch
from sync.protocol.columns import SentBatch
from sync.protocol.errors import Undecodable
from sync.protocol.facts import AnyFact, KindVersion
from sync.protocol.reference import FeedPage
from sync.protocol.turning import received, to_send

T = TypeVar("T")
PACK_LEVEL = 6
"""4 % smaller than level 3 for 2 µs a sale more; level 9 saves 0.5 % for another 1.3 µs."""
PAGE_LEVEL = 3
"""Of feed pages, which head office packs for every box: 300,000 items and their prices come to 9.0
MB of 39.7, at level 6 to 8.7 for three times the work."""
PAGE_PACKING = "zstd"
"""What a box asks for in its query; a head office that does not know it sends the page plain."""
PAGE_UNFOLDED_BYTES_MAX = 4 * 1024 * 1024
WINDOW_BYTES_MAX = 1 << 23
FRAME_MAGIC = b"\x28\xb5\x2f\xfd"
"""Other frames are skippable ones, whose size zstandard states as 0 and then allocates."""
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_encoder = msgspec.msgpack.Encoder(uuid_format="bytes")


KINDS: dict[KindVersion, type[AnyFact]] = {
    KindVersion(fact.KIND.kind, version): fact
    for fact in get_args(AnyFact)
    for version in (*fact.EARLIER, fact.KIND.version)
}
"""Every kind and version that was ever written."""

_DECODERS: dict[tuple[str, int], msgspec.msgpack.Decoder[AnyFact]] = {
    name: msgspec.msgpack.Decoder(fact) for name, fact in KINDS.items()
}


def encode(value: object) -> bytes:
    """msgpack of a protocol struct (a body, a page, a genesis record)."""
    return _encoder.encode(value)


def decode(kind: type[T], raw: bytes) -> T:
    """A protocol struct from its msgpack. Raises Undecodable."""
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except _UNREADABLE as error:
        raise Undecodable(f"not a {kind.__name__}: {error}") from error


def kind_of(fact: AnyFact) -> KindVersion:
    """The kind and version under which a fact is written today."""
    return fact.KIND


def is_known(kind: str, version: int) -> bool:
    """False: store, acknowledge and park it (protocol.md, Push, stage 2)."""
    return (kind, version) in KINDS


def decode_fact(kind: str, version: int, body: bytes) -> AnyFact:
    """A fact from its body. Raises Undecodable for bytes that are none, or that do not balance;
    KeyError for an unknown kind: ask ``is_known`` first."""
    try:
        return _DECODERS[kind, version].decode(body)
    except _UNREADABLE as error:
        raise Undecodable(f"not a {kind} of version {version}: {error}") from error


def hold_to_bounds(name: KindVersion, body: bytes) -> None:
    """Types and bounds of each field of the body of a fact that was just made: reads it as whoever
    receives it will, but that its parts agree it said itself. Raises Undecodable."""
    try:
        _bounds_of(name).decode(body)
    except _UNREADABLE as error:
        raise Undecodable(f"not a {name.kind} of version {name.version}: {error}") from error


@cache
def _bounds_of(name: KindVersion) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(bare(KINDS[name]))


def pack_batch(batch: Batch) -> bytes:
    """A batch as it travels: columns, msgpack, zstd."""
    return pack(to_send(batch))


def unpack_batch(raw: bytes, unfolded_bytes_max: int = UNFOLDED_BYTES_MAX * 2) -> Batch:
    """The reverse of ``pack_batch``. Raises Undecodable."""
    return decode_batch(decompress(raw, unfolded_bytes_max))


def decode_batch(unfolded: bytes) -> Batch:
    """A batch from what ``decompress`` gave. Raises Undecodable."""
    return received(decode(SentBatch, unfolded))


def pack(value: object, level: int = PACK_LEVEL) -> bytes:
    """zstd over msgpack, for the wire."""
    return zstandard.ZstdCompressor(level=level).compress(encode(value))


def pack_page(page: msgspec.Struct) -> bytes:
    """A page as it travels to a box that asked for it packed, and a snapshot's part."""
    return pack(page, PAGE_LEVEL)


def unpack_page(raw: bytes) -> FeedPage:
    """A page as it came, packed or plain: no array begins as a frame does. Raises Undecodable."""
    if raw.startswith(FRAME_MAGIC):
        raw = decompress(raw, PAGE_UNFOLDED_BYTES_MAX)
    return decode(FeedPage, raw)


def decompress(raw: bytes, unfolded_bytes_max: int = UNFOLDED_BYTES_MAX * 2) -> bytes:
    """A zstd frame's content. Raises Undecodable, also for what would unfold beyond the cap: a
    frame's stated size is looked at before anything is unfolded, and a frame must state it."""
    try:
        size = zstandard.frame_content_size(raw) if raw.startswith(FRAME_MAGIC) else 0
        if not 0 < size <= unfolded_bytes_max:
            raise Undecodable(f"the body would unfold to {size} bytes (-1: unstated, 0: no frame)")
        return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX).decompress(
            raw, max_output_size=unfolded_bytes_max, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise Undecodable(f"not zstd: {error}") from error
