"""What the pages load: style sheets and scripts of ours and vendored ones, read once at the start.

Their addresses carry the content's hash, so a browser may keep them for good. Nothing is looked up
on the disk by a name that somebody sent.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple

from litestar import Response, get
from litestar.params import PathParameter

from sync.protocol.errors import NotFound
from sync.protocol.text import TEXT_PATTERN

WEB = Path(__file__).parents[1] / "web"
FOLDERS = (WEB / "assets", WEB / "vendor")
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
KEPT = "public, max-age=31536000, immutable"
NAME_LETTERS_MAX = 100
_HASH_LETTERS = 12


class Asset(NamedTuple):
    """A file's bytes, type and address."""

    content: bytes
    media_type: str
    address: str


def _read_assets() -> Mapping[str, Asset]:
    files = (path for folder in FOLDERS for path in sorted(folder.iterdir()))
    return MappingProxyType(
        {path.name: _asset(path) for path in files if path.suffix in MEDIA_TYPES}
    )


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LETTERS]
    return Asset(content, MEDIA_TYPES[path.suffix], f"/assets/{path.name}?v={digest}")


ASSETS = _read_assets()


def asset_address(name: str) -> str:
    """Where a page finds it. Raises KeyError for a file that is none of ours."""
    return ASSETS[name].address


@get("/assets/{name:str}")
async def read_asset(
    name: Annotated[str, PathParameter(max_length=NAME_LETTERS_MAX, pattern=TEXT_PATTERN)],
) -> Response[bytes]:
    """Open to everybody: the sign-in page needs it."""
    asset = ASSETS.get(name)
    if asset is None:
        raise NotFound(f"There is no file {name} here.", remedy="Load the page anew.")
    return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": KEPT})
