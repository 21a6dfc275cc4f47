"""Transfers: goods that leave for another shop, with the paper that goes along, and goods that came
from one; the last of both."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import IdInQuery, TheBox
from edge.box.box import Box
from edge.db.transfers import TransferEnd, list_transfers
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Offset
from edge.pages.page import tables_page
from edge.pages.places import TRANSFERS, stock_item_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.pages.typed import milli_of
from edge.usecases.stock.goods import named_goods
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.identity import MovementId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
LISTED = 50
GOODS = "goods"
BETWEEN = ";"
"""Where a line of the form ends."""


class _Sending(SendGoods, frozen=True, kw_only=True):
    """The form's own words, before its goods are known."""

    lines: tuple[SentLine, ...] = ()


class _Taking(TakeIn, frozen=True, kw_only=True):
    """The same of goods that came."""

    lines: tuple[SentLine, ...] = ()


@get(TRANSFERS, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_transfers(
    request: AnyRequest, box: TheBox, booked: IdInQuery = None, after: Offset = 0
) -> Response[Any]:
    """Both forms, and what left and came last."""
    return await _shown(request, box, after=after, booked=booked)


@post(
    f"{TRANSFERS}/out",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_out(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Goods leave for another shop."""
    form = await read_form(request, (GOODS,), BETWEEN)
    names = ("transfer_id", "operator_id", "other_store", "reason")
    try:
        said = as_typed(_Sending, _with_ids(request, form), *names)
        lines = await _lines(box, form)
        asked = SendGoods(
            MovementId(said.transfer_id), said.operator_id, said.other_store, said.reason, lines
        )
        end = await act(
            request, box, TransferEnd, lambda db, at: send_goods(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(f"{TRANSFERS}?{urlencode({'booked': end.transfer_id})}")


@post(
    f"{TRANSFERS}/in",
    guards=[office_guard],
    opt=needing(Permission.SEE_REPORTS),
    status_code=303,
)
async def send_in(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Goods came from another shop, heard of or not."""
    form = await read_form(request, (GOODS,), BETWEEN)
    names = ("transfer_id", "operator_id", "number", "other_store", "reason")
    try:
        said = as_typed(_Taking, _with_ids(request, form), *names)
        lines = await _lines(box, form)
        what = (said.operator_id, said.number, said.reason, lines, said.other_store)
        asked = TakeIn(MovementId(said.transfer_id), *what)
        end = await act(
            request, box, TransferEnd, lambda db, at: take_in(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(f"{TRANSFERS}?{urlencode({'booked': end.transfer_id})}")


def _with_ids(request: AnyRequest, form: Mapping[str, str]) -> Mapping[str, str]:
    who = signed_in(request).operator_id
    return {**form, "operator_id": who, "transfer_id": form.get("event_id", "")}


async def _lines(box: Box, form: Mapping[str, str]) -> tuple[SentLine, ...]:
    """A line for each item: its code, and after a space how many. A code that stands there twice
    adds up. Raises InvalidField, UnknownScanCode."""
    moment, asked, found = box.clock.moment(), [], dict[str, int]()
    for typed in filter(None, (one.strip() for one in form.get(GOODS, "").split(BETWEEN))):
        code, _, many = typed.partition(" ")
        asked.append((code, milli_of(many, GOODS) if many.strip() else None))
    named = await box.reader.read(
        lambda db: [named_goods(db, code, milli, moment) for code, milli in asked]
    )
    for goods in named:
        found[goods.item_id] = found.get(goods.item_id, 0) + goods.quantity_milli
    if not found or not all(found.values()):
        raise InvalidField(
            "goods: nothing is named, or none of something.",
            field=GOODS,
            remedy="Write a line for each item: its code, a space, how many.",
        )
    return msgspec.convert(
        [{"item_id": item, "quantity_milli": milli} for item, milli in found.items()],
        tuple[SentLine, ...],
    )


async def _shown(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    *,
    after: int = 0,
    booked: object = None,
) -> Response[Any]:
    ends = await box.reports.read(lambda db: list_transfers(db, LISTED, after))
    return tables_page(
        request,
        "transfers.html",
        status=refusal.status if refusal else 200,
        ends=ends,
        booked=next((one for one in ends if one.transfer_id == booked), None),
        goods=typed.get(GOODS, "").replace(BETWEEN, "\n"),
        typed_out=request.url.path.endswith("/out"),
        first=TRANSFERS if after else None,
        following=f"{TRANSFERS}?after={after + LISTED}" if len(ends) == LISTED else None,
        item_address=stock_item_address,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_transfers, send_out, send_in)
