"""What the back office's pages load. The tokens (colours, sizes) and the font are the till's own
files: one look, in one place."""

from typing import Annotated

from litestar import Response, get
from litestar.params import PathParameter

from edge.api.cookies import OFFICE
from edge.api.pages import WEB
from sync.http.assets import give_asset, read_assets
from sync.protocol.text import TEXT_PATTERN

NAME_LETTERS_MAX = 100
ROOM = WEB / "office"
FILES = (
    WEB / "till" / "tokens.css",
    WEB / "till" / "icon.svg",
    WEB / "vendor" / "inter-5.3.woff2",
    *sorted((ROOM / "assets").iterdir()),
    *sorted((ROOM / "vendor").iterdir()),
)
ASSETS = read_assets(FILES, under=f"{OFFICE}/assets/")


def asset_address(name: str) -> str:
    """Where a page finds it. Raises KeyError for a file that is none of ours."""
    return ASSETS[name].address


@get(f"{OFFICE}/assets/{{name:str}}")
async def read_asset(
    name: Annotated[str, PathParameter(max_length=NAME_LETTERS_MAX, pattern=TEXT_PATTERN)],
) -> Response[bytes]:
    """Open to everybody: the sign-in page needs it, and it holds nothing of the store."""
    return give_asset(ASSETS, name)


ROUTES = (read_asset,)
