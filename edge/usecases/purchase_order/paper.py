"""An order on the paper that its supplier gets: who orders of whom, what in the supplier's own
codes, for how much. In English, which suppliers elsewhere read, too."""

import csv
import sqlite3
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple
from uuid import UUID

from edge.db.buying import SupplierNow, find_supplier
from edge.db.purchase_orders import OrderedLine, PurchaseOrder
from edge.db.store import read_settings
from edge.usecases.purchase_order.look_up import look_up_order
from sync.http.written import no_formula, quantity
from sync.protocol.money import format_minor
from sync.protocol.paper.blocks import RULE, Block, Pair, Words
from sync.protocol.paper.receipt import quantity_said
from sync.protocol.purchase_order import OrderState
from sync.protocol.reference import StoreSettings


class OrderPaper(NamedTuple):
    """``title``: the order's number, or that it is a draft; ``at_ms``: when it was changed last, so
    that the same order is the same bytes. ``table``: its lines as CSV, for programs."""

    title: str
    blocks: tuple[Block, ...]
    at_ms: int
    store_name: str
    table: str


def order_paper(db: sqlite3.Connection, order_id: UUID) -> OrderPaper:
    """Raises UnknownOrder, SettingsMissing."""
    order, store = look_up_order(db, order_id), read_settings(db)
    title = order.number or "DRAFT"
    supplier = find_supplier(db, order.supplier_id)
    blocks = tuple(_blocks(order, store, supplier))
    table = _table(order, store.decimals)
    return OrderPaper(title, blocks, order.changed_at_ms, store.store_name, table)


def _table(order: PurchaseOrder, decimals: int) -> str:
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(("order", "code", "item", "name", "quantity", "unit", "cost"))
    for line in order.lines:
        if line.ordered_milli:
            cost = "" if line.cost_minor is None else format_minor(line.cost_minor, decimals)
            what = (line.code or "", line.item_id, line.name)
            many = (quantity(line.ordered_milli).replace(",", ""), line.unit, cost.replace(",", ""))
            rows.writerow(no_formula(cell) for cell in (order.number, *what, *many))
    return written.getvalue()


def _blocks(order: PurchaseOrder, store: StoreSettings, supplier: SupplierNow) -> Iterator[Block]:
    ended = order.state in (OrderState.CANCELLED, OrderState.CLOSED)
    said = f", {order.state.value.upper()}" if ended else ""
    yield Words(f"PURCHASE ORDER {order.number or '(draft, not sent)'}{said}", strong=True)
    yield RULE
    yield Words(f"To {supplier.name}")
    yield from (Words(text) for text in (supplier.address, supplier.email) if text)
    yield RULE
    yield Words(f"From {store.supplier_name or store.store_name}")
    yield Words(f"Deliver to {store.store_name} ({store.store_code})")
    if store.supplier_address:
        yield Words(store.supplier_address)
    if order.expected_on is not None:
        yield Words(f"Expected on {order.expected_on.isoformat()}", strong=True)
    yield RULE
    for line in order.lines:
        if line.ordered_milli:
            yield from _line(line, store.decimals)
    yield RULE
    if order.cost_minor is not None:
        yield Pair(f"Total {store.currency}", format_minor(order.cost_minor, store.decimals), True)
    yield Words("Please put the number of this order on the delivery note.")


def _line(line: OrderedLine, decimals: int) -> Iterator[Block]:
    cost = "" if line.cost_minor is None else format_minor(line.cost_minor, decimals)
    code = f"{line.code}  " if line.code else ""
    yield Pair(f"{code}{line.name}", cost)
    yield Words(f"  {quantity_said(line.ordered_milli, line.unit)}  (ours: {line.item_id})")
