"""Head office's cookies: for this site only, and out of scripts' reach. Over HTTPS they go back by
HTTPS alone, and their names say that no other host and no plain answer set them (RFC 6265bis,
``__Host-``).
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

SESSION = "holdfast_session"
BROWSER = "holdfast_known"
_ONLY_THIS_HOST = "__Host-"

Connection = ASGIConnection[Any, Any, Any, Any]


def read_cookie(connection: Connection, name: str) -> str:
    """What was set under this name the same way as this request came; empty where nothing was."""
    return connection.cookies.get(_named(connection, name), "")


def new_cookie(connection: Connection, name: str, value: str, max_age: int) -> Cookie:
    """``max_age`` in seconds; 0 takes it away."""
    return Cookie(
        _named(connection, name),
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=_by_https(connection),
    )


def _named(connection: Connection, name: str) -> str:
    return f"{_ONLY_THIS_HOST}{name}" if _by_https(connection) else name


def _by_https(connection: Connection) -> bool:
    return connection.scope["scheme"] == "https"
