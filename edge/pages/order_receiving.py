"""Goods that come in against an order: scanned or typed, beside what was ordered, what is open, and
what it was to cost."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from litestar import Request, Response, get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.item_rules import rules_of
from edge.db.items import find_items
from edge.db.purchase_orders import OrderedLine, PurchaseOrder
from edge.db.store import read_settings
from edge.domain.fields import Word
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
from edge.pages.places import ORDERS, order_address
from edge.pages.signing_in import as_typed
from edge.pages.typed import plain
from edge.usecases.item.look_up import as_of_now
from edge.usecases.purchase_order.look_up import look_up_order
from edge.usecases.purchase_order.receive import ReceiveOrder, receive_order
from edge.usecases.stock.receive_goods import GoodsLine
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission
from sync.protocol.purchase_order import is_beyond

AnyRequest = Request[Any, Any, Any]
HERE = f"{ORDERS}/{{order_id:uuid}}/receive"
ALL = "all"
"""What ``fill`` says where all that is open came."""
_NEEDS: dict[str, Any] = {
    "guards": [office_guard],
    "opt": goods_route(Permission.RECEIVE_STOCK),
}
_SENT: dict[str, Any] = {**_NEEDS, "request_max_body_size": SALE_BYTES_MAX}


class _Said(FormId, frozen=True):
    document: Word | None = None


class ShownLine(NamedTuple):
    """What came of an item as it was typed, beside the order. ``open_milli``: before this;
    ``over_milli``: what this would be beyond what was ordered, ``beyond``: beyond the supplier's
    rule; ``asked_minor``: what so much was to cost, ``more_minor``: so much more it cost."""

    item_id: str
    name: str
    ordered_milli: int
    open_milli: int
    quantity: str
    cost: str
    over_milli: int
    beyond: bool
    asked_minor: int | None
    more_minor: int | None
    row: Row


@get(HERE, **_NEEDS)
async def show_receive_order(
    request: AnyRequest, box: TheBox, order_id: IdInPath, fill: Named = None
) -> Response[Any]:
    """An empty delivery; or as if all that is open came, to be put right."""
    form: dict[str, str] = {}
    if fill == ALL:
        order = await box.reader.read(lambda db: look_up_order(db, order_id))
        waited = [one for one in order.lines if one.open_milli]
        form = in_form([Row(one.item_id, plain(one.open_milli)) for one in waited])
    return await _shown(request, box, order_id, form)


@post(f"{HERE}/lines", status_code=200, **_SENT)
async def add_came(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """What was scanned came: one more row, or more of one that is there."""
    form = await read_form(request)
    try:
        found, milli = await scanned(box, form.get("scan", ""))
        more = with_more(form, found.item.item_id, milli, ("document",), found.label)
    except Refusal as refusal:
        return await _shown(request, box, order_id, form, refusal)
    return await _shown(request, box, order_id, more)


@post(HERE, status_code=303, **_SENT)
async def send_came(request: AnyRequest, box: TheBox, order_id: IdInPath) -> Response[Any]:
    """All rows are one delivery of the order."""
    form = await read_form(request)
    try:
        said = as_typed(_Said, form, "event_id", "document")
        settings = await box.reader.read(read_settings)
        lines = tuple(
            GoodsLine(one.item_id, one.quantity_milli, None, one.cost_minor, *one.mark)
            for one in goods_of(form, settings.decimals)
        )
        who = signed_in(request).operator_id
        asked = ReceiveOrder(said.event_id, who, lines, document=said.document)
        await act(
            request,
            box,
            PurchaseOrder,
            lambda db, at: receive_order(db, order_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, order_id, form, refusal)
    return see_other(order_address(order_id))


async def _shown(
    request: AnyRequest,
    box: Box,
    order_id: UUID,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
) -> Response[Any]:
    rows, moment = rows_of(form), box.clock.moment()
    items = [ItemId(row.item_id) for row in rows]
    order, names, settings, rules = await box.reader.read(
        lambda db: (
            look_up_order(db, order_id),
            {one.item_id: one.name for one in find_items(db, items, as_of_now(db, moment))},
            read_settings(db),
            rules_of(db, items),
        )
    )
    ordered = {one.item_id: one for one in order.lines}
    return page(
        request,
        "order_receiving.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=form,
        order=order,
        address=order_address(order_id),
        settings=settings,
        rules=rules,
        lines=[_line(row, ordered, names, order.over_bp, settings.decimals) for row in rows],
        waited=[one for one in order.lines if one.open_milli and one.item_id not in items],
    )


def _line(
    row: Row,
    ordered: Mapping[Any, OrderedLine],
    names: Mapping[Any, str],
    over_bp: int,
    decimals: int,
) -> ShownLine:
    one, milli, cost = ordered.get(row.item_id), row.milli or 0, row.minor(decimals)
    name = names.get(row.item_id, row.item_id)
    if one is None:
        over = (milli, milli > 0, None, None, row)
        return ShownLine(row.item_id, name, 0, 0, row.quantity, row.cost, *over)
    after = one.standing._replace(received_milli=one.received_milli + milli)
    asked = one.standing.share_of(milli)
    more = None if asked is None or cost is None else cost - asked
    beyond = is_beyond(after.ordered_milli, after.received_milli, over_bp)
    known = (one.ordered_milli, one.open_milli, row.quantity, row.cost)
    return ShownLine(row.item_id, name, *known, after.over_milli, beyond, asked, more, row)


ROUTES = (show_receive_order, add_came, send_came)
