"""Goods that go back to a supplier: scanned, with a reason; and the credit notes that come for
them."""

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.buying import list_suppliers
from edge.db.items import find_items
from edge.db.store import read_settings
from edge.db.supplier_returns import SupplierReturn, list_returns
from edge.domain.fields import Sentence, Word
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Offset
from edge.pages.goods_lines import (
    FormId,
    goods_of,
    goods_route,
    rows_of,
    scanned,
    with_more,
)
from edge.pages.page import tables_page
from edge.pages.places import RETURNS, return_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.pages.typed import minor_of
from edge.usecases.item.look_up import as_of_now
from edge.usecases.supplier_return.look_up import look_up_return
from edge.usecases.supplier_return.note_credit import NoteCredit, note_credit
from edge.usecases.supplier_return.send_back import GoodsBack, SendBack, send_back
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
LISTED = 50
KEPT = ("supplier", "reason", "document")
ONE = f"{RETURNS}/{{movement_id:uuid}}"
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": needing(Permission.RECEIVE_STOCK)}
_SENT: dict[str, Any] = {
    "guards": [office_guard],
    "opt": goods_route(Permission.RECEIVE_STOCK),
    "request_max_body_size": SALE_BYTES_MAX,
}


class _Said(FormId, frozen=True):
    supplier: Word
    reason: Sentence
    document: Word | None = None


class _Number(FormId, frozen=True):
    number: Word


@get(RETURNS, **_NEEDS)
async def show_returns(request: AnyRequest, box: TheBox, after: Offset = 0) -> Response[Any]:
    """The form, and what went back last."""
    return await _shown(request, box, after=after)


@post(f"{RETURNS}/lines", status_code=200, **_SENT)
async def add_back(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What was scanned goes back: one more row, or more of one that is there."""
    form = await read_form(request)
    try:
        found, milli = await scanned(box, form.get("scan", ""))
        more = with_more(form, found.item.item_id, milli, KEPT, found.label)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return await _shown(request, box, more)


@post(RETURNS, status_code=303, **_SENT)
async def send_returned(request: AnyRequest, box: TheBox) -> Response[Any]:
    """All rows are one return."""
    form = await read_form(request)
    try:
        said = as_typed(_Said, form, "event_id", *KEPT)
        settings = await box.reader.read(read_settings)
        goods = goods_of(form, settings.decimals)
        lines = tuple(GoodsBack(one.item_id, one.quantity_milli, *one.mark) for one in goods)
        who = (said.event_id, signed_in(request).operator_id, said.supplier, said.reason)
        asked = SendBack(*who, lines, said.document)
        back = await act(
            request,
            box,
            SupplierReturn,
            lambda db, at: send_back(db, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(return_address(back.movement_id))


@get(ONE, **_NEEDS)
async def show_return(request: AnyRequest, box: TheBox, movement_id: IdInPath) -> Response[Any]:
    """What went, what it had cost, what was credited."""
    return await _one(request, box, movement_id)


@post(f"{ONE}/credits", status_code=303, **_NEEDS)
async def send_credit(request: AnyRequest, box: TheBox, movement_id: IdInPath) -> Response[Any]:
    """A credit note came."""
    form = await read_form(request)
    try:
        said = as_typed(_Number, form, "event_id", "number")
        settings = await box.reader.read(read_settings)
        amount = minor_of(form.get("amount", ""), settings.decimals, "amount")
        if amount <= 0:
            raise InvalidField(
                "amount: nothing is credited.", field="amount", remedy="Type what is credited."
            )
        who = (said.event_id, signed_in(request).operator_id)
        asked = NoteCredit(*who, said.number, amount)
        await act(
            request,
            box,
            SupplierReturn,
            lambda db, at: note_credit(db, movement_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _one(request, box, movement_id, form, refusal)
    return see_other(return_address(movement_id))


async def _one(
    request: AnyRequest,
    box: Box,
    movement_id: UUID,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[Any]:
    back, settings = await box.reader.read(
        lambda db: (look_up_return(db, movement_id), read_settings(db))
    )
    return tables_page(
        request,
        "supplier_return.html",
        status=refusal.status if refusal else 200,
        back=back,
        address=return_address(movement_id),
        settings=settings,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


async def _shown(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    *,
    after: int = 0,
) -> Response[Any]:
    rows, moment = rows_of(typed), box.clock.moment()
    items = [row.item_id for row in rows]

    def read(db: sqlite3.Connection) -> tuple[Any, ...]:
        names = {one.item_id: one.name for one in find_items(db, items, as_of_now(db, moment))}
        return list_suppliers(db), names, list_returns(db, LISTED, after), read_settings(db)

    suppliers, names, returns, settings = await box.reader.read(read)
    return tables_page(
        request,
        "supplier_returns.html",
        status=refusal.status if refusal else 200,
        suppliers=suppliers,
        rows=[(row, names.get(row.item_id, row.item_id)) for row in rows],
        returns=returns,
        return_address=return_address,
        first=RETURNS if after else None,
        following=f"{RETURNS}?after={after + LISTED}" if len(returns) == LISTED else None,
        settings=settings,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


ROUTES = (show_returns, add_back, send_returned, show_return, send_credit)
