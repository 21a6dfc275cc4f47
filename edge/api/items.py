"""Items: what a scanner read, and search by words."""

import msgspec
from litestar import get

from edge.api.parameters import PAGE, Limit, Offset, TextInPath, TheBox, Words
from edge.api.written import Described
from edge.db.items import ItemFound
from edge.domain.line_errors import UnknownScanCode
from edge.reading import read
from edge.usecases.look_up_items import look_up_item, look_up_items
from sync.protocol.errors import NotFound


class ItemsAnswer(msgspec.Struct, frozen=True):
    """A page of items, with today's prices."""

    items: tuple[ItemFound, ...]


@get("/items/{scan_code:str}", operation_class=Described)
async def by_code(scan_code: TextInPath, box: TheBox) -> ItemFound:
    """The item that a scan code means; inactive ones too, and they say so."""
    moment = box.clock.moment()
    found = await read(box.reader, lambda db: look_up_item(db, scan_code, moment))
    if found is None:
        unknown = UnknownScanCode(scan_code, "scan_code")
        raise NotFound(unknown.detail, remedy=unknown.remedy, field=unknown.field)
    return found


@get("/items", operation_class=Described)
async def by_words(
    box: TheBox, q: Words = "", limit: Limit = PAGE, offset: Offset = 0
) -> ItemsAnswer:
    """Active items whose name holds words that begin as those of ``q``."""
    moment = box.clock.moment()
    found = await read(box.reader, lambda db: look_up_items(db, q, limit, offset, moment))
    return ItemsAnswer(found)


ROUTES = (by_code, by_words)
