"""The safe: what it should hold and what touched it; counted, and taken to the bank in a bag."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.db.store import read_settings
from edge.pages.acting import act
from edge.pages.cash_forms import amount_typed, faces_typed, sum_typed
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import is_blind
from edge.pages.page import tables_page
from edge.pages.places import SAFE
from edge.usecases.safe.count import CountedSafe, CountSafe, count_safe
from edge.usecases.safe.deposit import DepositCash, DepositedCash, deposit_cash
from edge.usecases.safe.look_at import look_at_safe
from sync.http.body import decode_body
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import Refusal
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
NOTHING_TYPED: Mapping[str, str] = MappingProxyType({})


@get(SAFE, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_safe(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Its balance, for whoever may see it, and the newest of what touched it."""
    return await _shown(request, box)


@post(f"{SAFE}/count", guards=[office_guard], opt=needing(Permission.SEE_REPORTS), status_code=303)
async def send_count(request: AnyRequest, box: TheBox) -> Response[Any]:
    """From then on it holds what was counted."""
    form = await read_form(request)
    try:
        settings = await box.reader.read(read_settings)
        said: dict[str, Any] = {
            "count_id": form.get("event_id", ""),
            "operator_id": signed_in(request).operator_id,
            "pieces": faces_typed(form, settings),
        }
        counted = sum_typed(form, "counted", settings)
        if counted is not None:
            said["counted_minor"] = counted
        asked = decode_body(msgspec.json.encode(said), CountSafe)
        told = await act(
            request, box, CountedSafe, lambda db, at: count_safe(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return await _shown(request, box, told=told)


@post(
    f"{SAFE}/deposit", guards=[office_guard], opt=needing(Permission.SEE_REPORTS), status_code=303
)
async def send_deposit(request: AnyRequest, box: TheBox) -> Response[Any]:
    """To the bank, under the number of its bag."""
    form = await read_form(request)
    try:
        settings = await box.reader.read(read_settings)
        amount_minor, pieces = amount_typed(form, "amount", settings)
        said: dict[str, Any] = {
            "deposit_id": form.get("event_id", ""),
            "operator_id": signed_in(request).operator_id,
            "bag_number": form.get("bag_number", ""),
            "amount_minor": amount_minor,
            "pieces": pieces,
        }
        if form.get("note"):
            said["note"] = form["note"]
        asked = decode_body(msgspec.json.encode(said), DepositCash)
        await act(
            request,
            box,
            DepositedCash,
            lambda db, at: deposit_cash(db, asked, at.moment, at.override),
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(SAFE)


async def _shown(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    told: CountedSafe | None = None,
) -> Response[Any]:
    blind = is_blind(signed_in(request))
    look, settings = await box.reports.read(
        lambda db: (look_at_safe(db, blind=blind), read_settings(db))
    )
    return tables_page(
        request,
        "safe.html",
        status=refusal.status if refusal else 200,
        look=look,
        faces=look.denominations,
        settings=settings,
        typed=typed,
        refusal=refusal,
        told=told,
        zone=box.clock.zone,
        now_ms=box.clock.moment().wall_ms,
    )


ROUTES = (show_safe, send_count, send_deposit)
