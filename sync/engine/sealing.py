"""Personal fields under a key of the customer's own: erasure destroys the key, and the chain still
verifies (protocol.md, customer).

ChaCha20-Poly1305; what is sealed is the 12-byte nonce, then ciphertext and tag. Associated data is
the customer's id and the field's name: a field cannot be moved to another customer or field.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.protocol.errors import Undecodable
from sync.protocol.identity import CustomerId

NONCE_BYTES = 12
KEY_BYTES = 32


def new_key() -> bytes:
    """32 random bytes for one customer."""
    return ChaCha20Poly1305.generate_key()


def seal(key: bytes, customer_id: CustomerId, field: str, text: str, nonce: bytes) -> bytes:
    """``text`` under ``key``. ``nonce``: 12 random bytes, never used twice with one key."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, text.encode(), _about(customer_id, field))


def open_sealed(key: bytes, customer_id: CustomerId, field: str, sealed: bytes) -> str:
    """The text again. Raises Undecodable for another key, customer or field, or changed bytes."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        text = ChaCha20Poly1305(key).decrypt(nonce, ciphertext, _about(customer_id, field))
        return text.decode()
    except (InvalidTag, ValueError) as error:
        raise Undecodable(f"{field} of {customer_id} does not open") from error


def _about(customer_id: CustomerId, field: str) -> bytes:
    return customer_id.bytes + field.encode()
