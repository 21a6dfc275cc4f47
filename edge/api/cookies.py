"""The back office's cookies: who the browser is, and whose session it has there. For this site and
its pages only, out of scripts' reach; over HTTPS they go back by HTTPS alone. The box knows either
by its SHA-256."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

DEVICE = "holdfast_office_device"
SESSION = "holdfast_office"
LANGUAGE = "holdfast_office_language"
"""No secret: in which language its pages speak."""
OFFICE = "/office"
KEPT_S = 400 * 86_400
"""As long as browsers keep one at most (RFC 6265bis, 5.6.1)."""

Connection = ASGIConnection[Any, Any, Any, Any]


def new_cookie(connection: Connection, name: str, value: str, max_age: int | None = None) -> Cookie:
    """``max_age`` in seconds; None: until the browser is closed, 0 takes it away."""
    return Cookie(
        name,
        value=value,
        path=OFFICE,
        max_age=max_age,
        httponly=True,
        samesite="strict",
        secure=connection.scope["scheme"] == "https",
    )
