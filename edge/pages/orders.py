"""What the shop should order, of whom: from its reorder points, what is there and what was sold."""

from typing import Any

from litestar import Request, Response, get

from edge.api.parameters import TheBox
from edge.db.buying import items_with_points
from edge.db.store import read_settings
from edge.domain.orders import SOLD_DAYS, by_supplier
from edge.pages.coming_in import needing, office_guard
from edge.pages.page import tables_page
from edge.pages.places import ORDERS
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]


@get(ORDERS, guards=[office_guard], opt=needing(Permission.RECEIVE_STOCK))
async def show_orders(request: AnyRequest, box: TheBox) -> Response[Any]:
    """By supplier, in whole packs, with what they cost."""
    now_ms = box.clock.moment().wall_ms
    items, settings = await box.reports.read(
        lambda db: (items_with_points(db, now_ms), read_settings(db))
    )
    return tables_page(
        request,
        "orders.html",
        proposed=by_supplier(items),
        points=len(items),
        days=SOLD_DAYS,
        settings=settings,
        zone=box.clock.zone,
        now_ms=now_ms,
    )


ROUTES = (show_orders,)
