"""Head office's own Ed25519 key: a 0600 file in its folder, never in the database.

It signs genesis records. Boxes learn its public half when they are enrolled, so the file must
survive: keep a copy of it elsewhere.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "central.key"
KEY_BYTES = 32


class BadKeyFile(Exception):
    """``str()`` is one sentence for a person."""


def load_or_make_key(folder: Path) -> Ed25519PrivateKey:
    """The key in ``folder``, made at the first start: two processes that start at once end with
    the same one. Raises BadKeyFile, OSError."""
    path = folder / KEY_FILE
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, secrets.token_bytes(KEY_BYTES))
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
