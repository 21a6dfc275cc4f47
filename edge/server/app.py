"""The store server's application: routes, their guards, headers and problems.

Built for one ``Box``. Litestar's own pages of the API's description load from a CDN, so only the
JSON is served, to paired workstations.
"""

from copy import copy
from functools import cache

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig

from edge.api import (
    baskets,
    costs,
    coupons,
    currencies,
    customers,
    days,
    display,
    doctor,
    health,
    items,
    kept,
    mails,
    metrics,
    office,
    operators,
    pages,
    pairing,
    papers,
    payments,
    printing,
    purchase_orders,
    quick_keys,
    quotes,
    receipts,
    rights,
    safe,
    sales,
    session,
    shelf_counts,
    shelf_labels,
    stock,
    supplier_returns,
    sync_status,
    till,
    tills,
    totals,
    transfers,
    workstations,
)
from edge.api.guard import (
    provide_box,
    require_display,
    require_own_host,
    require_session,
    require_workstation,
)
from edge.api.limits import BODY_BYTES_MAX
from edge.api.problems import EXCEPTION_HANDLERS
from edge.api.stated_head import compare_stated_head
from edge.box.box import Box
from edge.pages import assets as page_assets
from edge.pages import (
    day,
    expiring,
    finding,
    order_drafts,
    order_receiving,
    receiving,
    shelf_count_look,
    signing_in,
    sync,
)
from edge.pages import orders as page_orders
from edge.pages import people as page_people
from edge.pages import purchase_orders as page_purchase_orders
from edge.pages import receipts as page_receipts
from edge.pages import reports as page_reports
from edge.pages import safe as page_safe
from edge.pages import shelf_counts as page_counts
from edge.pages import shelf_labels as page_labels
from edge.pages import stock as page_stock
from edge.pages import supplier_returns as page_supplier_returns
from edge.pages import taking_out as page_taking_out
from edge.pages import tills as page_tills
from edge.pages import transfers as page_transfers
from edge.pages import worth as page_worth
from edge.pages.page import PAGE_EXCEPTIONS
from sync.http.describing import DescribedAsJson
from sync.http.headers import harden
from sync.http.problems import Problem
from sync.http.tries import WrongTries

_PAIRED = (
    *till.ROUTES,
    *display.ROUTES,
    *sync_status.ROUTES,
    *kept.ROUTES,
    *session.ROUTES,
    *operators.OPEN_ROUTES,
)
"""Asked by a workstation at which nobody is signed in."""
_OF_SALES = (
    baskets,
    costs,
    coupons,
    currencies,
    customers,
    days,
    items,
    mails,
    papers,
    payments,
    printing,
    purchase_orders,
    quick_keys,
    quotes,
    receipts,
    rights,
    safe,
    sales,
    shelf_counts,
    shelf_labels,
    stock,
    supplier_returns,
    tills,
    totals,
    transfers,
)
_SIGNED_IN = (*_OF_SALES, doctor, office, operators, workstations)
_OF_STOCK = (
    *(page_stock, page_counts, shelf_count_look, page_taking_out, page_transfers),
    *(page_labels, expiring),
)
_PAGES = (
    *(page_assets, signing_in, finding, day, page_receipts),
    *(page_tills, page_safe, *_OF_STOCK),
    *(page_orders, order_drafts, page_purchase_orders, order_receiving, receiving),
    page_supplier_returns,
    page_worth,
    *(page_reports, page_people, sync),
)


def build_app(box: Box) -> Litestar:
    """The application of ``box``. Starts nothing: the caller serves it."""
    app = copy(_routed())
    tries = WrongTries(box.settings.tries)
    app.state = State({"box": box, "assets": pages.load_assets(), "tries": tries})
    return app


@cache
def _routed() -> Litestar:
    """What Litestar makes of the routes, once for all stores of a process: it takes 60 ms, and
    knows no box."""
    guards = [require_workstation, compare_stated_head]
    open_to_all = (*health.ROUTES, *pages.ROUTES, *pairing.ROUTES, *display.OPEN_ROUTES)
    displays = Router("/", route_handlers=display.DISPLAY_ROUTES, guards=[require_display])
    counted = Router("/", route_handlers=metrics.ROUTES, guards=[metrics.require_metrics_token])
    paired = Router("/", route_handlers=_PAIRED, guards=guards)
    session_routes = Router(
        "/",
        route_handlers=[route for module in _SIGNED_IN for route in module.ROUTES],
        guards=[*guards, require_session],
    )
    back_office = Router(
        "/",
        route_handlers=[route for module in _PAGES for route in module.ROUTES],
        exception_handlers=PAGE_EXCEPTIONS,
        include_in_schema=False,
    )
    return Litestar(
        route_handlers=[*open_to_all, counted, displays, paired, session_routes, back_office],
        guards=[require_own_host],
        dependencies={"box": Provide(provide_box)},
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[harden],
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=OpenAPIConfig(
            title="Holdfast store server",
            version="1",
            use_handler_docstrings=True,
            render_plugins=[DescribedAsJson("/openapi.json", Problem)],
            openapi_router=Router("/schema", route_handlers=[], guards=guards),
        ),
        logging_config=None,
    )
