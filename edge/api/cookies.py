"""The back office's cookies: who the browser is, and whose session it has there. For this site and
its pages only, out of scripts' reach; over HTTPS they go back by HTTPS alone. The box knows either
by its SHA-256. Browsers keep cookies by host, whatever the port: a name ends with the port that the
browser asked for, or two boxes of one host would push out each other's."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from sync.http.stated import header_in

DEVICE = "holdfast_office_device"
SESSION = "holdfast_office"
LANGUAGE = "holdfast_office_language"
"""No secret: in which language its pages speak."""
OFFICE = "/office"
KEPT_S = 400 * 86_400
"""As long as browsers keep one at most (RFC 6265bis, 5.6.1)."""

Connection = ASGIConnection[Any, Any, Any, Any]


def own_cookie(connection: Connection, name: str) -> str:
    """What this box's cookie of this name says; empty without one."""
    return connection.cookies.get(_own_name(connection, name), "")


def _own_name(connection: Connection, name: str) -> str:
    host = header_in(connection.scope, b"host") or ""
    port = host.rpartition(":")[2]
    return f"{name}_{port}" if port.isdigit() else name


def new_cookie(connection: Connection, name: str, value: str, max_age: int | None = None) -> Cookie:
    """``max_age`` in seconds; None: until the browser is closed, 0 takes it away."""
    return Cookie(
        _own_name(connection, name),
        value=value,
        path=OFFICE,
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=connection.scope["scheme"] == "https",
    )
