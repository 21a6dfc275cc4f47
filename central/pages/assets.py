"""What head office's pages load: style sheets and scripts of ours and vendored ones."""

from pathlib import Path
from typing import Annotated

from litestar import Response, get
from litestar.params import PathParameter

from sync.http.assets import give_asset, read_assets
from sync.protocol.text import TEXT_PATTERN

WEB = Path(__file__).parents[1] / "web"
FOLDERS = (WEB / "assets", WEB / "vendor")
NAME_LETTERS_MAX = 100
ASSETS = read_assets(
    (path for folder in FOLDERS for path in sorted(folder.iterdir())), under="/assets/"
)


def asset_address(name: str) -> str:
    """Where a page finds it. Raises KeyError for a file that is none of ours."""
    return ASSETS[name].address


@get("/assets/{name:str}")
async def read_asset(
    name: Annotated[str, PathParameter(max_length=NAME_LETTERS_MAX, pattern=TEXT_PATTERN)],
) -> Response[bytes]:
    """Open to everybody: the sign-in page needs it."""
    return give_asset(ASSETS, name)
