"""Transfers: what other shops and head office wish, what is on its way, what differs; goods that
leave for another shop, with the paper that goes along, goods that came from one, and goods that
another shop is asked for."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from msgspec.structs import replace

from edge.api.parameters import IdInQuery, TheBox
from edge.box.box import Box
from edge.db.between_stores import known_between, names_of, shops_known
from edge.db.transfers import TransferEnd, list_transfers
from edge.domain.rights import Override
from edge.pages.acting import act
from edge.pages.coming_in import needing, office_guard, signed_in
from edge.pages.day import Offset
from edge.pages.goods_lines import Row, mark_of
from edge.pages.page import tables_page
from edge.pages.places import TRANSFERS, stock_item_address
from edge.pages.shelf_counts import NOTHING_TYPED
from edge.pages.signing_in import as_typed
from edge.pages.typed import milli_of, plain
from edge.usecases.stock.goods import named_goods
from edge.usecases.stock.lots import LotHeld, lots_of_item
from edge.usecases.transfer.book import SendGoods, SentLine, TakeIn, send_goods, take_in
from edge.usecases.transfer.note import (
    AskForGoods,
    Noted,
    SayOfTransfer,
    ask_for_goods,
    end_wish,
    settle_transfer,
    store_here,
)
from sync.engine.journal import Moment
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.between_stores import Between, GoodsState
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.identity import ItemId, MovementId
from sync.protocol.lots import UNMARKED, Mark
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
LISTED = 50
GOODS = "goods"
BETWEEN = ";"
"""Where a line of the form ends."""
LIGHTS = {
    GoodsState.WISHED: "wait",
    GoodsState.CANCELLED: "away",
    GoodsState.UNHEARD: "attention",
    GoodsState.IN_TRANSIT: "wait",
    GoodsState.DIFFERS: "stop",
    GoodsState.ARRIVED: "fine",
    GoodsState.CLOSED: "away",
}


Saying: TypeAlias = Callable[[sqlite3.Connection, SayOfTransfer, Moment, Override | None], Noted]


posting = partial(post, guards=[office_guard], opt=needing(Permission.SEE_REPORTS), status_code=303)


class _Sending(SendGoods, frozen=True, kw_only=True):
    """The form's own words, before its goods are known."""

    lines: tuple[SentLine, ...] = ()


class _Taking(TakeIn, frozen=True, kw_only=True):
    """The same of goods that came."""

    lines: tuple[SentLine, ...] = ()


class _Asking(AskForGoods, frozen=True, kw_only=True):
    """The same of goods that are wished."""

    lines: tuple[SentLine, ...] = ()


@get(TRANSFERS, guards=[office_guard], opt=needing(Permission.SEE_REPORTS))
async def show_transfers(
    request: AnyRequest,
    box: TheBox,
    booked: IdInQuery = None,
    about: IdInQuery = None,
    after: Offset = 0,
) -> Response[Any]:
    """What is open, the forms, and everything that is known. ``about``: the wish or the transfer
    that a form is filled in for."""
    return await _shown(request, box, after=after, booked=booked, about=about)


