"""The box's own key: a file that only its owner reads, never in a database."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from edge.box.folder import KEY_FILE, NotProvisioned
from edge.db.connection.errors import CannotStart

KEY_MODE = 0o600


def make_key(folder: Path) -> Ed25519PrivateKey:
    """A new device key, in a file that only its owner reads: never in a database."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half_made = folder / f"{KEY_FILE}.new"
    half_made.unlink(missing_ok=True)
    descriptor = os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    half_made.rename(folder / KEY_FILE)
    return key


def read_key(folder: Path) -> Ed25519PrivateKey:
    """The device's private key. Raises NotProvisioned, CannotStart."""
    path = folder / KEY_FILE
    try:
        pem = path.read_bytes()
    except FileNotFoundError as error:
        raise NotProvisioned(folder) from error
    if path.stat().st_mode & 0o077:
        raise CannotStart(f"Others may read {path}: `chmod 600 {path}`, then start again.")
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotStart(f"{path} holds no Ed25519 key: restore the file from this box's backup.")
    return key
