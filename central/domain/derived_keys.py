"""Keys that follow from head office's own: no further secret is kept, and whoever has a copy of
``central.key`` has them all.

HKDF-SHA256 over the 32 bytes of the key, one info text for each purpose, so that none says anything
about another.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.protocol.identity import CompanyId, DeviceId, StoreId

DERIVED_BYTES = 32
NONCE_BYTES = 12
_SEALING = b"holdfast-sealing-v1"
_UNLOCK = b"holdfast-unlock-v1"
_MATCHING = b"holdfast-matching-v1"
_AT_REST = b"holdfast-at-rest-v1"


class NotSealedHere(Exception):
    """What is at rest was sealed under another ``central.key`` or for another row, or changed."""


def sealing_key(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """Opens what boxes seal to head office; they get its public half."""
    return X25519PrivateKey.from_private_bytes(_derived(key, _SEALING))


def unlock_key(key: Ed25519PrivateKey, store_id: StoreId, device_id: DeviceId) -> bytes:
    """32 bytes that head office and one box share, for unlocking over the telephone."""
    return _derived(key, _UNLOCK + store_id.bytes + device_id.bytes)


def matching_key(key: Ed25519PrivateKey, company_id: CompanyId) -> bytes:
    """32 bytes under which what two customers of a company have in common is compared, without
    being said: head office's database alone tells nobody whose address a digest is."""
    return _derived(key, _MATCHING + company_id.bytes)


def seal_at_rest(key: Ed25519PrivateKey, about: bytes, secret: bytes, nonce: bytes) -> bytes:
    """``secret`` as head office's database may hold it. ``about``: what it is and whose, so that it
    opens in no other row. ``nonce``: 12 random bytes, never used twice."""
    return nonce + ChaCha20Poly1305(_derived(key, _AT_REST)).encrypt(nonce, secret, about)


def open_at_rest(key: Ed25519PrivateKey, about: bytes, sealed: bytes) -> bytes:
    """The secret again. Raises NotSealedHere."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return ChaCha20Poly1305(_derived(key, _AT_REST)).decrypt(nonce, ciphertext, about)
    except (InvalidTag, ValueError) as error:
        raise NotSealedHere from error


def _derived(key: Ed25519PrivateKey, info: bytes) -> bytes:
    return HKDF(SHA256(), DERIVED_BYTES, salt=None, info=info).derive(key.private_bytes_raw())
