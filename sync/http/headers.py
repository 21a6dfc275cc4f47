"""Headers of every answer of both servers: what browsers must not do, and nothing raw."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
import structlog
from litestar.types import Message, Scope

from sync.http.logs import route_of
from sync.http.problems import Problem
from sync.protocol.answers import PROBLEM_PREFIX, PROBLEM_TYPE

log = structlog.get_logger()

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


_SPOILT = "holdfast_spoilt"
_INSTEAD = msgspec.json.encode(
    Problem(
        PROBLEM_PREFIX + "internal",
        "Something went wrong in the server",
        500,
        "The answer could not be written. It was written down in the server's log.",
        "Send the same request again; tell support if it stays.",
    )
)


def _methods(scope: Scope) -> list[str]:
    """What the address takes: several routes may share it, and Litestar names one's only."""
    here = scope["path_template"]
    found = [route for route in scope["litestar_app"].routes if route.path_format == here]
    return sorted({method for route in found for method in getattr(route, "methods", ())})


async def harden(message: Message, scope: Scope) -> None:
    """Before an answer leaves: the headers that it lacks. One whose header would hold a control
    character is a bug in what made it: a problem goes out in its place, and nothing of it."""
    if message["type"] == "http.response.start":
        headers = list(message["headers"])
        if _UNFIT.search(b"".join([value for _, value in headers])):
            unfit = next(name for name, value in headers if _UNFIT.search(value))
            log.error("unfit header", name=unfit.decode("latin-1"), route=route_of(scope))
            scope["state"][_SPOILT] = True
            length = str(len(_INSTEAD)).encode()
            headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"content-length", length)]
            message["status"] = 500
        elif scope.get("method") == "OPTIONS" and "path_template" in scope:
            headers = [one for one in headers if one[0].lower() != b"allow"]
            headers.append((b"allow", ", ".join(_methods(scope)).encode()))
        stated = {name.lower() for name, _ in headers}
        message["headers"] = headers + [one for one in RAW_HEADERS if one[0] not in stated]
    elif message["type"] == "http.response.body" and _SPOILT in scope.get("state", {}):
        message["body"] = _INSTEAD
