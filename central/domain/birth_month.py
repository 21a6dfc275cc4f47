"""The month in which a customer was born: personal, so it is kept under the customer's own key and
goes with it when they are erased. The day and the year are nobody's business."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync.protocol.errors import InvalidField
from sync.protocol.identity import CustomerId

NONCE_BYTES = 12
MONTHS = 12
_ABOUT = b"birth_month"


def month_of(typed: int) -> int:
    """Raises InvalidField for what is no month."""
    if not 1 <= typed <= MONTHS:
        raise InvalidField(
            f"month: it must be from 1 to {MONTHS}.", field="month", remedy="Correct it."
        )
    return typed


def seal_month(key: bytes, customer_id: CustomerId, month: int, nonce: bytes) -> bytes:
    """``nonce``: 12 random bytes, never used twice with one key."""
    sealed = ChaCha20Poly1305(key).encrypt(nonce, bytes([month]), customer_id.bytes + _ABOUT)
    return nonce + sealed


def open_month(key: bytes, customer_id: CustomerId, sealed: bytes) -> int | None:
    """None where the key does not open it."""
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, text, customer_id.bytes + _ABOUT)[0]
    except (InvalidTag, ValueError, IndexError):
        return None
