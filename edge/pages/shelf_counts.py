"""Counts of shelves: begun, and said item by item by whoever counts, who does not see what the
books say."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import PAGE_MAX, IdInPath, IdInQuery, TheBox
from edge.box.box import Box
from edge.db.shelf_counts import ShelfCount, departments, list_shelf_counts
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import page, tables_page
from edge.pages.places import COUNTS, count_address
from edge.pages.signing_in import as_typed
from edge.pages.typed import milli_of
from edge.usecases.shelf_count.begin import BeginShelfCount, begin_shelf_count
from edge.usecases.shelf_count.look import look_at_progress, took_place_at_ms
from edge.usecases.shelf_count.say import Said, SayCounted, say_counted
from edge.usecases.stock.goods import named_goods
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})
CHOSEN_MAX = 100
"""Items that one form chooses."""


@get(COUNTS, guards=[office_guard], opt=needing(Permission.COUNT_STOCK))
async def show_counts(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Open ones, earlier ones, and the form that begins one."""
    return await _list(request, box)


@post(COUNTS, guards=[office_guard], opt=needing(Permission.COUNT_STOCK), status_code=303)
async def send_begin(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Of the whole shop, a department or items that are named."""
    form, moment = await read_form(request), box.clock.moment()
    who = {"operator_id": signed_in(request).operator_id, "count_id": form.get("event_id", "")}
    chosen = form.get("items", "").replace(",", " ").split()[:CHOSEN_MAX]
    try:
        items = await box.reader.read(
            lambda db: tuple(named_goods(db, text, None, moment).item_id for text in chosen)
        )
        typed = as_typed(
            BeginShelfCount, {**form, **who}, "count_id", "operator_id", "name", "department"
        )
        asked = msgspec.structs.replace(typed, item_ids=items)
        begun = await act(
            request,
            box,
            ShelfCount,
            lambda db, at: begin_shelf_count(db, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _list(request, box, form, refusal)
    return see_other(count_address(begun.count_id))


@get(f"{COUNTS}/{{count_id:uuid}}", guards=[office_guard], opt=needing(Permission.COUNT_STOCK))
async def show_count(
    request: AnyRequest, box: TheBox, count_id: IdInPath, said: IdInQuery = None
) -> Response[Any]:
    """Where somebody counts: what was said, what is left, nothing of the books."""
    return await _counting(request, box, count_id, said=said)


@post(
    f"{COUNTS}/{{count_id:uuid}}",
    guards=[office_guard],
    opt=needing(Permission.COUNT_STOCK),
    status_code=303,
)
async def send_counted(request: AnyRequest, box: TheBox, count_id: IdInPath) -> Response[Any]:
    """So many of an item, here."""
    form = await read_form(request)
    who = {"operator_id": signed_in(request).operator_id, "line_id": form.get("event_id", "")}
    try:
        many = milli_of(form["quantity"], "quantity") if form.get("quantity") else None
        typed = as_typed(SayCounted, {**form, **who}, "line_id", "operator_id", "text", "lot")
        asked = msgspec.structs.replace(typed, counted_milli=many)
        said = await act(
            request,
            box,
            Said,
            lambda db, at: say_counted(
                db, count_id, asked, at.workstation_id, at.moment, at.override
            ),
        )
    except Refusal as refusal:
        return await _counting(request, box, count_id, form, refusal)
    return see_other(f"{count_address(count_id)}?{urlencode({'said': said.line_id})}")


async def _list(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[Any]:
    now_ms = box.clock.moment().wall_ms
    counts, known, took_place = await box.reader.read(
        lambda db: (
            list_shelf_counts(db, PAGE_MAX, 0),
            departments(db),
            took_place_at_ms(db, now_ms),
        )
    )
    return tables_page(
        request,
        "shelf_counts.html",
        status=refusal.status if refusal else 200,
        counts=counts,
        departments=known,
        took_place_at_ms=took_place,
        count_address=count_address,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=now_ms,
    )


async def _counting(
    request: AnyRequest,
    box: Box,
    count_id: UUID,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    said: UUID | None = None,
) -> Response[Any]:
    progress = await box.reader.read(lambda db: look_at_progress(db, count_id))
    return page(
        request,
        "shelf_count.html",
        status=refusal.status if refusal else 200,
        progress=progress,
        taken=next((line for line in progress.said if line.line_id == said), None),
        here_counts=count_address(count_id),
        may_look=signed_in(request).may(Permission.SEE_REPORTS),
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
    )


ROUTES = (show_counts, send_begin, show_count, send_counted)
