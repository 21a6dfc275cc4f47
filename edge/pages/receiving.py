"""Goods that come in: scanned one after the other, with the supplier's delivery note and what they
cost, beside what the supplier is known to ask.

The page holds what was scanned in its own fields: it is whole without scripts, and Enter in the
scan field (a scanner ends with it) adds the line. Nothing is booked before the last button.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response, get, post

from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.db.buying import SuppliedFor, list_suppliers, supplied_for
from edge.db.items import find_items
from edge.db.store import read_settings
from edge.pages.acting import At, act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Named
from edge.pages.page import page
from edge.pages.places import RECEIVE
from edge.pages.signing_in import as_typed
from edge.usecases.item.look_up import as_of_now, look_up_scan
from edge.usecases.stock.receive_goods import (
    GoodsLine,
    ReceivedGoods,
    ReceiveGoods,
    receive_goods,
)
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.facts import LINES_MAX
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.money import MILLI, MINOR_MAX, QUANTITY_MILLI_MAX, divide_half_up
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
REASON = "delivery"
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,3})?")


class _FormId(msgspec.Struct, frozen=True):
    event_id: MovementId


class ShownLine(NamedTuple):
    """As it was typed; ``asked_minor``: what the supplier is known to ask for so much, None: not
    known; ``more_minor``: so much more it costs than that."""

    item_id: str
    name: str
    quantity: str
    cost: str
    asked_minor: int | None
    more_minor: int | None


@get(RECEIVE, guards=[office_guard], opt=needing(Permission.RECEIVE_STOCK))
async def show_receiving(request: AnyRequest, box: TheBox, done: Named = None) -> Response[Any]:
    """An empty delivery; ``done``: so many lines were booked before."""
    return await _shown(request, box, {}, done=done or "")


@post(
    f"{RECEIVE}/lines",
    guards=[office_guard],
    opt=needing(Permission.RECEIVE_STOCK),
    status_code=200,
)
async def add_line(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What was scanned is one more line, or one more of a line that is there."""
    form, moment = await read_form(request), box.clock.moment()
    try:
        text = form.get("scan", "")
        found = await box.reader.read(lambda db: look_up_scan(db, text, moment))
    except Refusal as refusal:
        return await _shown(request, box, form, refusal=refusal)
    each = MILLI if found.label is None else found.label.quantity_milli
    quantity = each if found.quantity_milli is None else each * found.quantity_milli // MILLI
    return await _shown(request, box, _with(form, found.item.item_id, quantity))


@post(RECEIVE, guards=[office_guard], opt=needing(Permission.RECEIVE_STOCK), status_code=303)
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
        GoodsLine(
            ItemId(item_id),
            _number(quantity, "quantity", 3, QUANTITY_MILLI_MAX, 1),
            None,
            _number(cost, "cost", decimals, MINOR_MAX, 0) if cost.strip() else None,
        )
        for item_id, quantity, cost in _lines_of(form)
        if quantity.strip() not in ("", "0")
    ]
    if not lines:
        raise InvalidField(
            "scan: nothing was scanned yet.", field="scan", remedy="Scan what came, then book it."
        )
    named = as_typed(_FormId, form, "event_id")
    return ReceiveGoods(
        named.event_id,
        signed_in(request).operator_id,
        REASON,
        tuple(lines),
        document=form.get("document", "").strip() or None,
        supplier_id=form.get("supplier", "") or None,
    )


def _number(typed: str, field: str, decimals: int, most: int, least: int) -> int:
    found = typed.strip()
    if _NUMBER.fullmatch(found):
        value = Decimal(found).scaleb(decimals)
        if value == int(value) and least <= value <= most:
            return int(value)
    raise InvalidField(
        f"{field}: {found!r} is no number that it can be.",
        field=field,
        remedy=f"Type it with digits and a point, with at most {decimals} decimals.",
    )


def _lines_of(form: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Item, quantity and cost of each line, as they were typed, in their order."""
    numbers = range(1, LINES_MAX + 1)
    return [
        (form[f"item_{n}"], form.get(f"quantity_{n}", ""), form.get(f"cost_{n}", ""))
        for n in numbers
        if form.get(f"item_{n}")
    ]


def _with(form: Mapping[str, str], item_id: ItemId, quantity_milli: int) -> dict[str, str]:
    """The form with so much more of the item, the newest line last."""
    lines = _lines_of(form)
    before = next((line for line in lines if line[0] == item_id), None)
    had = Decimal(before[1]) if before and _NUMBER.fullmatch(before[1].strip()) else Decimal(0)
    quantity = format((had + Decimal(quantity_milli) / MILLI).normalize(), "f")
    lines = [line for line in lines if line[0] != item_id]
    lines.append((item_id, quantity, before[2] if before else ""))
    kept = {name: form.get(name, "") for name in ("supplier", "document")}
    for n, line in enumerate(lines, start=1):
        kept |= {f"item_{n}": line[0], f"quantity_{n}": line[1], f"cost_{n}": line[2]}
    return kept


async def _shown(
    request: AnyRequest,
    box: Box,
    form: Mapping[str, str],
    *,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[Any]:
    lines, supplier, moment = _lines_of(form), form.get("supplier", ""), box.clock.moment()
    items = [line[0] for line in lines]

    def read(db: sqlite3.Connection) -> tuple[Any, ...]:
        names = {one.item_id: one for one in find_items(db, items, as_of_now(db, moment))}
        return list_suppliers(db), names, supplied_for(db, supplier, items), read_settings(db)

    suppliers, names, asks, settings = await box.reader.read(read)
    return page(
        request,
        "receiving.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        typed=form,
        done=done,
        suppliers=suppliers,
        settings=settings,
        lines=_compared(lines, names, asks, settings.decimals),
    )


def _compared(
    lines: Sequence[tuple[str, str, str]],
    names: Mapping[str, Any],
    asks: Mapping[str, SuppliedFor],
    decimals: int,
) -> list[ShownLine]:
    shown = []
    for item_id, quantity, cost in lines:
        item, ask = names.get(item_id), asks.get(item_id)
        asked = more = None
        if ask is not None and _NUMBER.fullmatch(quantity.strip()):
            milli = int(Decimal(quantity.strip()) * MILLI)
            asked = divide_half_up(ask.pack_cost_minor * milli, ask.pack_milli)
            if _NUMBER.fullmatch(cost.strip()):
                more = int(Decimal(cost.strip()).scaleb(decimals)) - asked
        name = item.name if item else item_id
        shown.append(ShownLine(item_id, name, quantity, cost, asked, more))
    return shown


ROUTES = (show_receiving, add_line, send_receiving)
