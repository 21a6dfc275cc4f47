"""An order before it is sent: made of what is proposed for a supplier, or scanned and typed, and
changed as often as somebody likes. A scan asks for one pack of what comes in packs."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import uuid_utils.compat
from litestar import Request, Response, get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.buying import items_with_points, list_suppliers, supplied_for
from edge.db.items import find_items
from edge.db.purchase_orders import PurchaseOrder
from edge.db.store import read_settings
from edge.domain.fields import Word
from edge.domain.orders import by_supplier
from edge.pages.acting import act
from edge.pages.coming_in import office_guard, signed_in
from edge.pages.day import Named
from edge.pages.goods_lines import (
    FormId,
    Row,
    goods_of,
    goods_route,
    in_form,
    rows_of,
    scanned,
    with_more,
)
from edge.pages.page import page
from edge.pages.places import NEW_ORDER, ORDERS, order_address
from edge.pages.signing_in import as_typed
from edge.pages.typed import plain
from edge.usecases.item.look_up import as_of_now
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.purchase_order.save_draft import SaveDraft, WantedLine, save_draft
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.money import MILLI, format_minor
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
KEPT = ("supplier", "expected_on", "order_id")
_NEEDS: dict[str, Any] = {
    "guards": [office_guard],
    "opt": goods_route(Permission.RECEIVE_STOCK),
}
_SENT: dict[str, Any] = {**_NEEDS, "request_max_body_size": SALE_BYTES_MAX}


class _Said(FormId, frozen=True):
    order_id: UUID
    supplier: Word
    expected_on: date | None = None


class ShownLine(NamedTuple):
    """As it was typed; ``asked_minor``: what the supplier is known to ask for so much."""

    item_id: str
    name: str
    code: str | None
    pack_milli: int | None
    quantity: str
    cost: str
    asked_minor: int | None


@get(NEW_ORDER, **_NEEDS)
async def show_new(request: AnyRequest, box: TheBox, supplier: Named = None) -> Response[Any]:
    """An empty order, or what is proposed for a supplier."""
    now_ms, form = box.clock.moment().wall_ms, {"supplier": supplier or ""}
    if supplier:
        items = await box.reports.read(lambda db: items_with_points(db, now_ms))
        form |= in_form(
            [
                Row(line.item.item_id, plain(line.quantity_milli))
                for proposed in by_supplier(items)
                if proposed.supplier_id == supplier
                for line in proposed.lines
            ]
        )
    return await _shown(request, box, form)


@get(f"{ORDERS}/{{order_id:uuid}}/change", **_NEEDS)
async def show_draft(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """A draft as it was saved last."""
    order, settings = await box.reader.read(
        lambda db: (look_up_order(db, order_id), read_settings(db))
    )
    rows = [
        Row(
            one.item_id,
            plain(one.ordered_milli),
            "" if one.cost_minor is None else format_minor(one.cost_minor, settings.decimals),
        )
        for one in order.lines
    ]
    said = {"supplier": order.supplier_id, "order_id": str(order_id)}
    expected = "" if order.expected_on is None else order.expected_on.isoformat()
    return await _shown(request, box, {**said, "expected_on": expected, **in_form(rows)})


@post(f"{NEW_ORDER}/lines", status_code=200, **_SENT)
async def add_wanted(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What was scanned is one more row, or more of one that is there."""
    form = await read_form(request)
    supplier = form.get("supplier", "")
    try:
        found, milli = await scanned(box, form.get("scan", ""))
        item_id = found.item.item_id
        known = await box.reader.read(lambda db: supplied_for(db, supplier, [item_id]))
        pack = known[item_id].pack_milli if item_id in known else MILLI
        more = with_more(form, item_id, milli * pack // MILLI, KEPT)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return await _shown(request, box, more)


@post(NEW_ORDER, status_code=303, **_SENT)
async def send_draft(request: AnyRequest, box: TheBox) -> Response[Any]:
    """All of the form is the draft."""
    form = await read_form(request)
    try:
        asked = await _asked(request, box, form)
        saved = await act(
            request,
            box,
            PurchaseOrder,
            lambda db, at: save_draft(db, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(order_address(saved.order_id))


async def _asked(request: AnyRequest, box: Box, form: Mapping[str, str]) -> SaveDraft:
    """A cost that was left empty is what the supplier asks. Raises InvalidField."""
    said = as_typed(_Said, form, "event_id", *KEPT)
    settings = await box.reader.read(read_settings)
    goods = goods_of(form, settings.decimals)
    items = [one.item_id for one in goods]
    known = await box.reader.read(lambda db: supplied_for(db, said.supplier, items))
    lines = []
    for item_id, milli, cost, _ in goods:
        ask = known.get(item_id)
        asked = None if ask is None else ask.for_milli(milli)
        code = None if ask is None else ask.code
        lines.append(WantedLine(item_id, milli, None, code, asked if cost is None else cost))
    who = (said.event_id, said.order_id, signed_in(request).operator_id)
    return SaveDraft(*who, said.supplier, tuple(lines), said.expected_on)


async def _shown(
    request: AnyRequest, box: Box, form: Mapping[str, str], refusal: Refusal | None = None
) -> Response[Any]:
    rows, supplier, moment = rows_of(form), form.get("supplier", ""), box.clock.moment()
    items = [row.item_id for row in rows]

    def read(db: sqlite3.Connection) -> tuple[Any, ...]:
        names = {one.item_id: one.name for one in find_items(db, items, as_of_now(db, moment))}
        return list_suppliers(db), names, supplied_for(db, supplier, items), read_settings(db)

    suppliers, names, asks, settings = await box.reader.read(read)
    lines = []
    for row in rows:
        ask, milli = asks.get(row.item_id), row.milli
        code, pack = (None, None) if ask is None else (ask.code, ask.pack_milli)
        asked = None if ask is None or milli is None else ask.for_milli(milli)
        named = (row.item_id, names.get(row.item_id, row.item_id))
        lines.append(ShownLine(*named, code, pack, row.quantity, row.cost, asked))
    return page(
        request,
        "order_draft.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=form,
        order_id=form.get("order_id") or uuid_utils.compat.uuid7(),
        suppliers=suppliers,
        settings=settings,
        lines=lines,
    )


ROUTES = (show_new, show_draft, add_wanted, send_draft)