@posting(f"{TRANSFERS}/out")
async def send_out(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Goods leave for another shop."""
    form = await read_form(request, (GOODS,), BETWEEN)
    names = ("transfer_id", "operator_id", "other_store", "reason", "wish_id")
    try:
        said = as_typed(_Sending, _with_ids(request, form), *names)
        lines = await _lines(box, form)
        asked = replace(said, lines=lines)
        end = await act(
            request, box, TransferEnd, lambda db, at: send_goods(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(f"{TRANSFERS}?{urlencode({'booked': end.transfer_id})}")


@posting(f"{TRANSFERS}/in")
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


@posting(f"{TRANSFERS}/ask")
async def send_ask(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Another shop is asked for goods."""
    form = await read_form(request, (GOODS,), BETWEEN)
    try:
        said = as_typed(
            _Asking, _with_ids(request, form), "note_id", "operator_id", "other_store", "reason"
        )
        asked = replace(said, lines=await _lines(box, form))
        await act(
            request, box, Noted, lambda db, at: ask_for_goods(db, asked, at.moment, at.override)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(TRANSFERS)


@posting(f"{TRANSFERS}/end")
async def send_end(request: AnyRequest, box: TheBox) -> Response[Any]:
    """Nobody need wait for what was wished."""
    return await _said(request, box, end_wish)


@posting(f"{TRANSFERS}/settle")
async def send_settled(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What did not come is not looked for any more."""
    return await _said(request, box, settle_transfer)


async def _said(request: AnyRequest, box: Box, say: Saying) -> Response[Any]:
    form = await read_form(request)
    try:
        names = ("note_id", "operator_id", "subject_id", "reason")
        asked = as_typed(SayOfTransfer, _with_ids(request, form), *names)
        await act(request, box, Noted, lambda db, at: say(db, asked, at.moment, at.override))
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(TRANSFERS)


def _with_ids(request: AnyRequest, form: Mapping[str, str]) -> Mapping[str, str]:
    who = signed_in(request).operator_id
    event_id = form.get("event_id", "")
    return {**form, "operator_id": who, "transfer_id": event_id, "note_id": event_id}


async def _lines(box: Box, form: Mapping[str, str]) -> tuple[SentLine, ...]:
    """A line for each item: its code, and after a space how many; then, each after a comma, lot,
    last day and serial number, where a label that was scanned does not say them. What stands there
    twice under one mark adds up. Raises InvalidField, UnknownScanCode."""
    typed = [one.strip() for one in form.get(GOODS, "").split(BETWEEN)]
    asked, moment = [typed_line(one) for one in typed if one], box.clock.moment()
    named = await box.reader.read(
        lambda db: [named_goods(db, code, milli, moment) for code, milli, _ in asked]
    )
    found = dict[tuple[ItemId, Mark], int]()
    for goods, (_, _, mark) in zip(named, asked, strict=True):
        of_label = Mark(goods.lot, goods.expires_on, goods.serial)
        key = goods.item_id, mark if mark != UNMARKED else of_label
        found[key] = found.get(key, 0) + goods.quantity_milli
    if not found or not all(found.values()):
        raise InvalidField(
            "goods: nothing is named, or none of something.",
            field=GOODS,
            remedy="Write a line for each item: its code, a space, how many.",
        )
    return tuple(
        msgspec.convert({"item_id": item, "quantity_milli": milli, **mark._asdict()}, SentLine)
        for (item, mark), milli in found.items()
    )


def typed_line(typed: str) -> tuple[str, int | None, Mark]:
    """Code, how many thousandths (None: as the code says), mark. Raises InvalidField.

    >>> typed_line("BUN 12, L-7, 2026-12-31")[2].lot
    'L-7'
    """
    head, *marks = (one.strip() for one in typed.split(","))
    if len(marks) > len(Mark._fields):
        raise InvalidField(
            f"goods: {typed!r} says more than lot, last day and serial number.",
            field=GOODS,
            remedy="After code and how many write them in this order, each after a comma.",
        )
    lot, expires_on, serial = (*marks, "", "", "")[: len(Mark._fields)]
    mark = mark_of(Row("", "", "", lot, expires_on, serial))
    code, _, many = head.partition(" ")
    return code, milli_of(many, GOODS) if many.strip() else None, mark


def said_line(item_id: str, milli: int, mark: Mark) -> str:
    """The same as somebody would type it.

    >>> said_line("BUN", 12_000, Mark("L-7"))
    'BUN 12, L-7'
    """
    day = "" if mark.expires_on is None else mark.expires_on.isoformat()
    return ", ".join((f"{item_id} {plain(milli)}", mark.lot or "", day, mark.serial or "")).rstrip(
        ", "
    )


async def _shown(
    request: AnyRequest,
    box: Box,
    typed: Mapping[str, str] = NOTHING_TYPED,
    refusal: Refusal | None = None,
    *,
    after: int = 0,
    booked: object = None,
    about: object = None,
) -> Response[Any]:
    moment = box.clock.moment()
    known = await box.reports.read(lambda db: _known(db, moment.wall_ms))
    chosen = next((one for one in known.between if one.subject_id == about), None)
    items = [] if chosen is None else [line.item_id for line in chosen.lines]
    lots = await box.reports.read(lambda db: {one: _lots(db, one, moment) for one in items})
    path = request.url.path
    return tables_page(
        request,
        "transfers.html",
        status=refusal.status if refusal else 200,
        known=known,
        lights=LIGHTS,
        listed=known.between[after : after + LISTED],
        tasks=[one for one in known.between if one.is_open and one.from_code == known.code],
        coming=[one for one in known.between if is_coming(one, known.code)],
        booked=next((one for one in known.ends if one.transfer_id == booked), None),
        about=chosen,
        filled=typed if refusal else filled_for(chosen, known.code, lots),
        form=path.rpartition("/")[2] if refusal else form_for(chosen, known.code),
        goods=typed.get(GOODS, "").replace(BETWEEN, "\n"),
        first=TRANSFERS if after else None,
        following=f"{TRANSFERS}?after={after + LISTED}"
        if len(known.between) > after + LISTED
        else None,
        item_address=stock_item_address,
        typed=typed,
        refusal=refusal,
        zone=box.clock.zone,
        now_ms=moment.wall_ms,
    )


class Known(NamedTuple):
    """What this store, of ``code``, knows. ``names``: of items, with their units; ``shops``: the
    company's others, code and name."""

    code: str
    between: tuple[Between, ...]
    ends: tuple[TransferEnd, ...]
    names: Mapping[str, tuple[str, str]]
    shops: Mapping[str, str]


def _known(db: sqlite3.Connection, now_ms: int) -> Known:
    here = store_here(db)
    between = known_between(db, here, now_ms)
    items = {line.item_id for one in between for line in one.lines}
    names, shops = names_of(db, set(items)), shops_known(db, here)
    return Known(here.code, between, list_transfers(db, LISTED, 0), names, shops)


def _lots(db: sqlite3.Connection, item_id: ItemId, moment: Moment) -> tuple[LotHeld, ...]:
    return lots_of_item(db, item_id, moment).lots


def is_coming(one: Between, code: str) -> bool:
    """Whether goods are on their way to the shop of that code, or not all of them came."""
    waits = one.state in (GoodsState.IN_TRANSIT, GoodsState.DIFFERS)
    return waits and not one.is_wish and one.to_code == code


def form_for(chosen: Between | None, code: str) -> str:
    """Which form is filled in for it: of goods that leave or that came."""
    if chosen is None:
        return ""
    return "out" if chosen.is_wish and chosen.from_code == code else "in"


def filled_for(
    chosen: Between | None, code: str, lots: Mapping[ItemId, Sequence[LotHeld]]
) -> Mapping[str, str]:
    """What the form says before anybody types: what is still to be sent, of the ``lots`` that
    expire first, or what is to come, as its sender marked it."""
    if chosen is None:
        return NOTHING_TYPED
    if form_for(chosen, code) == "in":
        goods = "\n".join(
            said_line(one.item_id, one.quantity_milli, one.mark) for one in chosen.rest
        )
        return {"other_store": chosen.from_code, "number": chosen.number, GOODS: goods}
    wanted = [(line.item_id, line.wished_milli - line.sent_milli) for line in chosen.lines]
    picked = [
        said_line(item, many, mark)
        for item, milli in wanted
        if milli > 0
        for many, mark in picked_of(milli, lots.get(item, ()))
    ]
    asked = next((why for _, why in chosen.said if why), "")
    about = {"other_store": chosen.to_code, "reason": asked, "wish_id": str(chosen.subject_id)}
    return {**about, "number": chosen.number, GOODS: "\n".join(picked)}


def picked_of(milli: int, lots: Sequence[LotHeld]) -> list[tuple[int, Mark]]:
    """So much of the lots that are there, what expires first first; the rest of none."""
    found = []
    for one in lots:
        many = min(milli, one.quantity_milli)
        if one.lot and many > 0:
            found.append((many, Mark(one.lot, one.expires_on)))
            milli -= many
    return [*found, (milli, UNMARKED)] if milli else found


ROUTES = (show_transfers, send_out, send_in, send_ask, send_end, send_settled)
