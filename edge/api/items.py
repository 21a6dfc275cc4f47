"""Items: what a scanner read, and search by words.

A code may hold any character, ``/`` too, and a browser takes ``.`` and ``..`` out of a path: where
the code is not known beforehand ask ``GET /scans?text=``, which knows quantities as well, or
``POST /scans``, which quotes the basket with it.
"""

from typing import Any

import litestar
import msgspec
from litestar import Response, get, post

from edge.api.described import Described, accepts
from edge.api.guard import answered_directly, box_of, workstation_of
from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import PAGE, Limit, Offset, TextInPath, TheBox, Typed, Words
from edge.db.items import ItemFound
from edge.domain.item import UnknownScanCode
from edge.domain.sale.refusals.labels import MisreadCode
from edge.domain.sale.refusals.lines import BadLine
from edge.usecases.item.look_up import Scanned, look_up_item, look_up_items, look_up_scan
from edge.usecases.sale.scan import ScanIntoBasket, ScannedInto, scan_into
from sync.http.body import read_body
from sync.protocol.errors import NotFound


class ItemsAnswer(msgspec.Struct, frozen=True):
    """A page of items, with today's prices."""

    items: tuple[ItemFound, ...]


@get("/items/{scan_code:str}", operation_class=Described)
async def by_code(scan_code: TextInPath, box: TheBox) -> ItemFound:
    """The item that a scan code, or else an id, means; inactive ones too, and they say so."""
    moment = box.clock.moment()
    found = await box.reader.read(lambda db: look_up_item(db, scan_code, moment))
    if found is None:
        raise _not_found(UnknownScanCode(scan_code, field="scan_code"))
    return found


@get("/scans", operation_class=Described)
async def by_scan(box: TheBox, text: Typed) -> Scanned:
    """The item that a text in the scan field means: a code as it stands, or else an item's id, or
    else a quantity and a code (``3*4006381333931``, also with ``x`` or ``×``). A code may say more
    than its item: a weight or price (a scale's label), a lot, a date, a serial number (GS1)."""
    moment = box.clock.moment()
    try:
        return await box.reader.read(lambda db: look_up_scan(db, text, moment))
    except (UnknownScanCode, MisreadCode) as unknown:
        raise _not_found(unknown) from unknown


@post(
    "/scans",
    status_code=200,
    request_max_body_size=SALE_BYTES_MAX,
    operation_class=accepts(ScanIntoBasket),
    middleware=[answered_directly],
)
async def into_basket(request: litestar.Request[Any, Any, Any]) -> Response[ScannedInto]:
    """As ``GET /scans``, and what the basket comes to with it: a till asks once for each scan."""
    box = box_of(request)
    asked, workstation_id = await read_body(request, ScanIntoBasket), workstation_of(request)
    moment = box.clock.moment()
    try:
        found = await box.reader.read(lambda db: scan_into(db, asked, workstation_id, moment))
    except (UnknownScanCode, MisreadCode) as unknown:
        raise _not_found(unknown) from unknown
    return Response(found)


def _not_found(unknown: BadLine) -> NotFound:
    return NotFound(unknown.detail, remedy=unknown.remedy, field=unknown.field)


@get("/items", operation_class=Described)
async def by_words(
    box: TheBox, q: Words = "", limit: Limit = PAGE, offset: Offset = 0
) -> ItemsAnswer:
    """Active items, best first: the one whose code or id ``q`` is; names that begin with it; items
    that hold its words; items with words that begin so. Case and accents do not count."""
    moment = box.clock.moment()
    found = await box.reader.read(lambda db: look_up_items(db, q, limit, offset, moment))
    return ItemsAnswer(found)


ROUTES = (by_code, by_scan, into_basket, by_words)
