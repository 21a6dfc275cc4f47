"""Headers of every answer of both servers: what browsers must not do, and nothing raw."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from litestar.types import Message, Scope

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)
"""Sent with every answer, errors included; a page brings its own policy."""
RAW_HEADERS = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_UNFIT = re.compile(rb"[^\t\x20-\x7e\x80-\xff]")


class UnfitHeader(Exception):
    """An answer whose header would hold a control character: a bug in what made it, told as one
    (500) in place of an answer that somebody else has written a part of."""

    def __init__(self, name: bytes) -> None:
        super().__init__(f"the header {name.decode('latin-1')} holds a control character")


async def harden(message: Message, scope: Scope) -> None:
    """Before an answer leaves: the headers that it lacks. Raises UnfitHeader."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    for name, value in headers:
        if _UNFIT.search(value):
            raise UnfitHeader(name)
    stated = {name.lower() for name, _ in headers}
    message["headers"] = [*headers, *(one for one in RAW_HEADERS if one[0] not in stated)]
