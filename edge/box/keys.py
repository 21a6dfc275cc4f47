"""The box's own keys, and those it shares with head office: files that only their owner reads,
never in a database."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from edge.box.folder import BOX_KEYS_FILE, KEY_FILE, TLS_KEY_FILE, NotProvisioned
from edge.db.connection.errors import CannotStart
from sync.protocol.codec import decode
from sync.protocol.enrolment import BoxKeys
from sync.protocol.errors import Undecodable

KEY_MODE = 0o600
_PKCS8 = PrivateFormat.PKCS8


def make_key(folder: Path) -> Ed25519PrivateKey:
    """A new device key, in a file that only its owner reads: never in a database."""
    key = Ed25519PrivateKey.generate()
    write_secret(folder / KEY_FILE, key.private_bytes(Encoding.PEM, _PKCS8, NoEncryption()))
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


def own_tls_key(folder: Path) -> EllipticCurvePrivateKey:
    """The key that the box's certificates are for, ECDSA P-256; made where there is none, or none
    that can be read: a certificate for another one is asked for anew."""
    path = folder / TLS_KEY_FILE
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError):
        key = None
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    made = generate_private_key(SECP256R1())
    write_secret(path, made.private_bytes(Encoding.PEM, _PKCS8, NoEncryption()))
    return made


def read_box_keys(folder: Path) -> BoxKeys | None:
    """What head office gave with the newest certificate; None where it gave nothing yet."""
    try:
        return decode(BoxKeys, (folder / BOX_KEYS_FILE).read_bytes())
    except (FileNotFoundError, Undecodable):
        return None


def write_secret(path: Path, content: bytes) -> None:
    """The file with this content, whole or as it was, and its owner's alone."""
    half_made = path.with_name(f"{path.name}.new")
    half_made.unlink(missing_ok=True)
    descriptor = os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half_made.rename(path)
