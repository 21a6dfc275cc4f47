"""Shelf labels: as a list, on sheets as PDF, on a label printer."""

from typing import Annotated, Any

import litestar
import msgspec
from litestar import Response, post
from msgspec import Meta

from edge.api.described import accepts
from edge.api.papers import PDF_TYPE
from edge.api.parameters import TheBox
from edge.box.box import Box
from edge.devices.shelf_label.sheets import SHEET, SHEETS, sheet_values
from edge.devices.shelf_label.zpl import SIZE, SIZES, zpl_bytes
from edge.domain.fields import Word
from edge.usecases.shelf_label.make import Labels, MakeLabels, make_labels
from sync.http.body import read_body
from sync.program.pages import Template
from sync.protocol.errors import InvalidField

TITLE = "shelf-labels"
USED_MAX = 64
AnyRequest = litestar.Request[Any, Any, Any]


class SetSheets(MakeLabels, frozen=True):
    """``sheet``: a layout by its columns × rows; ``used``: places of the first sheet that are
    gone."""

    sheet: Word = SHEET
    used: Annotated[int, Meta(ge=0, le=USED_MAX)] = 0


class PrintLabels(MakeLabels, frozen=True, kw_only=True):
    """``printer``: its name in the settings; ``size``: of a label in millimetres."""

    printer: Word
    size: Word = SIZE


class PrintedLabels(msgspec.Struct, frozen=True):
    """How many."""

    printer: str
    labels: int


@post("/labels", status_code=200, operation_class=accepts(MakeLabels))
async def list_labels(request: AnyRequest, box: TheBox) -> Labels:
    """What stands on the labels of these items, at the prices of now or of a day."""
    asked, moment = await read_body(request, MakeLabels), box.clock.moment()
    return await box.reports.read(lambda db: make_labels(db, asked, moment))


@post("/labels/sheets", status_code=200, operation_class=accepts(SetSheets), media_type=PDF_TYPE)
async def set_sheets(request: AnyRequest, box: TheBox) -> Response[bytes]:
    """The same on sheets of labels, as PDF."""
    return await sheets_of(box, await read_body(request, SetSheets))


@post("/labels/print", status_code=200, operation_class=accepts(PrintLabels))
async def print_labels(request: AnyRequest, box: TheBox) -> PrintedLabels:
    """The same on a label printer of the shop. 409 ``label-printer-out``: print again."""
    return await print_on_roll(box, await read_body(request, PrintLabels))


async def sheets_of(box: Box, asked: SetSheets) -> Response[bytes]:
    """The same for whoever may. Raises what make_labels raises, PagesBusy, PageNotMade."""
    sheet = SHEETS.get(asked.sheet)
    if sheet is None:
        raise _not_one_of("sheet", tuple(SHEETS))
    made = await _made(box, asked)
    each = [one.label for one in made.labels for _ in range(one.copies)]
    money, used = (made.currency, made.decimals), asked.used % sheet.places
    values = sheet_values(each, sheet, TITLE, *money, used)
    async with box.pages.turn():
        pdf = await box.pages.set_document(Template.SHELF_LABELS, values, made.as_of_ms)
    headers = {"Content-Disposition": f'inline; filename="{TITLE}.pdf"'}
    return Response(pdf, media_type=PDF_TYPE, headers=headers)


async def print_on_roll(box: Box, asked: PrintLabels) -> PrintedLabels:
    """The same for whoever may. Raises what make_labels raises, NoLabelPrinter, LabelPrinterOut."""
    size = SIZES.get(asked.size)
    if size is None:
        raise _not_one_of("size", tuple(SIZES))
    made = await _made(box, asked)
    how = (size, box.label_printers.dots, made.currency, made.decimals)
    data = b"".join(zpl_bytes(one.label, one.copies, *how) for one in made.labels)
    await box.label_printers.print_labels(asked.printer, data)
    return PrintedLabels(asked.printer, sum(one.copies for one in made.labels))


async def _made(box: Box, asked: MakeLabels) -> Labels:
    moment = box.clock.moment()
    return await box.reports.read(lambda db: make_labels(db, asked, moment))


def _not_one_of(field: str, known: tuple[str, ...]) -> InvalidField:
    said = f"{field}: it must be one of {', '.join(known)}."
    return InvalidField(said, field=field, remedy="Choose one.")


ROUTES = (list_labels, set_sheets, print_labels)
