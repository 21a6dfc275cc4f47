"""The rows behind a figure, one receipt, and its event in the store's journal."""

import re
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter, QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.places import (
    BusinessDate,
    StoreCode,
    Workstation,
    day_address,
    journal_address,
    receipt_address,
    rows_address,
)
from central.pages.workbook import shown
from central.reports.company import StoreOfCompany, company_money, store_of_company
from central.reports.figure_rows import (
    FigureKey,
    FigureKind,
    FigureRow,
    FigureScope,
    RowPlace,
    figure_rows,
)
from central.reports.invoice import invoice_of
from central.reports.journal_event import journal_event
from central.reports.receipt import (
    find_receipt,
    form_differences,
    held_receipt,
    receipt_from_fact,
    sold_elsewhere,
)
from central.usecases.store.print_receipt import print_receipt
from sync.http.page import PAGE_HEADERS
from sync.protocol.change import Epoch
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.figures import FIGURES
from sync.protocol.money import BASIS_POINTS
from sync.protocol.paper.page import Form
from sync.protocol.paper.text import render_text
from sync.protocol.text import TEXT_PATTERN

NAME_LETTERS_MAX = 200
SEQ_MAX = (1 << 63) - 1
EPOCH_LETTERS_MAX = 20
_EPOCH = re.compile(r"^([1-9][0-9]{0,8})-([0-9a-f]{8})\Z", re.ASCII)
_AFTER = re.compile(r"^([0-9a-f-]{36})\.([0-9]{1,7})\Z", re.ASCII)
AFTER_LETTERS_MAX = 50

UNITS = {one.slug: one.unit for one in FIGURES if one.unit != "count"}
"""Of the rows of a figure; what is counted are rows of money."""

AnyRequest: TypeAlias = Request[Any, Any, Any]


