"""What a page of either server has in common: its headers, how it is packed, how it leads on, and
whether a form came from a page of its own address."""

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import zstandard
from litestar import Request, Response
from litestar.connection import ASGIConnection

HTML = "text/html"
PACKED_LETTERS_MIN = 16_384
"""A shorter page travels as it is."""
_GZIP = 31
"""zlib's word for its largest window with gzip's head."""
_ZSTD_LEVEL = 1
PAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Cross-Origin-Opener-Policy": "same-origin",
        # With no-referrer a browser sends `Origin: null` with our own forms.
        "Referrer-Policy": "same-origin",
        "Vary": "Cookie, HX-Request, Accept-Encoding",
    }
)

AnyRequest = Request[Any, Any, Any]


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)


def _gzip(content: bytes) -> bytes:
    return zlib.compress(content, level=1, wbits=_GZIP)


_PACKED_BY: Mapping[str, Callable[[bytes], bytes]] = MappingProxyType(
    {"zstd": _zstd, "gzip": _gzip}
)
"""The cheapest for us first."""


def packed(request: AnyRequest, made: Response[str]) -> Response[Any]:
    """The same packed, where it is long and the browser takes that: a month of a hundred stores is
    fifteen times as short. What is secret on a page (its form's token) cannot be guessed by its
    length: no other site has our cookie sent (SameSite=Strict), so none has pages made."""
    if len(made.content) < PACKED_LETTERS_MIN:
        return made
    taken = _taken(request.headers.get("Accept-Encoding", ""))
    way = next((name for name in _PACKED_BY if name in taken), None)
    if way is None:
        return made
    content = _PACKED_BY[way](made.content.encode())
    headers = {**dict(made.headers), "Content-Encoding": way}
    return Response(content, status_code=made.status_code, media_type=HTML, headers=headers)


def _taken(accepted: str) -> frozenset[str]:
    """Encodings that a browser takes; ``gzip;q=0`` refuses it."""
    asked = [one.partition(";") for one in accepted.replace(" ", "").split(",")]
    return frozenset(
        name for name, _, how in asked if not how or how.removeprefix("q=").strip("0.")
    )


def see_other(address: str) -> Response[None]:
    """Load this instead, with GET."""
    return Response(None, status_code=303, headers={**PAGE_HEADERS, "Location": address})


def asked_by_htmx(request: AnyRequest) -> bool:
    """A part is swapped, rather than a page loaded."""
    return request.headers.get("HX-Request") == "true"


def load_instead(request: AnyRequest, address: str, status: int) -> Response[Any]:
    """Load this in the place of what was asked for; htmx, which swaps parts of a page, is told by
    its own header, with ``status``."""
    if not asked_by_htmx(request):
        return see_other(address)
    headers = {**PAGE_HEADERS, "HX-Redirect": address}
    return Response("", status_code=status, media_type=HTML, headers=headers)


def is_own_form(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Whether the browser itself says that a form comes from a page of this address: what is asked
    of one that is sent before anybody has signed in."""
    said = connection.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = urlsplit(connection.headers.get("Origin", ""))
    return origin.netloc != "" and origin.netloc == connection.headers.get("Host")
