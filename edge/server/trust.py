"""The one page that the box serves in plain to other machines: how a device comes to trust the
company, before which it can be told nothing else.

It holds nothing that is secret, takes nothing in, and whoever stands between could change it: so it
says to compare the fingerprint with what the box itself prints. An application of a few addresses
behind the same door; everything else is not there.
"""

import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import segno
from jinja2 import Environment, StrictUndefined

from edge.box.box import Box
from edge.box.company import Authority, authority_of
from edge.box.links import till_links
from sync.http.headers import RAW_HEADERS

WEB = Path(__file__).parent.parent / "web" / "trust"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
QR_SCALE = 4


class _Page(NamedTuple):
    content: bytes
    media_type: str
    download: str | None = None


def build_trust_app(box: Box) -> Any:
    """The application of ``box``."""
    pages: Mapping[str, Callable[[str], _Page | None]] = {
        "/": lambda here: _page(box, here),
        "/trust.css": lambda _: _Page((WEB / "trust.css").read_bytes(), "text/css"),
        "/link.svg": lambda here: _Page(_qr(_links(box, here)[0]), "image/svg+xml"),
        "/company.crt": lambda _: _of_company(box, lambda one: one.as_crt()),
        "/company.mobileconfig": lambda _: _of_company(box, lambda one: one.as_mobileconfig()),
    }

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        find = pages.get(scope["path"])
        found = find(scope["server"][0]) if find is not None else None
        if found is None:
            await _send(send, 404, _Page(b"There is nothing here.\n", "text/plain"))
        elif scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, _Page(b"Only looked at.\n", "text/plain"))
        else:
            await _send(send, 200, found, silent=scope["method"] == "HEAD")

    return app


def _of_company(box: Box, made: Callable[[Authority], tuple[bytes, str, str]]) -> _Page | None:
    authority = authority_of(box.certificate)
    return None if authority is None else _Page(*made(authority))


def _page(box: Box, here: str) -> _Page:
    authority = authority_of(box.certificate)
    links = _links(box, here)
    text = _template().render(
        store=box.enrolment.store_code,
        own=authority is None,
        authority=authority.name if authority is not None else "",
        fingerprint=authority.fingerprint.split() if authority is not None else (),
        link=links[0],
        other=links[1] if len(links) > 1 else "",
    )
    return _Page(text.encode(), "text/html")


def _links(box: Box, here: str) -> tuple[str, ...]:
    return till_links(box.certificate, box.settings.port, here)


def _qr(link: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", scale=QR_SCALE, border=0)
    return drawn.getvalue()


@cache
def _template() -> Any:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string((WEB / "index.html").read_text(encoding="utf-8"))


async def _send(send: Any, status: int, page: _Page, *, silent: bool = False) -> None:
    kind = page.media_type + ("; charset=utf-8" if page.media_type.startswith("text/") else "")
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(page.content)).encode()),
        (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
        *(header for header in RAW_HEADERS if header[0] != b"content-security-policy"),
    ]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    if page.download is not None:
        value = f'attachment; filename="{page.download}"'
        headers.append((b"content-disposition", value.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if silent else page.content
    await send({"type": "http.response.body", "body": body, "more_body": False})
