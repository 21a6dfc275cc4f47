"""Shelf labels: chosen by scanner, by words, by department or because their price changed, each as
often as somebody wants; looked at, then on sheets as PDF or on a label printer."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post

from edge.api.limits import SALE_BYTES_MAX
from edge.api.parameters import TheBox
from edge.api.shelf_labels import USED_MAX, PrintLabels, SetSheets, print_on_roll, sheets_of
from edge.box.box import Box
from edge.db.item_search import search_items
from edge.db.items import ItemFound
from edge.db.shelf_counts import departments
from edge.devices.shelf_label.bars import bars_path
from edge.devices.shelf_label.sheets import SHEET, SHEETS
from edge.devices.shelf_label.zpl import SIZE, SIZES
from edge.domain.item import UnknownScanCode
from edge.domain.shelf_label import ShelfLabel
from edge.pages.coming_in import office_guard
from edge.pages.day import Named
from edge.pages.goods_lines import ROWS_MAX, Row, goods_route, in_form, rows_of, scanned, with_more
from edge.pages.page import page
from edge.pages.places import LABELS
from edge.pages.signing_in import as_typed
from edge.usecases.item.look_up import as_of_now
from edge.usecases.shelf_label.choose import items_to_label
from edge.usecases.shelf_label.make import COPIES_MAX, Labels, MakeLabels, Wanted, make_labels
from sync.http.forms import read_form
from sync.http.page import PAGE_HEADERS, see_other
from sync.protocol.errors import InvalidField, Refusal
from sync.protocol.identity import ItemId
from sync.protocol.money import MILLI
from sync.protocol.permissions import Permission

AnyRequest = Request[Any, Any, Any]
HITS_MAX = 12
KEPT = ("on", "per", "plain", "sheet", "used", "printer", "size", "department", "since")
_NEEDS: dict[str, Any] = {"guards": [office_guard], "opt": goods_route(Permission.SEE_REPORTS)}
_SENT: dict[str, Any] = {**_NEEDS, "status_code": 200, "request_max_body_size": SALE_BYTES_MAX}


class _Day(msgspec.Struct, frozen=True):
    on: date | None = None


class _Since(msgspec.Struct, frozen=True):
    since: date | None = None


class Look(NamedTuple):
    """A row of the form, and its label. ``bars``: modules across and the dark ones as an SVG path;
    None where there are none."""

    row: Row
    label: ShelfLabel
    bars: tuple[int, str] | None


@get(LABELS, **_NEEDS)
async def show_labels(request: AnyRequest, box: TheBox, printed: Named = None) -> Response[Any]:
    """An empty form."""
    return await _shown(request, box, {}, printed=printed or "")


@post(f"{LABELS}/lines", **_SENT)
async def add_label(request: AnyRequest, box: TheBox) -> Response[Any]:
    """What was scanned, or words that find several."""
    form = await read_form(request)
    text = form.get("pick") or form.get("scan", "")
    try:
        found, _ = await scanned(box, text)
        more = with_more(form, found.item.item_id, MILLI, KEPT)
    except UnknownScanCode as refusal:
        moment = box.clock.moment()
        hits = await box.reader.read(
            lambda db: search_items(db, text, as_of_now(db, moment), HITS_MAX, 0)
        )
        if not hits or not text.strip():
            return await _shown(request, box, form, refusal)
        return await _shown(request, box, form, hits=hits)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return await _shown(request, box, more)


@post(f"{LABELS}/many", **_SENT)
async def add_labels(request: AnyRequest, box: TheBox) -> Response[Any]:
    """A department, or what has another price; what is in the form already stays as it is."""
    form, moment = await read_form(request), box.clock.moment()
    department = form.get("department", "")
    try:
        since = as_typed(_Since, form, "since").since
        on = as_typed(_Day, form, "on").on
        if since is None and not department:
            raise InvalidField(
                "since: neither a department nor a day is chosen.",
                field="since",
                remedy="Choose a department, or since when prices changed, or both.",
            )
        rows = rows_of(form)
        there, most = {row.item_id for row in rows}, ROWS_MAX - len(rows)
        found = await box.reports.read(
            lambda db: items_to_label(db, department, since, on, ROWS_MAX, moment)
        )
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    new = [Row(item, "1") for item in found if item not in there][:most]
    kept = {name: form.get(name, "") for name in KEPT}
    return await _shown(request, box, {**kept, **in_form([*rows, *new])}, added=len(new))


@post(f"{LABELS}/show", **_SENT)
async def look_again(request: AnyRequest, box: TheBox) -> Response[Any]:
    """As the form says now."""
    return await _shown(request, box, await read_form(request))


@post(f"{LABELS}/sheets", **_SENT)
async def give_sheets(request: AnyRequest, box: TheBox) -> Response[Any]:
    """The PDF."""
    form = await read_form(request)
    try:
        asked = _asked(form)
        what = (asked.items, asked.on, asked.per_part, asked.promotions)
        used = _number(form.get("used") or "0", "used", USED_MAX)
        sheets = SetSheets(*what, form.get("sheet", SHEET), used)
        made = await sheets_of(box, sheets)
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    made.headers.update({**PAGE_HEADERS, **made.headers})
    return made


@post(f"{LABELS}/print", **_SENT)
async def send_to_roll(request: AnyRequest, box: TheBox) -> Response[Any]:
    """On a label printer."""
    form = await read_form(request)
    try:
        asked = _asked(form)
        what = (asked.items, asked.on, asked.per_part, asked.promotions)
        printer, size = form.get("printer", ""), form.get("size", SIZE)
        done = await print_on_roll(box, PrintLabels(*what, printer=printer, size=size))
    except Refusal as refusal:
        return await _shown(request, box, form, refusal)
    return see_other(f"{LABELS}?{urlencode({'printed': f'{done.labels} · {done.printer}'})}")


def _asked(form: Mapping[str, str]) -> MakeLabels:
    """Rows without a number are left out. Raises InvalidField."""
    items = tuple(
        Wanted(ItemId(row.item_id), _number(row.quantity, "quantity", COPIES_MAX))
        for row in rows_of(form)
        if row.quantity.strip() not in ("", "0")
    )
    if not items:
        raise InvalidField(
            "scan: no label is chosen yet.", field="scan", remedy="Scan something first."
        )
    on = as_typed(_Day, form, "on").on
    return MakeLabels(items, on, form.get("per") == "part", form.get("plain") != "yes")


def _number(typed: str, field: str, most: int) -> int:
    found = typed.strip()
    if found.isdecimal() and found.isascii() and len(found) <= 3 and int(found) <= most:
        return int(found)
    raise InvalidField(
        f"{field}: it must be a number from 0 to {most}.",
        field=field,
        remedy="Type it with digits.",
    )


async def _shown(
    request: AnyRequest,
    box: Box,
    form: Mapping[str, str],
    refusal: Refusal | None = None,
    *,
    hits: tuple[ItemFound, ...] = (),
    added: int | None = None,
    printed: str = "",
) -> Response[Any]:
    made, wrong = None, refusal
    known = await box.reports.read(departments)
    rows = rows_of(form)
    if rows:
        try:
            made = await _preview(box, form, rows)
        except Refusal as error:
            wrong = wrong or error
    return page(
        request,
        "shelf_labels.html",
        status=wrong.status if wrong else 200,
        refusal=wrong,
        typed=form,
        rows=rows,
        made=made,
        looks=[] if made is None else _looks(rows, made),
        hits=hits,
        added=added,
        printed=printed,
        departments=known,
        sheets=SHEETS,
        sizes=SIZES,
        printers=box.label_printers.names,
    )


async def _preview(box: Box, form: Mapping[str, str], rows: list[Row]) -> Labels:
    on, moment = as_typed(_Day, form, "on").on, box.clock.moment()
    items = tuple(Wanted(ItemId(row.item_id)) for row in rows)
    asked = MakeLabels(items, on, form.get("per") == "part", form.get("plain") != "yes")

    def read(db: sqlite3.Connection) -> Labels:
        return make_labels(db, asked, moment)

    return await box.reports.read(read)


def _looks(rows: list[Row], made: Labels) -> list[Look]:
    return [
        Look(row, one.label, _bars(one.label)) for row, one in zip(rows, made.labels, strict=True)
    ]


def _bars(label: ShelfLabel) -> tuple[int, str] | None:
    if label.code is None or label.symbology is None:
        return None
    return bars_path(label.code, label.symbology)


ROUTES = (show_labels, add_label, add_labels, look_again, give_sheets, send_to_roll)
