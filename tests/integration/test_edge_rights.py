"""Every route × every role: for each it is said what is asked, so that a new one cannot be
forgotten."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from edge.server.app import build_app
from sync.protocol.codec import encode
from sync.protocol.permissions import SHIPPED_ROLES, Permission
from sync.protocol.reference import Role
from tests.edge_store import CUSTOMER, MILK, open_store, sale
from tests.integration.asked_fixtures import (
    SAID,
    aside,
    by_ben,
    fresh,
    goods,
    payment,
    sent,
    taken_out,
)
from tests.integration.people_fixtures import Counter
from tests.integration.test_edge_http_guards import is_office
from tests.pins import publish_person

STOREKEEPER = Role("storekeeper", "Storekeeper", (Permission.RECEIVE_STOCK, "water_the_plants"), ())
ROLES = {role.role: role for role in (*SHIPPED_ROLES, STOREKEEPER)}
ROLES["juggler"] = Role("juggler", "juggler", (Permission.SELL, Permission.TRAIN))
"""The last is known to nobody, and sells."""
OPEN, PAIRED, ANYBODY = "open to all", "a paired workstation", "whoever is signed in"
CREDIT = {"kind": "store_credit", "customer_id": str(uuid4())}
LABELS = {"items": [{"item_id": "item-1"}]}
NOTHING_BOUGHT = {"operator_id": "ben", "lines": []}
REFUSED = {"permission-needed", "override-needed"}


class Now(NamedTuple):
    """What there is when a request is made."""

    day: str
    till: str
    receipt: dict[str, Any]


def milk_back(now: Now) -> dict[str, Any]:
    line = {"line_no": 1, "quantity_milli": 1_000}
    original = {"sale_id": now.receipt["sale_id"], "line_no": 1}
    back = [{"tender_id": "cash", "amount_minor": -345}]
    lines = [{**line, "original": original}]
    return sale(operator_id="ben", lines=lines, tenders=back, total_minor=-345)


Body = Callable[[Now], Any]
ASKS: dict[tuple[str, str], tuple[str, Body | None]] = {
    ("GET", "/"): (OPEN, None),
    ("GET", "/display"): (OPEN, None),
    ("GET", "/sw.js"): (OPEN, None),
    ("GET", "/web/{version:str}/{folder:str}/{name:str}"): (OPEN, None),
    ("GET", "/health"): (OPEN, None),
    ("GET", "/metrics"): (OPEN, None),
    ("POST", "/pair"): (OPEN, None),
    ("POST", "/display/pair"): (OPEN, None),
    ("GET", "/display/shown"): (OPEN, None),
    ("POST", "/display/answer"): (OPEN, None),
    ("POST", "/display/tell"): (PAIRED, None),
    ("GET", "/display/answered"): (PAIRED, None),
    ("GET", "/schema"): (PAIRED, None),
    ("GET", "/schema/{path:str}"): (PAIRED, None),
    ("GET", "/schema/openapi.json"): (PAIRED, None),
    ("GET", "/sync"): (PAIRED, None),
    ("GET", "/till"): (PAIRED, None),
    ("GET", "/till/operators"): (PAIRED, None),
    ("GET", "/till/tenders"): (PAIRED, None),
    ("POST", "/kept/offers"): (PAIRED, None),
    ("POST", "/kept"): (PAIRED, None),
    ("POST", "/session"): (PAIRED, None),
    ("GET", "/session"): (PAIRED, None),
    ("POST", "/session/lock"): (PAIRED, None),
    ("DELETE", "/session"): (PAIRED, None),
    ("GET", "/operators/{operator_id:str}/telephone"): (PAIRED, None),
    ("POST", "/operators/{operator_id:str}/telephone"): (PAIRED, None),
    ("POST", "/session/pin"): (ANYBODY, lambda _: {"request_id": str(uuid4()), "new_pin": "1111"}),
    ("POST", "/overrides"): (ANYBODY, lambda _: {"request_id": str(uuid4())}),
    ("GET", "/items"): (ANYBODY, None),
    ("GET", "/items/{scan_code:str}"): (ANYBODY, None),
    ("GET", "/scans"): (ANYBODY, None),
    ("POST", "/scans"): (ANYBODY, lambda _: {"text": MILK, "basket": NOTHING_BOUGHT}),
    ("GET", "/customers"): (ANYBODY, None),
    ("GET", "/customers/{customer_id:uuid}"): (ANYBODY, None),
    ("GET", "/receipts"): (ANYBODY, None),
    ("POST", "/receipts/asks"): (ANYBODY, lambda _: {"code": "x"}),
    ("GET", "/sales"): (ANYBODY, None),
    ("GET", "/sales/{sale_id:uuid}"): (ANYBODY, None),
    ("GET", "/stock/{item_id:str}"): (ANYBODY, None),
    ("GET", "/stock/{item_id:str}/movements"): (ANYBODY, None),
    ("GET", "/stock/{item_id:str}/lots"): (Permission.SEE_REPORTS, None),
    ("GET", "/stock-expiring"): (Permission.SEE_REPORTS, None),
    ("POST", "/labels"): (ANYBODY, lambda _: LABELS),
    ("POST", "/labels/sheets"): (ANYBODY, lambda _: {**LABELS, "sheet": "none"}),
    ("POST", "/labels/print"): (ANYBODY, lambda _: {**LABELS, "printer": "shelf"}),
    ("GET", "/business-days/current"): (ANYBODY, None),
    ("GET", "/till-sessions/current"): (ANYBODY, None),
    ("POST", "/quotes"): (ANYBODY, lambda _: NOTHING_BOUGHT),
    ("GET", "/baskets"): (ANYBODY, None),
    ("GET", "/quick-keys"): (ANYBODY, None),
    ("GET", "/coupons"): (ANYBODY, None),
    ("GET", "/currencies"): (ANYBODY, None),
    ("GET", "/currencies/{currency:str}/worth"): (ANYBODY, None),
    ("GET", "/payments"): (ANYBODY, None),
    ("GET", "/payments/{attempt_id:uuid}"): (ANYBODY, None),
    ("POST", "/payments/{attempt_id:uuid}/ask"): (ANYBODY, lambda _: {"operator_id": "ben"}),
    ("GET", "/points/{customer_id:uuid}/movements"): (ANYBODY, None),
    ("POST", "/rights/asks"): (ANYBODY, lambda _: {"account": CREDIT, "amount": 1}),
    ("POST", "/rights/balances"): (ANYBODY, lambda _: {"account": CREDIT}),
    ("GET", "/doctor"): (Permission.SEE_REPORTS, None),
    ("GET", "/totals"): (Permission.SEE_REPORTS, None),
    ("GET", "/reports/stock-value"): (Permission.SEE_REPORTS, None),
    ("GET", "/reports/cost-of-sales"): (Permission.SEE_REPORTS, None),
    ("GET", "/totals/receipts"): (Permission.SEE_REPORTS, None),
    ("POST", "/sales"): (Permission.SELL, lambda _: sale(operator_id="ben")),
    ("POST", "/sales/{sale_id:uuid}/abandon"): (Permission.SELL, lambda _: {"operator_id": "ben"}),
    ("POST", "/baskets"): (Permission.SELL, lambda _: aside()),
    ("POST", "/baskets/{basket_id:uuid}/recall"): (Permission.SELL, lambda _: fresh()),
    ("POST", "/baskets/{basket_id:uuid}/cancel"): (Permission.SELL, lambda _: fresh()),
    ("POST", "/baskets/removals"): (Permission.SELL, lambda _: taken_out()),
    ("POST", "/payments"): (Permission.SELL, lambda _: payment()),
    ("POST", "/payments/refunds"): (
        Permission.RETURN_GOODS,
        lambda _: {**payment(), "refunds": "000000000001"},
    ),
    ("POST", "/payments/{attempt_id:uuid}/accept"): (
        Permission.SELL,
        lambda _: {"operator_id": "ben", "outcome": "confirmed"},
    ),
    ("POST", "/payments/{attempt_id:uuid}/give-up"): (
        Permission.SELL,
        lambda _: {"operator_id": "ben"},
    ),
    ("POST", "/drawer"): (Permission.NO_SALE, lambda _: fresh(reason="r")),
    ("POST", "/quick-keys"): (Permission.ARRANGE_TILL, lambda _: fresh(version=0, tabs=[])),
    ("POST", "/sales/{sale_id:uuid}/print"): (ANYBODY, lambda _: {"operator_id": "ben"}),
    ("GET", "/sales/{sale_id:uuid}/receipt.pdf"): (ANYBODY, None),
    ("POST", "/sales/{sale_id:uuid}/hand-out"): (ANYBODY, lambda _: {"operator_id": "ben"}),
    ("POST", "/sales/{sale_id:uuid}/invoice"): (ANYBODY, lambda _: fresh(name="A", address="B")),
    ("POST", "/sales/{sale_id:uuid}/mails"): (ANYBODY, lambda _: fresh(address="a@b.example")),
    ("POST", "/returns"): (Permission.RETURN_GOODS, milk_back),
    ("POST", "/business-days"): (
        Permission.OPEN_DAY,
        lambda now: fresh(business_date=now.day),
    ),
    ("POST", "/business-days/{business_date:date}/close"): (
        Permission.CLOSE_DAY,
        lambda _: fresh(),
    ),
    ("POST", "/business-days/{business_date:date}/reopen"): (
        Permission.REOPEN_DAY,
        lambda _: fresh(reason="r"),
    ),
    ("POST", "/till-sessions"): (
        Permission.OPEN_TILL,
        lambda _: {"till_session_id": str(uuid4()), "operator_id": "ben", "float_minor": 0},
    ),
    ("POST", "/till-sessions/{till_session_id:uuid}/settle"): (
        Permission.SETTLE_TILL,
        lambda _: fresh(counted_cash_minor=0),
    ),
    ("GET", "/till-sessions/{till_session_id:uuid}"): (Permission.SEE_REPORTS, None),
    ("POST", "/till-sessions/{till_session_id:uuid}/moves"): (
        Permission.MOVE_CASH,
        lambda _: by_ben("movement_id", kind="loan", amount_minor=5, reason="r"),
    ),
    ("POST", "/till-sessions/{till_session_id:uuid}/counts"): (
        Permission.SETTLE_TILL,
        lambda _: by_ben("count_id", counted_cash_minor=0),
    ),
    ("POST", "/till-sessions/{till_session_id:uuid}/hand-over"): (
        Permission.SETTLE_TILL,
        lambda _: by_ben("handover_id", to_operator_id="ben"),
    ),
    ("GET", "/safe"): (Permission.KEEP_SAFE, None),
    ("POST", "/safe/counts"): (
        Permission.KEEP_SAFE,
        lambda _: by_ben("count_id", counted_minor=5),
    ),
    ("POST", "/safe/deposits"): (
        Permission.KEEP_SAFE,
        lambda _: by_ben("deposit_id", amount_minor=5, bag_number="B1"),
    ),
    ("POST", "/stock/receipts"): (Permission.RECEIVE_STOCK, lambda _: goods()),
    ("POST", "/stock-movements"): (
        Permission.ADJUST_STOCK,
        lambda _: {
            **goods(),
            "kind": "waste",
            "lines": [{"item_id": "item-1", "quantity_milli": -1_000}],
        },
    ),
    ("GET", "/purchase-orders"): (Permission.RECEIVE_STOCK, None),
    ("GET", "/purchase-orders/{order_id:uuid}"): (Permission.RECEIVE_STOCK, None),
    ("POST", "/purchase-orders"): (
        Permission.ORDER_STOCK,
        lambda _: fresh(order_id=str(uuid4()), supplier_id="ACME", lines=goods()["lines"]),
    ),
    ("POST", "/purchase-orders/{order_id:uuid}/send"): (Permission.ORDER_STOCK, lambda _: fresh()),
    ("POST", "/purchase-orders/{order_id:uuid}/mails"): (Permission.ORDER_STOCK, lambda _: fresh()),
    ("POST", "/purchase-orders/{order_id:uuid}/receipts"): (
        Permission.RECEIVE_STOCK,
        lambda _: goods(),
    ),
    ("POST", "/purchase-orders/{order_id:uuid}/close"): (
        Permission.ORDER_STOCK,
        lambda _: by_ben("closing_id", cancelled=True, reason="r"),
    ),
    ("GET", "/supplier-returns"): (Permission.RECEIVE_STOCK, None),
    ("POST", "/supplier-returns"): (
        Permission.ADJUST_STOCK,
        lambda _: {**goods(), "supplier_id": "ACME"},
    ),
    ("POST", "/supplier-returns/{movement_id:uuid}/credits"): (
        Permission.ADJUST_STOCK,
        lambda _: by_ben("credit_id", number="CN-1", amount_minor=100),
    ),
    ("GET", "/transfers"): (ANYBODY, None),
    ("GET", "/transfers/known"): (ANYBODY, None),
    ("POST", "/transfers/wishes"): (
        Permission.ORDER_STOCK,
        lambda _: sent("note_id", other_store="S02"),
    ),
    ("POST", "/transfers/wishes/end"): (
        Permission.ADJUST_STOCK,
        lambda _: by_ben("note_id", **SAID),
    ),
    ("POST", "/transfers/settle"): (Permission.ADJUST_STOCK, lambda _: by_ben("note_id", **SAID)),
    ("POST", "/transfers/out"): (Permission.ADJUST_STOCK, lambda _: sent(other_store="S02")),
    ("POST", "/transfers/in"): (Permission.RECEIVE_STOCK, lambda _: sent(number="S02-S01-1-7")),
    ("GET", "/stock-counts"): (ANYBODY, None),
    ("GET", "/stock-counts/{count_id:uuid}"): (Permission.ADJUST_STOCK, None),
    ("POST", "/stock-counts"): (
        Permission.COUNT_STOCK,
        lambda _: {"count_id": str(uuid4()), "operator_id": "ben", "name": "dairy"},
    ),
    ("POST", "/stock-counts/{count_id:uuid}/lines"): (
        Permission.COUNT_STOCK,
        lambda _: {"line_id": str(uuid4()), "operator_id": "ben", "text": MILK},
    ),
    ("POST", "/stock-counts/{count_id:uuid}/again"): (
        Permission.ADJUST_STOCK,
        lambda _: fresh(item_ids=["item-1"]),
    ),
    ("POST", "/stock-counts/{count_id:uuid}/book"): (Permission.ADJUST_STOCK, lambda _: fresh()),
    ("POST", "/stock-counts/{count_id:uuid}/cancel"): (Permission.ADJUST_STOCK, lambda _: fresh()),
    ("POST", "/customers"): (
        Permission.EDIT_CUSTOMERS,
        lambda _: {"operator_id": "ben", "customer_id": str(uuid4()), "name": "Li"},
    ),
    ("PATCH", "/customers/{customer_id:uuid}"): (
        Permission.EDIT_CUSTOMERS,
        lambda _: fresh(code="C1"),
    ),
    ("POST", "/customers/{customer_id:uuid}/deactivate"): (
        Permission.EDIT_CUSTOMERS,
        lambda _: fresh(),
    ),
    ("POST", "/office/enter"): (ANYBODY, lambda _: {"request_id": str(uuid4())}),
    ("GET", "/workstations"): (Permission.PAIR_WORKSTATIONS, None),
    ("POST", "/pairing-codes"): (Permission.PAIR_WORKSTATIONS, lambda _: {"workstation_id": "W7"}),
    ("POST", "/unpair"): (Permission.PAIR_WORKSTATIONS, lambda _: {"workstation_id": "W7"}),
    ("POST", "/operators/{operator_id:str}/unlock"): (
        Permission.UNLOCK_OPERATORS,
        lambda _: fresh(reason="r"),
    ),
}
QUERIES = {
    "/reports/cost-of-sales": "?first=2026-01-01&last=2026-12-31",
    "/scans": f"?text={MILK}",
    "/sales": "?receipt_number=x",
    "/receipts": "?code=x",
    "/coupons": "?code=SAVE5",
    "/currencies/{currency:str}/worth": "?amount_minor=100",
}
LAST = ("/session", "/session/lock", "/business-days/{business_date:date}/close")
"""What changes what the others find."""


def in_full(path: str, now: Now) -> str:
    named = {
        "{business_date:date}": now.day,
        "{till_session_id:uuid}": now.till,
        "{sale_id:uuid}": now.receipt["sale_id"],
        "{customer_id:uuid}": str(CUSTOMER),
        "{operator_id:str}": "anna",
        "{item_id:str}": "item-1",
        "{scan_code:str}": MILK,
        "{currency:str}": "MYR",
        "{basket_id:uuid}": str(uuid4()),
        "{attempt_id:uuid}": str(uuid4()),
        "{count_id:uuid}": str(uuid4()),
        "{order_id:uuid}": str(uuid4()),
        "{movement_id:uuid}": str(uuid4()),
    }
    for name, value in named.items():
        path = path.replace(name, value)
    return path.replace(
        "/sales/" + now.receipt["sale_id"] + "/abandon", f"/sales/{uuid4()}/abandon"
    )


async def opened(counter: Counter) -> Now:
    """Anna opens the shop and sells; then only what a session allows is done."""
    till = await counter.till.open_shop()
    body = sale()
    sold = await counter.till.call("POST", "/sales", body)
    assert sold.status_code == 201, sold.text
    day = (await counter.till.call("GET", "/business-days/current")).json()["business_date"]
    return Now(day, till, sold.json())


def walked() -> list[tuple[str, str]]:
    return sorted(ASKS, key=lambda route: (route[1] in LAST, route[1] == "/session", route[1]))


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_asks_each_role_for_what_it_says(role: str, tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        counter = Counter(till, {})
        now = await opened(counter)
        del till.client.headers["Holdfast-Session"]
        await counter.do(lambda db: publish_person(db, "ben", role, "2580"))
        keeper = (STOREKEEPER.role, encode(STOREKEEPER))
        await counter.do(lambda db: db.execute("INSERT INTO role VALUES (?, ?)", keeper))
        await counter.sign_in("ben")
        for method, path in walked():
            asks, body = ASKS[method, path]
            if asks in (OPEN, PAIRED):
                continue
            url = in_full(path, now) + QUERIES.get(path, "")
            answer = await counter.call(method, url, None if body is None else body(now))
            problem = answer.json() if answer.is_error else {}
            said = str(problem.get("type")).rpartition(":")[2]
            allowed = asks is ANYBODY or asks in ROLES[role].permissions
            assert (said in REFUSED) == (not allowed), (method, path, answer.text)
            assert answer.status_code < 500


async def test_every_route_says_what_it_asks(tmp_path: Path) -> None:
    async with open_store(tmp_path / "S01") as till:
        found = {
            (method, route.path)
            for route in build_app(till.box).routes
            for handler in getattr(route, "route_handlers", ())
            for method in handler.http_methods
            if method not in ("OPTIONS", "HEAD")
        }
    pages = {(method, path) for method, path in found if is_office(path)}
    assert found - pages == ASKS.keys()


async def test_without_a_session_every_other_route_is_refused(
    tmp_path: Path,
) -> None:
    async with open_store(tmp_path / "S01") as till:
        counter = Counter(till, {})
        now = await opened(counter)
        del till.client.headers["Holdfast-Session"]
        for (method, path), (asks, body) in ASKS.items():
            if asks in (OPEN, PAIRED):
                continue
            url = in_full(path, now) + QUERIES.get(path, "")
            answer = await counter.call(method, url, None if body is None else body(now))
            assert "sign-in-needed" in answer.text, (method, path)
