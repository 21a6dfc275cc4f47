"""What pages load: style sheets, scripts and fonts, read once at the start.

Their addresses carry the content's hash, so a browser may keep them for good. Nothing is looked up
on the disk by a name that somebody sent.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from litestar import Response

from sync.protocol.errors import NotFound

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
    }
)
KEPT = "public, max-age=31536000, immutable"
_HASH_LETTERS = 12


class Asset(NamedTuple):
    """A file's bytes, type and address."""

    content: bytes
    media_type: str
    address: str


def read_assets(files: Iterable[Path], under: str) -> Mapping[str, Asset]:
    """Those of ``files`` that a page can load, by name; ``under``: where their addresses begin."""
    return MappingProxyType(
        {path.name: _asset(path, under) for path in files if path.suffix in MEDIA_TYPES}
    )


def _asset(path: Path, under: str) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:_HASH_LETTERS]
    return Asset(content, MEDIA_TYPES[path.suffix], f"{under}{path.name}?v={digest}")


def give_asset(assets: Mapping[str, Asset], name: str) -> Response[bytes]:
    """A file as it is sent. Raises NotFound."""
    asset = assets.get(name)
    if asset is None:
        raise NotFound(f"There is no file {name} here.", remedy="Load the page anew.")
    return Response(asset.content, media_type=asset.media_type, headers={"Cache-Control": KEPT})
