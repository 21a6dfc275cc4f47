"""What a request states in its headers, read where it stands."""

from litestar.types import Scope


def header_in(scope: Scope, name: bytes) -> str | None:
    """What a request states under ``name`` (small letters), the first where it does so twice;
    None where it does not. Litestar makes a dictionary of all of them first, for each request."""
    for each, value in scope["headers"]:
        if each == name:
            return value.decode("latin-1")
    return None
