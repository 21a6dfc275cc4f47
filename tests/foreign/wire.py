"""Bytes, hashes, signatures and seals, as the text has them."""

import hashlib
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")


def packed(value: Any) -> bytes:
    """Msgpack; a NamedTuple is its array."""
    return _ENCODER.encode(value)


def unpacked(content: bytes) -> Any:
    """Lists, numbers, texts and bytes."""
    return msgspec.msgpack.decode(content)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def after_length(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def to_sign(tag: str, *parts: bytes) -> bytes:
    """What an Ed25519 signature is made over."""
    return tag.encode() + b"".join(map(after_length, parts))


class Epoch(NamedTuple):
    number: int
    fingerprint: bytes


class Head(NamedTuple):
    epoch: Epoch
    seq: int
    hash: bytes

    @property
    def stated(self) -> str:
        return f"{self.epoch.number}-{self.epoch.fingerprint.hex()}:{self.seq}:{self.hash.hex()}"


class Envelope(NamedTuple):
    seq: int
    event_id: UUID
    kind: str
    kind_version: int
    occurred_at_ms: int
    utc_offset_s: int
    boot_id: UUID
    hlc: int
    clock_state: str
    body: bytes


def genesis_hash(record: bytes) -> bytes:
    return sha256(b"genesis-v1", record)


def chained(store_id: UUID, epoch: Epoch, envelope: Envelope, prev_hash: bytes) -> bytes:
    """The event's hash."""
    fields = (
        store_id.bytes,
        epoch.number.to_bytes(4, "big") + epoch.fingerprint,
        envelope.seq.to_bytes(8, "big"),
        envelope.event_id.bytes,
        envelope.kind.encode("ascii"),
        envelope.kind_version.to_bytes(2, "big"),
        envelope.occurred_at_ms.to_bytes(8, "big", signed=True),
        envelope.utc_offset_s.to_bytes(4, "big", signed=True),
        envelope.boot_id.bytes,
        envelope.hlc.to_bytes(8, "big"),
        envelope.clock_state.encode("ascii"),
        prev_hash,
        sha256(envelope.body),
    )
    return sha256(b"journal-v1", *map(after_length, fields))


def request_signature(
    key: Ed25519PrivateKey, method: str, path: str, body: bytes, headers: list[str]
) -> bytes:
    """``headers``: device, head, from and nonce, as written."""
    parts = [method.encode(), path.encode(), sha256(body), *(text.encode() for text in headers)]
    return key.sign(to_sign("holdfast-request-v1", *parts))


def answer_to_sign(method: str, path: str, nonce: str, status: int, body: bytes) -> bytes:
    parts = (method.encode(), path.encode(), nonce.encode(), f"{status:03d}".encode(), sha256(body))
    return to_sign("holdfast-answer-v1", *parts)


def sealed(key: bytes, customer_id: UUID, field: str, text: str, nonce: bytes) -> bytes:
    about = customer_id.bytes + field.encode()
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, text.encode(), about)


def unsealed(key: bytes, customer_id: UUID, field: str, content: bytes) -> str:
    about = customer_id.bytes + field.encode()
    return ChaCha20Poly1305(key).decrypt(content[:12], content[12:], about).decode()


def set_hash(rows: dict[str, bytes]) -> bytes:
    """Of a feed's live rows."""
    total = 0
    for key, body in rows.items():
        total += int.from_bytes(sha256(after_length(key.encode()), body), "big")
    return (total % (1 << 256)).to_bytes(32, "big")
