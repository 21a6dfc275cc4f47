"""The till page, the customer's display beside it, and what they load: a fixed set of files,
read once when the server starts.

Open to everybody, for they hold nothing of the store. Everything but the pages and the worker lies
under the hash of all of them (``/web/<version>/…``), so a page never mixes the files of two
versions, and each may be kept for ever. The worker (``/sw.js``) keeps them for the time when the
store server is down.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import litestar
from litestar import Response, get

from edge.api.parameters import TextInPath
from sync.protocol.errors import NotFound

FILES_MAX = 200
FILE_BYTES_MAX = 256 * 1024
WEB = Path(__file__).parent.parent / "web"
FOLDERS = ("till", "vendor")
PAGES = {"/": "till/index.html", "/display": "till/display.html"}
WORKER = "till/sw.js"
VERSION_CHARACTERS = 16

CONTENT_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
CHECK_EACH_TIME = "no-cache"
FOR_EVER = "private, max-age=31536000, immutable"


class Asset(NamedTuple):
    """A file as it is sent; ``packed`` by gzip, where that is worth it."""

    content: bytes
    packed: bytes | None
    content_type: str
    etag: str
    cache_control: str


class Assets(NamedTuple):
    """The pages by their addresses, their worker, and the rest by ``folder/name``; ``version``
    names exactly these."""

    version: str
    pages: Mapping[str, Asset]
    worker: Asset
    files: Mapping[str, Asset]


class TooManyFiles(ValueError):
    """There are more or larger files than a page may load."""


def load_assets(web: Path = WEB) -> Assets:
    """All files of the till page. Raises TooManyFiles."""
    found = {
        f"{folder}/{path.name}": path.read_bytes()
        for folder in FOLDERS
        for path in sorted((web / folder).iterdir())
        if path.suffix in CONTENT_TYPES
    }
    if len(found) > FILES_MAX or any(len(content) > FILE_BYTES_MAX for content in found.values()):
        raise TooManyFiles(f"{web} has more than {FILES_MAX} files, or one is too large")
    version = _version(found)
    pages = {
        address: _asset(name, _of_version(found.pop(name), version), CHECK_EACH_TIME)
        for address, name in PAGES.items()
    }
    shell = [*PAGES, *(f"/web/{version}/{name}" for name in sorted(found) if name != WORKER)]
    worker = (
        found.pop(WORKER)
        .replace(b'"@VERSION@"', json.dumps(version).encode())
        .replace(b'["@SHELL@"]', json.dumps(shell).encode())
    )
    return Assets(
        version,
        pages,
        _asset(WORKER, worker, CHECK_EACH_TIME),
        {name: _asset(name, content, FOR_EVER) for name, content in found.items()},
    )


def _of_version(page: bytes, version: str) -> bytes:
    return page.replace(b"@VERSION@", version.encode())


def _version(found: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in sorted(found):
        whole.update(hashlib.sha256(name.encode()).digest())
        whole.update(hashlib.sha256(found[name]).digest())
    return whole.hexdigest()[:VERSION_CHARACTERS]


def _asset(name: str, content: bytes, cache_control: str) -> Asset:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    packed = gzip.compress(content, mtime=0)
    worth = packed if 10 * len(packed) < 9 * len(content) else None
    return Asset(content, worth, CONTENT_TYPES[Path(name).suffix], etag, cache_control)


def _send(request: litestar.Request[Any, Any, Any], asset: Asset) -> Response[bytes]:
    """The file, or 304 where the browser has it."""
    headers = {
        "ETag": asset.etag,
        "Cache-Control": asset.cache_control,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Vary": "Accept-Encoding",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    content = asset.content
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = asset.packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=asset.content_type)


@get(list(PAGES), include_in_schema=False)
async def page(request: litestar.Request[Any, Any, Any]) -> Response[bytes]:
    """The till page, or the customer's display, which hears of everything from the till page."""
    return _send(request, _assets_of(request).pages[request.url.path])


@get("/sw.js", include_in_schema=False)
async def worker(request: litestar.Request[Any, Any, Any]) -> Response[bytes]:
    """The service worker; at the root, so that it may answer for the page."""
    return _send(request, _assets_of(request).worker)


@get("/web/{version:str}/{folder:str}/{name:str}", include_in_schema=False)
async def asset(
    request: litestar.Request[Any, Any, Any],
    version: TextInPath,
    folder: TextInPath,
    name: TextInPath,
) -> Response[bytes]:
    """One file of this version."""
    assets = _assets_of(request)
    found = assets.files.get(f"{folder}/{name}") if version == assets.version else None
    if found is None:
        raise NotFound(
            "The page has no such file; the store server may have been updated.",
            remedy="Load the page again.",
        )
    return _send(request, found)


def _assets_of(request: litestar.Request[Any, Any, Any]) -> Assets:
    assets: Assets = request.app.state["assets"]
    return assets


ROUTES = (page, worker, asset)
