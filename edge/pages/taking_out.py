"""Waste, own use and adjustments: one item at a time, with a reason; and the last ones."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.db.stock_look import latest_taken
from edge.db.store import read_settings
from edge.domain.fields import Word
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Named, Offset
from edge.pages.page import tables_page
from edge.pages.places import WASTE, stock_item_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.pages.typed import milli_of
from edge.usecases.stock.goods import named_goods
from edge.usecases.stock.take_out import TakenFor, TakenLine, TakenOut, TakeOut, take_out
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.identity import MovementId
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
LISTED = 100
MORE = "more"


@get(WASTE, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_waste(
    request: AnyRequest,
    box: TheBox,
    taken: Named = None,
    after: Offset = 0,
    text: Named = None,
    quantity: Named = None,
    lot: Named = None,
    expires_on: Named = None,
    reason: Named = None,
) -> Response[Any]:
    """The form, as another page may have filled it in, and what was taken out last."""
    said = {"text": text, "quantity": quantity, "lot": lot, "expires_on": expires_on}
    asked = {name: value for name, value in {**said, "reason": reason}.items() if value}
    return await _shown(request, box, asked, after=after, taken=taken or "")


@post(WASTE, guards=[office_guard], opt=needing(Permission.SEE_REPORTS), status_code=303)
async def send_waste(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Out with it, or the books put right."""
    form = await read_form(request)
    try:
        asked, name = await _asked(request, box, form)
        await act(
            request, box, TakenOut, lambda db, at: take_out(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(f"{WASTE}?{urlencode({'taken': name})}")


class _Kind(TakeOut, frozen=True, kw_only=True):
    """The form's own words, before its item is known."""

    lines: tuple[TakenLine, ...] = ()


class _Mark(msgspec.Struct, frozen=True):
    lot: Word | None = None
    expires_on: date | None = None
    serial: Word | None = None


async def _asked(request: AnyRequest, box: Box, form: Mapping[str, str]) -> tuple[TakeOut, str]:
    moment, typed = box.clock.moment(), dict(form)
    typed |= {"operator_id": signed_in(request).operator_id}
    typed |= {"movement_id": form.get("event_id", "")}
    names = ("movement_id", "operator_id", "kind", "reason", "document")
    said = as_typed(_Kind, typed, *names)
    many = milli_of(form.get("quantity", ""), "quantity")
    text, mark = form.get("text", ""), as_typed(_Mark, form, "lot", "expires_on", "serial")
    goods = await box.reader.read(lambda db: named_goods(db, text, many, moment))
    comes = said.kind is TakenFor.ADJUSTMENT and form.get("direction") == MORE
    milli = goods.quantity_milli if comes else -goods.quantity_milli
    marks = (
        mark.lot or goods.lot,
        mark.expires_on or goods.expires_on,
        mark.serial or goods.serial,
    )
    line = TakenLine(goods.item_id, milli, *marks)
    what = (said.operator_id, said.kind, said.reason, (line,), said.document)
    return TakeOut(MovementId(said.movement_id), *what), goods.name


async def _shown(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    *,
    after: int = 0,
    taken: str = "",
) -> Response[Any]:
    rows, settings = await box.reports.read(
        lambda db: (latest_taken(db, LISTED, after), read_settings(db))
    )
    return tables_page(
        request,
        "taking_out.html",
        status=refusal.status if refusal else 200,
        rows=rows,
        kinds=[kind.value for kind in TakenFor],
        first=WASTE if after else None,
        following=f"{WASTE}?after={after + LISTED}" if len(rows) == LISTED else None,
        item_address=stock_item_address,
        settings=settings,
        taken=taken,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_waste, send_waste)
