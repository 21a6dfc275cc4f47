"""Sealed by anybody, opened by head office alone: what must not be readable where it is kept.

An X25519 key made for this one text meets head office's sealing key; HKDF-SHA256 (no salt, info
``holdfast-sealed-v1`` and both public keys) makes the key of ChaCha20-Poly1305 from what comes of
it. That key is used once, so its nonce is twelve zeros. Sealed: the public half of the key that was
made, then ciphertext and tag. Associated data: the store's id (16 bytes) and the operator's, so
nothing that was sealed passes for another store's or operator's.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.protocol.errors import Undecodable
from sync.protocol.identity import OperatorId, StoreId

SEALED_TAG = b"holdfast-sealed-v1"
KEY_BYTES = 32
_NONCE = bytes(12)


def seal_to_head_office(
    sealing_key: bytes, store_id: StoreId, operator_id: OperatorId, text: str
) -> bytes:
    """``text`` for whoever holds the private half of ``sealing_key`` (32 bytes). Raises ValueError
    for a key that is none."""
    once = X25519PrivateKey.generate()
    made = once.public_key().public_bytes_raw()
    meeting = once.exchange(X25519PublicKey.from_public_bytes(sealing_key))
    about = _about(store_id, operator_id)
    return made + _cipher(meeting, made, sealing_key).encrypt(_NONCE, text.encode(), about)


def open_sealed_box(
    key: X25519PrivateKey, store_id: StoreId, operator_id: OperatorId, sealed: bytes
) -> str:
    """The text again. Raises Undecodable for another key, store or operator, or changed bytes."""
    made, ciphertext = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    try:
        meeting = key.exchange(X25519PublicKey.from_public_bytes(made))
        cipher = _cipher(meeting, made, key.public_key().public_bytes_raw())
        return cipher.decrypt(_NONCE, ciphertext, _about(store_id, operator_id)).decode()
    except (InvalidTag, ValueError) as error:
        raise Undecodable(f"what was sealed for {operator_id} does not open") from error


def _cipher(meeting: bytes, made: bytes, sealing_key: bytes) -> ChaCha20Poly1305:
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=SEALED_TAG + made + sealing_key)
    return ChaCha20Poly1305(derived.derive(meeting))


def _about(store_id: StoreId, operator_id: OperatorId) -> bytes:
    return store_id.bytes + operator_id.encode()
