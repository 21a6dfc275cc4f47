"""What the shop should order, of whom: from its reorder points, what is there, what is on order and
what was sold; and its orders."""

from typing import Any

from litestar import Request, Response, get

from edge.api.parameters import TheBox
from edge.db.buying import items_with_points
from edge.db.purchase_orders import list_orders
from edge.db.store import read_settings
from edge.domain.orders import SOLD_DAYS, by_supplier
from edge.pages.coming_in import needing, office_guard
from edge.pages.day import Offset
from edge.pages.page import tables_page
from edge.pages.places import ORDERS, order_address
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
LISTED = 50


@get(ORDERS, guards=[office_guard], opt=needing(Permission.RECEIVE_STOCK))
async def show_orders(request: AnyRequest, box: TheBox, after: Offset = 0) -> Response[Any]:
    """By supplier, in whole packs, with what they cost; and the orders that there are."""
    now_ms = box.clock.moment().wall_ms
    items, settings, orders = await box.reports.read(
        lambda db: (
            items_with_points(db, now_ms),
            read_settings(db),
            list_orders(db, LISTED, after),
        )
    )
    return tables_page(
        request,
        "orders.html",
        proposed=by_supplier(items),
        points=len(items),
        days=SOLD_DAYS,
        orders=orders,
        order_address=order_address,
        first=ORDERS if after else None,
        following=f"{ORDERS}?after={after + LISTED}" if len(orders) == LISTED else None,
        settings=settings,
        zone=box.clock.zone,
        now_ms=now_ms,
    )


ROUTES = (show_orders,)
