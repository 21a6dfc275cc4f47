"""The pages of the boxes in the stores: where each stands, its epochs, what it has of the goods,
and a code for the next one."""

from typing import Any

import segno
from litestar import Request, Response, get, post

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.db.key_file import public_half
from central.domain.access import UserRole
from central.pages.page import page
from central.pages.places import StoreCode
from central.reports.boxes import store_boxes
from central.reports.company import company_money, store_of_company
from central.reports.epochs import store_epochs
from central.reports.incarnation import forgotten_epochs
from central.usecases.box.create_enrol_code import LIFETIME_S, create_enrol_code
from sync.http.forms import read_form
from sync.protocol.enrolment import write_invitation

AnyRequest = Request[Any, Any, Any]
HERE = "/boxes"
REFRESH_S = 10
QR_PIXELS = 4


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_boxes(request: AnyRequest) -> Response[str]:
    """Every store's box."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        boxes = await store_boxes(db, person.company_id)
    return page(
        "boxes.html",
        person=person,
        money=money,
        boxes=boxes,
        refresh_s=REFRESH_S,
        now_ms=office.clock_ms(),
    )


@get(f"{HERE}/{{code:str}}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_box(request: AnyRequest, code: StoreCode) -> Response[str]:
    """One store's box, with its history."""
    return await _box_page(request, code)


@post(
    f"{HERE}/{{code:str}}/enrol",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_enrol(request: AnyRequest, code: StoreCode) -> Response[str]:
    """A one-time code for a box of this store: as text, as a string with head office's address, and
    as a picture of it."""
    await read_form(request)
    person, office = person_of(request), office_of(request)
    detail = f"for {LIFETIME_S // 60} minutes"
    async with acting(request, "enrol_code_made", code, detail) as db:
        store = await store_of_company(db, person.company_id, code)
        made = await create_enrol_code(db, store.store_id, office.clock_ms())
    address = str(request.base_url).rstrip("/")
    string = write_invitation(address, made.code, public_half(office.key))
    picture: str = segno.make(string).svg_data_uri(scale=QR_PIXELS, border=2, light="white")
    return await _box_page(request, code, made.code, string, picture)


async def _box_page(
    request: AnyRequest, code: str, secret: str = "", string: str = "", picture: str = ""
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        boxes = await store_boxes(db, person.company_id, code)
        epochs = await store_epochs(db, store.store_id)
        by_name_alone = await forgotten_epochs(db, store.store_id)
    return page(
        "box.html",
        person=person,
        money=money,
        store=store,
        box=boxes[0] if boxes else None,
        epochs=epochs,
        by_name_alone=by_name_alone,
        secret=secret,
        string=string,
        picture=picture,
        may_enrol=person.role.allows(UserRole.ADMINISTER) and bool(boxes),
        now_ms=office.clock_ms(),
    )


ROUTES = (show_boxes, show_box, send_enrol)
