"""What expires soon, and what is over: lot by lot, with its worth and the way to throw it away."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from edge.api.parameters import TheBox
from edge.api.stock import DAYS, Days
from edge.db.store import read_settings
from edge.pages.coming_in import needing, office_guard
from edge.pages.page import tables_page
from edge.pages.places import EXPIRING, WASTE, stock_item_address
from edge.usecases.stock.lots import Expiring, expiring
from sync.http.written import quantity
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
WITHIN_DAYS = (0, 3, 7, 14, 30, 90)


@get(EXPIRING, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_expiring(
    request: AnyRequest,
    box: TheBox,
    days: Days = DAYS,
) -> Response[Any]:
    """The first day first."""
    moment = box.clock.moment()
    look, settings = await box.reports.read(
        lambda db: (expiring(db, days, moment), read_settings(db))
    )
    return tables_page(
        request,
        "expiring.html",
        look=look,
        settings=settings,
        days=days,
        choices=sorted({*WITHIN_DAYS, days}),
        item_address=stock_item_address,
        waste_address=_waste,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


def _waste(one: Expiring) -> str:
    """The form of waste, filled in."""
    said = {
        "text": one.item_id,
        "quantity": quantity(one.lot.quantity_milli).replace(",", ""),
        "lot": one.lot.lot,
        "expires_on": "" if one.lot.expires_on is None else one.lot.expires_on.isoformat(),
        "reason": "expired",
    }
    return f"{WASTE}?{urlencode(said)}"


ROUTES = (show_expiring,)
