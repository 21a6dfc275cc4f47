"""Ed25519 over requests, genesis records and sales.

A request is signed by the device's key over its method, path, body and the sender's head
(protocol.md, Push). Each purpose has a tag of its own before what is signed, so that a signature
made for one never passes for another. Replays change nothing (``ingest.py``); the nonce lets a
server notice them.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol.change import FINGERPRINT_BYTES, HASH_BYTES, Epoch, Head
from sync.protocol.errors import Refusal
from sync.protocol.identity import DeviceId, StoreId

REQUEST_TAG = b"holdfast-request-v1"
GENESIS_SIGNED = b"holdfast-genesis-v1"
PROVISIONAL_SIGNED = b"holdfast-provisional-v1"
SALE_SIGNED = b"holdfast-sale-v1"
ROOT_SIGNED = b"holdfast-root-v1"
ANSWER_TAG = b"holdfast-answer-v1"
NONCE_BYTES_MIN = 8
NONCE_BYTES_MAX = 32
HEADER_CHARACTERS_MAX = 512
SEQUENCE_MAX = (1 << 63) - 1
EPOCH_NUMBER_MAX = (1 << 31) - 1

DEVICE_HEADER = "Holdfast-Device"
HEAD_HEADER = "Holdfast-Head"
FROM_HEADER = "Holdfast-From"
NONCE_HEADER = "Holdfast-Nonce"
SIGNATURE_HEADER = "Holdfast-Signature"
ANSWER_HEADER = "Holdfast-Answer"


class BadSignature(
    Refusal,
    slug="bad-signature",
    status=401,
    title="The request is not signed by the device it names",
):
    """A request that its device did not sign."""


class SignedHead(NamedTuple):
    """What a request says of its sender: ``head`` is its newest event, ``from_seq`` the first one
    that it sends (0: none)."""

    device_id: DeviceId
    head: Head
    from_seq: int
    nonce: bytes


@dataclass(frozen=True)
class Signer:
    """Who a box is when it speaks to head office, and whose answers it takes: ``central_key`` is
    the 32 bytes it was enrolled with. ``new_nonce`` gives 8 to 32 random bytes."""

    store_id: StoreId
    device_id: DeviceId
    key: Ed25519PrivateKey
    central_key: bytes
    new_nonce: Callable[[], bytes]

    def headers(
        self, method: str, path_with_query: str, body: bytes, head: Head, from_seq: int = 0
    ) -> dict[str, str]:
        """See ``sign_request``."""
        return sign_request(
            self.key,
            self.device_id,
            method,
            path_with_query,
            body,
            head,
            from_seq,
            self.new_nonce(),
        )


def sign_bytes(key: Ed25519PrivateKey, tag: bytes, message: bytes) -> bytes:
    """64 bytes over ``tag`` (GENESIS_SIGNED and PROVISIONAL_SIGNED: a genesis record's bytes,
    SALE_SIGNED: an event's hash, ROOT_SIGNED: a day's root) and ``message``. The same input always
    gives the same one."""
    return key.sign(_framed(tag, message))


def verify_bytes(public_key: bytes, tag: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``public_key`` (32 bytes) signed ``message`` under ``tag``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _framed(tag, message))
    except (InvalidSignature, ValueError):
        return False
    return True


def head_text(head: Head) -> str:
    """``number-fingerprint:seq:hash``, the binary parts in hex."""
    return f"{head.epoch}:{head.seq}:{head.hash.hex()}"


def parse_head(text: str) -> Head:
    """The reverse of ``head_text``, and of nothing else. Raises ValueError."""
    if len(text) > HEADER_CHARACTERS_MAX:
        raise ValueError("the head is too long")
    name, seq, hash_hex = text.split(":")
    number, fingerprint = name.split("-")
    head = Head(Epoch(int(number), bytes.fromhex(fingerprint)), int(seq), bytes.fromhex(hash_hex))
    if head_text(head) != text:
        raise ValueError("the head is not in its one written form")
    if not 1 <= head.epoch.number <= EPOCH_NUMBER_MAX or not 0 <= head.seq <= SEQUENCE_MAX:
        raise ValueError("the head's numbers are out of range")
    if len(head.epoch.fingerprint) != FINGERPRINT_BYTES or len(head.hash) != HASH_BYTES:
        raise ValueError("the head's fingerprint or hash has the wrong length")
    return head


def sign_request(
    key: Ed25519PrivateKey,
    device_id: DeviceId,
    method: str,
    path_with_query: str,
    body: bytes,
    head: Head,
    from_seq: int,
    nonce: bytes,
) -> dict[str, str]:
    """The headers that go with a request. ``body``: the bytes as they travel; ``nonce``: 8 to 32
    random bytes."""
    headers = {
        DEVICE_HEADER: str(device_id),
        HEAD_HEADER: head_text(head),
        FROM_HEADER: str(from_seq),
        NONCE_HEADER: nonce.hex(),
    }
    message = _request_message(headers, method, path_with_query, body)
    return {**headers, SIGNATURE_HEADER: base64.b64encode(key.sign(message)).decode()}


def stated_device(headers: Mapping[str, str]) -> DeviceId:
    """The device that a request names, before anything is verified. Raises BadSignature."""
    text = _header(headers, DEVICE_HEADER)
    try:
        device_id = UUID(text)
    except ValueError as error:
        raise _bad(f"{DEVICE_HEADER} is no UUID") from error
    if str(device_id) != text:
        raise _bad(f"{DEVICE_HEADER} is not in its one written form")
    return DeviceId(device_id)


def verify_request(
    public_key: bytes, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> SignedHead:
    """What the sender says of itself, if ``public_key`` signed it. ``path`` with its query.
    Raises BadSignature."""
    device_id = stated_device(headers)
    try:
        signature = base64.b64decode(_header(headers, SIGNATURE_HEADER), validate=True)
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signature, _request_message(headers, method, path, body)
        )
        head = parse_head(_header(headers, HEAD_HEADER))
        from_seq = int(_header(headers, FROM_HEADER))
        nonce = bytes.fromhex(_header(headers, NONCE_HEADER))
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise _bad("the signature does not fit the request") from error
    if not 0 <= from_seq <= SEQUENCE_MAX or not NONCE_BYTES_MIN <= len(nonce) <= NONCE_BYTES_MAX:
        raise _bad("a signed header is out of range")
    return SignedHead(device_id, head, from_seq, nonce)


def sign_answer(
    key: Ed25519PrivateKey,
    method: str,
    path_with_query: str,
    nonce_text: str,
    status: int,
    body: bytes,
) -> dict[str, str]:
    """The header that goes with head office's answer to a request, whose nonce stands in
    ``nonce_text`` as it was written. ``body``: the bytes as they travel."""
    message = _answer_message(method, path_with_query, nonce_text, status, body)
    return {ANSWER_HEADER: base64.b64encode(key.sign(message)).decode()}


def verify_answer(
    central_key: bytes,
    method: str,
    path_with_query: str,
    nonce_text: str,
    status: int,
    body: bytes,
    headers: Mapping[str, str],
) -> bool:
    """Whether head office itself gave this answer to this very request. ``headers``: the answer's,
    by lower-case names."""
    stated = headers.get(ANSWER_HEADER.lower(), "")
    if not stated.isascii() or len(stated) > HEADER_CHARACTERS_MAX:
        return False
    message = _answer_message(method, path_with_query, nonce_text, status, body)
    try:
        Ed25519PublicKey.from_public_bytes(central_key).verify(
            base64.b64decode(stated, validate=True), message
        )
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _answer_message(
    method: str, path_with_query: str, nonce_text: str, status: int, body: bytes
) -> bytes:
    return _framed(
        ANSWER_TAG,
        method.upper().encode(),
        path_with_query.encode(),
        nonce_text.encode(),
        str(status).encode(),
        hashlib.sha256(body).digest(),
    )


def _request_message(
    headers: Mapping[str, str], method: str, path_with_query: str, body: bytes
) -> bytes:
    names = (DEVICE_HEADER, HEAD_HEADER, FROM_HEADER, NONCE_HEADER)
    stated = (_header(headers, name).encode() for name in names)
    digest = hashlib.sha256(body).digest()
    return _framed(REQUEST_TAG, method.upper().encode(), path_with_query.encode(), digest, *stated)


def _framed(tag: bytes, *fields: bytes) -> bytes:
    """The tag, then each field after a 4-byte big-endian length."""
    return tag + b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def _header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case. Raises BadSignature if absent, too long or not ASCII."""
    value = headers.get(name) or headers.get(name.lower())
    if value is None or len(value) > HEADER_CHARACTERS_MAX or not value.isascii():
        raise _bad(f"{name} is missing or unreadable")
    return value


def _bad(detail: str) -> BadSignature:
    return BadSignature(detail, remedy="Enrol the box again, or ask head office for its key.")
