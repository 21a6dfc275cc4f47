"""The envelope of an event, its hash, and the genesis record that an epoch's chain grows from.

``hash = SHA-256("journal-v1", then each field after a 4-byte big-endian length)``, fields in the
order: store, epoch, seq, event_id, kind, kind_version, occurred_at, utc_offset, boot_id, hlc,
clock_state, prev_hash, body_digest. PROTOCOL.md fixes each field's bytes; golden vectors hold
them. The first ``prev_hash`` of an epoch is the genesis hash, so a chain names its epoch's origin.
"""

import hashlib
import struct
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from sync.protocol.clock import ClockState, Hlc
from sync.protocol.identity import BootId, CompanyId, DeviceId, EventId, Incarnation, StoreId

HASH_TAG = b"journal-v1"
GENESIS_TAG = b"genesis-v1"
FINGERPRINT_BYTES = 4
_LENGTH = struct.Struct(">I")
_PLACE = struct.Struct(">I16s I I4s I Q I16s I")
"""Store, epoch, seq, event_id, each after its length; the length of kind."""
_WHEN = struct.Struct(">I H I q I i I16s I Q I")
"""kind_version, occurred_at, utc_offset, boot_id, hlc; the length of clock_state."""
HASH_BYTES = 32
Hash: TypeAlias = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Sequence: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
INSTANT_MS_MAX = (1 << 47) - 1
Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=-INSTANT_MS_MAX, le=INSTANT_MS_MAX)]
"""UTC milliseconds, within a few thousand years of today."""
KIND_LETTERS_MAX = 64
KIND_PATTERN = "^[a-z][a-z0-9_]{0,63}$(?!\n)"
Kind: TypeAlias = Annotated[str, msgspec.Meta(pattern=KIND_PATTERN)]
Version: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""0 is none that anybody wrote, and stops no upload: it is parked like any unknown one."""
Offset: TypeAlias = Annotated[int, msgspec.Meta(ge=-86_400, le=86_400)]
"""Seconds that a local clock is ahead of UTC."""
HLC_MAX = (1 << 63) - 1
EVENT_BODY_BYTES_MAX = 1 << 20
"""The writer bounds every event well under the smallest body limit."""
FACT_BODY_BYTES_MAX = EVENT_BODY_BYTES_MAX - 1_024
"""Of a fact's own body, so that another epoch can wrap any event (``event_recovered``)."""


class Epoch(msgspec.Struct, frozen=True, array_like=True):
    """An epoch's name: its number and the first 4 bytes of its genesis record's hash. Two epochs
    of one number never collide."""

    number: Annotated[int, msgspec.Meta(ge=1, le=(1 << 31) - 1)]
    fingerprint: Annotated[bytes, msgspec.Meta(min_length=4, max_length=4)]

    def __str__(self) -> str:
        return f"{self.number}-{self.fingerprint.hex()}"


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The end of a chain: sequence 0 with the genesis hash before the first event."""

    epoch: Epoch
    seq: Sequence
    hash: Hash


class Genesis(msgspec.Struct, frozen=True, array_like=True):
    """What an epoch begins with: signed by central (Ed25519) and kept by both sides."""

    store_id: StoreId
    company_id: CompanyId
    store_code: str
    device_id: DeviceId
    device_key: bytes
    epoch_number: int
    parent: Epoch | None
    parent_watermark: int
    parent_hash: bytes | None
    incarnation: Incarnation
    issued_at_ms: int


class ProvisionalGenesis(msgspec.Struct, frozen=True, array_like=True):
    """What an epoch begins with that a box opens by itself (protocol.md, Epochs), signed by the
    box's own key: it branches off ``parent`` after ``parent_watermark`` and has its number. The
    fields of ``Genesis`` in their order, so that whoever reads one of these reads a Genesis; then
    ``nonce``, 16 random bytes: two copies of a disk never open the same one."""

    store_id: StoreId
    company_id: CompanyId
    store_code: str
    device_id: DeviceId
    device_key: bytes
    epoch_number: int
    parent: Epoch
    parent_watermark: int
    parent_hash: Hash
    incarnation: Incarnation
    issued_at_ms: int
    nonce: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """One event: what its receiver cannot derive. ``body``: msgpack of a fact."""

    seq: Sequence
    event_id: EventId
    kind: Kind
    kind_version: Version
    occurred_at_ms: Instant
    utc_offset_s: Offset
    boot_id: BootId
    hlc: Annotated[Hlc, msgspec.Meta(ge=0, le=HLC_MAX)]
    clock_state: ClockState
    body: bytes


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A finished sale as a workstation keeps it (35 days), with the device's Ed25519 signature over
    ``hash``: enough to bring the sale back into any box or head office, unchanged."""

    store_id: StoreId
    epoch: Epoch
    prev_hash: Hash
    envelope: Envelope
    hash: Hash
    signature: bytes


class Link(NamedTuple):
    """An envelope in its chain: the hashes that the receiver derives."""

    prev_hash: bytes
    body_digest: bytes
    hash: bytes


def genesis_hash(genesis_bytes: bytes) -> bytes:
    """The first prev_hash of an epoch: over the record's bytes as they were signed."""
    return hashlib.sha256(GENESIS_TAG + genesis_bytes).digest()


def epoch_of(genesis: Genesis | ProvisionalGenesis, genesis_bytes: bytes) -> Epoch:
    """The epoch's name."""
    return Epoch(genesis.epoch_number, genesis_hash(genesis_bytes)[:FINGERPRINT_BYTES])


def link(store: StoreId, epoch: Epoch, envelope: Envelope, prev_hash: bytes) -> Link:
    """The envelope's place in the chain after ``prev_hash`` (32 bytes). Raises OverflowError for a
    figure that its field cannot hold."""
    digest = hashlib.sha256(envelope.body).digest()
    kind, state = envelope.kind.encode(), envelope.clock_state.encode()
    try:
        place = _PLACE.pack(
            *(16, store.bytes, 8, epoch.number, epoch.fingerprint),
            *(8, envelope.seq, 16, envelope.event_id.bytes, len(kind)),
        )
        when = _WHEN.pack(
            *(2, envelope.kind_version, 8, envelope.occurred_at_ms, 4, envelope.utc_offset_s),
            *(16, envelope.boot_id.bytes, 8, envelope.hlc, len(state)),
        )
    except struct.error as error:
        raise OverflowError(f"event {envelope.seq}: {error}") from error
    hashes = (_LENGTH.pack(len(prev_hash)), prev_hash, _LENGTH.pack(len(digest)), digest)
    framed = b"".join((HASH_TAG, place, kind, when, state, *hashes))
    return Link(prev_hash, digest, hashlib.sha256(framed).digest())
