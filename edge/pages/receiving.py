"""Goods that come in without an order: scanned one after the other, with the supplier's delivery
note and what they cost, beside what the supplier is known to ask."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from litestar import Request, Response, get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.db.buying import SuppliedFor, list_suppliers, supplied_for
from edge.db.item_rules import rules_of
from edge.db.items import find_items
from edge.db.store import read_settings
from edge.domain.fields import Word
from edge.pages.acting import At, act
from edge.pages.coming_in import office_guard, signed_in
from edge.pages.day import Named
from edge.pages.goods_lines import (
    FormId,
    Row,
    goods_of,
    goods_route,
    rows_of,
    scanned,
    with_more,
)
from edge.pages.page import page
from edge.pages.places import RECEIVE
from edge.pages.signing_in import as_typed
from edge.usecases.item.look_up import as_of_now
from edge.usecases.stock.receive_goods import (
    GoodsLine,
    ReceivedGoods,
    ReceiveGoods,
    receive_goods,
)
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
REASON = "delivery"
_SENT: dict[str, Any] = {
    "guards": [office_guard],
    "opt": goods_route(Permission.RECEIVE_STOCK),
    "request_max_body_size": SALE_BYTES_MAX,
}


class _Said(FormId, frozen=True):
    document: Word | None = None
    supplier: Word | None = None


class ShownLine(NamedTuple):
    """As it was typed; ``asked_minor``: what the supplier is known to ask for so much, None: not
    known; ``more_minor``: so much more it costs than that."""

    item_id: str
    name: str
    quantity: str
    cost: str
    asked_minor: int | None
    more_minor: int | None
    row: Row


@get(RECEIVE, guards=[office_guard], opt=goods_route(Permission.RECEIVE_STOCK))
async def show_receiving(request: AnyRequest, box: TheBox, done: Named = None) -> Response[Any]:
    """An empty delivery; ``done``: so many lines were booked before."""
    return await _shown(request, box, {}, done=done or "")


@post(f"{RECEIVE}/lines", status_code=200, **_SENT)
async def add_line(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What was scanned is one more line, or one more of a line that is there."""
    form = await read_form(request)
    try:
        found, milli = await scanned(box, form.get("scan", ""))
        more = with_more(form, found.item.item_id, milli, ("supplier", "document"), found.label)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal=refusal)
    return await _shown(request, box, more)


@post(RECEIVE, status_code=303, **_SENT)
async def send_receiving(request: AnyRequest, box: TheBox) -> Response[Any]:
    """All lines are booked as one movement."""
    form = await read_form(request)
    try:
        decimals = (await box.reader.read(read_settings)).decimals
        asked = _asked(request, form, decimals)

        def carry_out(db: sqlite3.Connection, at: At) -> ReceivedGoods:
            return receive_goods(db, asked, at.moment, at.override)

        booked = await act(request, box, ReceivedGoods, carry_out)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal=refusal)
    return see_other(f"{RECEIVE}?done={len(booked.lines)}")


def _asked(request: AnyRequest, form: Mapping[str, str], decimals: int) -> ReceiveGoods:
    """Raises InvalidField."""
    lines = [
        GoodsLine(one.item_id, one.quantity_milli, None, one.cost_minor, *one.mark)
        for one in goods_of(form, decimals)
    ]
    said = as_typed(_Said, form, "event_id", "document", "supplier")
    what = (said.event_id, signed_in(request).operator_id, REASON, tuple(lines))
    return ReceiveGoods(*what, document=said.document, supplier_id=said.supplier)


async def _shown(
    request: AnyRequest,
    box: Box,
    form: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[Any]:
    rows, supplier, moment = rows_of(form), form.get("supplier", ""), box.clock.moment()
    items = [ItemId(row.item_id) for row in rows]

    def read(db: sqlite3.Connection) -> tuple[Any, ...]:
        names = {one.item_id: one for one in find_items(db, items, as_of_now(db, moment))}
        asks = supplied_for(db, supplier, items)
        return list_suppliers(db), names, asks, read_settings(db), rules_of(db, items)

    suppliers, names, asks, settings, rules = await box.reader.read(read)
    return page(
        request,
        "receiving.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=form,
        done=done,
        suppliers=suppliers,
        settings=settings,
        rules=rules,
        lines=_compared(rows, names, asks, settings.decimals),
    )


def _compared(
    rows: Sequence[Row],
    names: Mapping[str, Any],
    asks: Mapping[str, SuppliedFor],
    decimals: int,
) -> list[ShownLine]:
    shown = []
    for row in rows:
        item, ask, milli = names.get(row.item_id), asks.get(row.item_id), row.milli
        asked = None if ask is None or milli is None else ask.for_milli(milli)
        cost = row.minor(decimals)
        more = None if asked is None or cost is None else cost - asked
        name = item.name if item else row.item_id
        shown.append(ShownLine(row.item_id, name, row.quantity, row.cost, asked, more, row))
    return shown


ROUTES = (show_receiving, add_line, send_receiving)