@get(
    "/stores/{code:str}/{business_date:date}/rows", guards=[page_guard], opt=needing(UserRole.LOOK)
)
async def show_rows(
    request: AnyRequest,
    code: StoreCode,
    business_date: BusinessDate,
    figure: Annotated[FigureKind, QueryParameter()],
    name: Annotated[
        str | None, QueryParameter(max_length=NAME_LETTERS_MAX, pattern=TEXT_PATTERN)
    ] = None,
    rate_bp: Annotated[int | None, QueryParameter(ge=0, le=BASIS_POINTS)] = None,
    workstation: Workstation = None,
    after: Annotated[str, QueryParameter(max_length=AFTER_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
) -> Response[str]:
    """What a figure adds up from, page by page, with the sum of all pages at its foot."""
    key = FigureKey(figure, name, rate_bp)
    person = person_of(request)
    async with reading(office_of(request)) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        scope = FigureScope(store.store_id, business_date, workstation)
        found = await figure_rows(db, scope, key, _place(after))
    first = rows_address(store, business_date, key, workstation)
    following = f"{first}&after={found.after.row_id}.{found.after.part}" if found.after else None
    return shown(
        request,
        "rows.html",
        person=person,
        money=money,
        store=store,
        business_date=business_date,
        workstation=workstation,
        key=key,
        unit=UNITS.get(figure, "minor"),
        found=found,
        rows=[(row, _behind(store, row)) for row in found.rows],
        now_ms=office_of(request).clock_ms(),
        first=first if after else None,
        following=following,
        day=day_address(store, business_date),
        part=day_address(store, business_date, workstation) if workstation else None,
    )


def _behind(store: StoreOfCompany, row: FigureRow) -> str | None:
    return receipt_address(store, row.place.row_id) if row.number else None


@get("/stores/{code:str}/receipts/{sale_id:uuid}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_receipt(
    request: AnyRequest, code: StoreCode, sale_id: Annotated[UUID, PathParameter()]
) -> Response[str]:
    """A receipt as head office counts it, held against its event in the store's journal."""
    person = person_of(request)
    async with reading(office_of(request)) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        held = await held_receipt(db, store.store_id, sale_id)
        event, form = held.event, held.form
        paper = event and await print_receipt(db, person.company_id, store.store_id, event)
        sold_at = await sold_elsewhere(db, person.company_id, form)
        invoice = await invoice_of(db, person.company_id, store.store_id, form.sale_id)
    said = receipt_from_fact(event.fact) if event and event.fact else None
    return shown(
        request,
        "receipt.html",
        person=person,
        money=money,
        store=store,
        form=form,
        sold_at=sold_at,
        event=event,
        fact=event.fact if event else None,
        counted=True,
        invoice=invoice,
        paper=paper and render_text(paper),
        held=held,
        differences=form_differences(said, form) if said else (),
        journal=event and journal_address(store, event.arrived_epoch, event.arrived_seq),
        day=day_address(store, form.business_date),
        part=day_address(store, form.business_date, form.workstation_id),
        receipt=receipt_address(store, form.sale_id),
        now_ms=office_of(request).clock_ms(),
    )


@get(
    "/stores/{code:str}/receipts/{sale_id:uuid}/receipt.pdf",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
)
async def receipt_pdf(
    request: AnyRequest,
    code: StoreCode,
    sale_id: Annotated[UUID, PathParameter()],
    form: Annotated[Form, QueryParameter()] = Form.A4,
) -> Response[bytes]:
    """The receipt as the shop printed it, as a page that says that it is a copy."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        store = await store_of_company(db, person.company_id, code)
        held = await held_receipt(db, store.store_id, sale_id)
        event = held.event
        paper = event and await print_receipt(
            db, person.company_id, store.store_id, event, copy=True
        )
    if event is None or not paper:
        raise NotFound(
            "The store's journal holds no receipt here that can be printed.",
            remedy="Look at the receipt's own page: it says what is wrong with it.",
        )
    number = held.form.number
    async with office.pages.turn():
        made = await office.pages.set_page(paper, form, number, held.form.tendered_at_ms)
    name = f'attachment; filename="{number}.pdf"'
    headers = {**PAGE_HEADERS, "Content-Disposition": name}
    return Response(made, media_type="application/pdf", headers=headers)


@get(
    "/stores/{code:str}/journal/{epoch:str}/{seq:int}",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
)
async def show_event(
    request: AnyRequest,
    code: StoreCode,
    epoch: Annotated[str, PathParameter(max_length=EPOCH_LETTERS_MAX, pattern=TEXT_PATTERN)],
    seq: Annotated[int, PathParameter(ge=0, le=SEQ_MAX)],
) -> Response[str]:
    """An event as the store recorded it; a receipt in the same form as head office's."""
    person = person_of(request)
    wanted = _epoch(epoch)
    async with reading(office_of(request)) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        event = await journal_event(db, store.store_id, wanted, seq)
        form = receipt_from_fact(event.fact) if event.fact else None
        held = await find_receipt(db, store.store_id, form.sale_id) if form else None
        paper = await print_receipt(db, person.company_id, store.store_id, event)
        sold_at = await sold_elsewhere(db, person.company_id, form)
    return shown(
        request,
        "receipt.html",
        person=person,
        money=money,
        store=store,
        form=form,
        sold_at=sold_at,
        event=event,
        fact=event.fact,
        counted=False,
        invoice=None,
        paper=paper and render_text(paper),
        held=held,
        differences=form_differences(form, held.form) if form and held else (),
        journal=journal_address(store, event.arrived_epoch, event.arrived_seq),
        day=form and day_address(store, form.business_date),
        part=form and day_address(store, form.business_date, form.workstation_id),
        receipt=form and held and receipt_address(store, form.sale_id),
        now_ms=office_of(request).clock_ms(),
    )


def _epoch(given: str) -> Epoch:
    matched = _EPOCH.match(given)
    if matched is None:
        raise NotFound(
            f"{given} is no epoch.", field="epoch", remedy="Write it as it stands on a receipt."
        )
    return Epoch(int(matched[1]), bytes.fromhex(matched[2]))


def _place(after: str) -> RowPlace | None:
    """A cursor as our own links write it. Raises InvalidField."""
    if not after:
        return None
    try:
        matched = _AFTER.match(after)
        if matched is None:
            raise ValueError(after)
        return RowPlace(UUID(matched[1]), int(matched[2]))
    except ValueError as error:
        raise InvalidField(
            "after: it is no place in this list.",
            field="after",
            remedy="Begin at the list's first page.",
        ) from error


ROUTES = (show_rows, show_receipt, receipt_pdf, show_event)
