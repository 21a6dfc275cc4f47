"""Head office's own Ed25519 key: a 0600 file in its folder, never in the database.

It signs genesis records. Boxes learn its public half when they are enrolled, so the file must
survive: keep a copy of it elsewhere. The database knows its public half (``own_key``), so that no
process signs with another one, and none makes a new one beside a database that has one.
"""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "central.key"
KEY_BYTES = 32
FINGERPRINT_BYTES = 8


class BadKeyFile(Exception):
    """``str()`` is one sentence for a person."""


def load_or_make_key(folder: Path) -> Ed25519PrivateKey:
    """The key in ``folder``, made if there is none: two processes that start at once end with the
    same one. Raises BadKeyFile, OSError."""
    path = folder / KEY_FILE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, secrets.token_bytes(KEY_BYTES))
    return _read_key(path)


def find_key(folder: Path) -> Ed25519PrivateKey | None:
    """The key in ``folder``, if there is one. Raises BadKeyFile, OSError."""
    path = folder / KEY_FILE
    return _read_key(path) if path.exists() else None


def public_half(key: Ed25519PrivateKey) -> bytes:
    """32 bytes, as boxes and the database know it."""
    return key.public_key().public_bytes_raw()


def fingerprint(public_key: bytes) -> str:
    """The name of a key for people: the beginning of its SHA-256, in groups of four."""
    letters = hashlib.sha256(public_key).digest()[:FINGERPRINT_BYTES].hex()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _read_key(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & 0o077:
        raise BadKeyFile(f"{path} may be read by others: chmod 600 it, or replace the key.")
    content = path.read_bytes()
    if len(content) != KEY_BYTES:
        raise BadKeyFile(f"{path} holds {len(content)} bytes, and a key has {KEY_BYTES}.")
    return Ed25519PrivateKey.from_private_bytes(content)


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over another's: written beside, then linked."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        beside.unlink()
