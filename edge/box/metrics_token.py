"""The token that opens the box's figures to Prometheus; at rest its SHA-256 alone."""

import secrets
from hashlib import sha256
from pathlib import Path

from edge.box.keys import write_secret

TOKEN_FILE = "metrics.sha256"  # noqa: S105 - a file's name
TOKEN_BYTES = 32


def make_metrics_token(folder: Path) -> str:
    """A new one, in the place of any before; it is told once. Raises OSError."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    write_secret(folder / TOKEN_FILE, token_digest(token))
    return token


def read_metrics_token(folder: Path) -> bytes | None:
    """What the token comes to; None where none was made. Raises OSError."""
    try:
        return (folder / TOKEN_FILE).read_bytes()
    except FileNotFoundError:
        return None


def token_digest(token: str) -> bytes:
    """32 bytes: a token has 256 random bits, so a plain hash is enough."""
    return sha256(token.encode()).digest()
