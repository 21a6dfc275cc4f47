"""A count beside the books: what differs and what that is worth, sent back to be counted again,
booked or given up."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import IdInPath, TheBox
from edge.box.box import Box
from edge.db.shelf_counts import ShelfCount, in_books
from edge.db.store import read_settings
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.page import tables_page
from edge.pages.places import COUNTS, count_address, stock_item_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.usecases.shelf_count.begin import EndShelfCount, cancel_shelf_count
from edge.usecases.shelf_count.book import BookedShelfCount, BookShelfCount, book_shelf_count
from edge.usecases.shelf_count.look import look_at_count
from edge.usecases.shelf_count.say import AskedAgain, CountAgain, count_again
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import ItemId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]


@get(
    f"{COUNTS}/{{count_id:uuid}}/look",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
)
async def show_look(request: AnyRequest, box: TheBox, count_id: IdInPath) -> Response[Any]:
    """The largest difference in value first."""
    return await _look(request, box, count_id)


@post(
    f"{COUNTS}/{{count_id:uuid}}/again",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_again(request: AnyRequest, box: TheBox, count_id: IdInPath) -> Response[Any]:
    """An item, or without one all that differ, go back to be counted again."""
    form = await read_form(request)
    who = {"operator_id": signed_in(request).operator_id}
    try:
        ended = as_typed(EndShelfCount, {**form, **who}, "event_id", "operator_id")
        items = await _items_again(box, count_id, form.get("item_id", ""))
        asked = CountAgain(ended.event_id, ended.operator_id, items)
        await act(
            request, box, AskedAgain, lambda db, at: count_again(db, count_id, asked, at.override)
        )
    except Refusal as refusal:
        return await _look(request, box, count_id, form, refusal)
    return see_other(f"{count_address(count_id)}/look")


@post(
    f"{COUNTS}/{{count_id:uuid}}/book",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_book(request: AnyRequest, box: TheBox, count_id: IdInPath) -> Response[Any]:
    """What was counted is what is there."""
    form = await read_form(request)
    who = {"operator_id": signed_in(request).operator_id}
    try:
        typed = as_typed(
            BookShelfCount, {**form, **who}, "event_id", "operator_id", "reason", "uncounted"
        )
        without = form.get("without_again") == "yes"
        asked = msgspec.structs.replace(typed, without_again=without)
        await act(
            request,
            box,
            BookedShelfCount,
            lambda db, at: book_shelf_count(db, count_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _look(request, box, count_id, form, refusal)
    return see_other(f"{count_address(count_id)}/look")


@post(
    f"{COUNTS}/{{count_id:uuid}}/cancel",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_cancel(request: AnyRequest, box: TheBox, count_id: IdInPath) -> Response[Any]:
    """Nothing of it is booked."""
    form = await read_form(request)
    who = {"operator_id": signed_in(request).operator_id}
    try:
        asked = as_typed(EndShelfCount, {**form, **who}, "event_id", "operator_id")
        await act(
            request,
            box,
            ShelfCount,
            lambda db, at: cancel_shelf_count(db, count_id, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _look(request, box, count_id, form, refusal)
    return see_other(COUNTS)


async def _items_again(box: Box, count_id: UUID, item_id: str) -> tuple[ItemId, ...]:
    if item_id:
        return (ItemId(item_id),)
    look = await box.reports.read(lambda db: look_at_count(db, count_id))
    differing = (one.item.item_id for one in look.counted if one.difference_milli)
    return tuple(differing)[:LINES_MAX]


async def _look(
    request: AnyRequest,
    box: Box,
    count_id: UUID,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
) -> Response[Any]:
    look, settings = await box.reports.read(
        lambda db: (look_at_count(db, count_id), read_settings(db))
    )
    booked = await box.reader.read(lambda db: in_books(db, [one.item_id for one in look.booked]))
    return tables_page(
        request,
        "shelf_count_look.html",
        status=refusal.status if refusal else 200,
        look=look,
        booked=booked,
        settings=settings,
        here_counts=count_address(count_id),
        item_address=stock_item_address,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_look, send_again, send_book, send_cancel)
