"""The head-office application: routes and problems around one HeadOffice."""

from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ASGIApp

from central.api.admission import admission
from central.api.certificates import certify_box, read_lineage, read_predecessor
from central.api.guards import needing, person_guard
from central.api.health import read_health
from central.api.hello import say_hello
from central.api.limits import BODY_BYTES_MAX
from central.api.metrics import read_metrics
from central.api.problems import EXCEPTION_HANDLERS
from central.api.proof import take_checkpoints, take_declared
from central.api.reached import reached
from central.api.readmission import readmit
from central.api.reports import (
    report_cost_of_sales,
    report_daily_sales,
    report_lots,
    report_price_books,
    report_purchases,
    report_reconciliation,
    report_serials,
    report_stock,
    report_stock_value,
    report_stores,
    report_supplier_returns,
    report_tax,
    report_transfers,
)
from central.api.rights import grant_right, read_account_stated, read_receipt_stated
from central.api.session import begin_session, end_session, read_session
from central.api.signed_answers import signed_answers
from central.api.sync import (
    enrol_box,
    read_feed,
    read_heads,
    read_snapshot,
    take_epoch,
    take_journal,
    take_what_is_pruned,
)
from central.api.verdicts import VerdictProblem
from central.domain.access import UserRole
from central.office.head_office import HeadOffice
from central.pages import (
    account,
    attention,
    board,
    boxes,
    cash,
    customers,
    day,
    deposits,
    items,
    loyalty,
    loyalty_forms,
    payments,
    people,
    price_books,
    promotion,
    promotions,
    quarantine,
    receipts,
    sequence,
    settings,
    signing_in,
    stock,
    stock_lots,
    stock_margin,
    transfers,
    users,
)
from central.pages.assets import read_asset
from central.pages.page import PAGE_EXCEPTIONS, nothing_here
from sync.http.describing import DescribedAsJson
from sync.http.headers import harden

ROUTES: Sequence[Any] = (
    read_health,
    read_metrics,
    say_hello,
    enrol_box,
    take_journal,
    grant_right,
    read_account_stated,
    read_receipt_stated,
    take_epoch,
    take_what_is_pruned,
    read_heads,
    read_feed,
    read_snapshot,
    certify_box,
    read_predecessor,
    read_lineage,
    readmit,
    take_declared,
    take_checkpoints,
    begin_session,
    read_session,
    end_session,
    report_daily_sales,
    report_tax,
    report_price_books,
    report_stock,
    report_cost_of_sales,
    report_stock_value,
    report_stores,
    report_transfers,
    report_lots,
    report_purchases,
    report_serials,
    report_supplier_returns,
    report_reconciliation,
    read_asset,
)
_PAGES = (
    signing_in,
    account,
    board,
    day,
    attention,
    boxes,
    cash,
    customers,
    deposits,
    quarantine,
    receipts,
    sequence,
    items,
    loyalty,
    loyalty_forms,
    settings,
    price_books,
    promotion,
    promotions,
    payments,
    stock,
    stock_margin,
    stock_lots,
    transfers,
    people,
    users,
)


def build_app(office: HeadOffice) -> Litestar:
    """The application of ``office``. Starts nothing: the caller serves it, and runs what works in
    the background."""
    app = copy(_routed())
    app.state = State({"office": office})
    # Around the router too: it answers 404 and 405 itself, which no route's middleware sees.
    app.asgi_handler = _around(office, app.asgi_handler)
    return app


@cache
def _routed() -> Litestar:
    """What Litestar makes of the routes, once in a process: it takes 75 ms, and knows no office."""
    return Litestar(
        route_handlers=[
            *ROUTES,
            Router(
                "/",
                route_handlers=[route for module in _PAGES for route in module.ROUTES],
                exception_handlers=PAGE_EXCEPTIONS,
                include_in_schema=False,
            ),
        ],
        exception_handlers={**EXCEPTION_HANDLERS, HTTPException: nothing_here},
        before_send=[harden],
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=OpenAPIConfig(
            title="Holdfast head office",
            version="1",
            use_handler_docstrings=True,
            render_plugins=[DescribedAsJson("/openapi.json", VerdictProblem)],
            openapi_router=Router(
                "/schema", route_handlers=[], guards=[person_guard], opt=needing(UserRole.LOOK)
            ),
        ),
        logging_config=None,
    )


def _around(office: HeadOffice, app: ASGIApp) -> ASGIApp:
    """What every request comes through, the outermost last."""
    for layer in (admission(office.lanes), reached(office.reach), signed_answers(office.key)):
        app = layer(app)
    return app
