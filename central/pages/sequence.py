"""A day's receipts in their sequence: a number that is not here is a row, with what is known."""

from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import QueryParameter

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
    sequence_address,
)
from central.pages.workbook import shown
from central.reports.claims import open_claims
from central.reports.company import company_money, store_of_company
from central.reports.receipt_sequence import MissingNumber, receipt_sequence
from sync.protocol.text import TEXT_PATTERN

NUMBER_LETTERS_MAX = 100
AnyRequest = Request[Any, Any, Any]


@get(
    "/stores/{code:str}/{business_date:date}/sequence",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
)
async def show_sequence(
    request: AnyRequest,
    code: StoreCode,
    business_date: BusinessDate,
    workstation: Workstation = None,
    after: Annotated[str, QueryParameter(max_length=NUMBER_LETTERS_MAX, pattern=TEXT_PATTERN)] = "",
) -> Response[str]:
    """Page by page, by workstation and number; what follows the last one is a claim, or unknown."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        store = await store_of_company(db, person.company_id, code)
        asked = (db, store.store_id, business_date, workstation, after)
        found = await receipt_sequence(*asked)
        claims = (await open_claims(db, [store.store_id])).get(store.store_id, ())
    first = sequence_address(store, business_date, workstation)
    joint = "&" if workstation else "?"
    return shown(
        request,
        "sequence.html",
        person=person,
        money=money,
        store=store,
        business_date=business_date,
        workstation=workstation,
        found=found,
        rows=[
            (None, row, _whereabouts(store, row))
            if isinstance(row, MissingNumber)
            else (row, None, receipt_address(store, row.sale_id))
            for row in found.rows
        ],
        claims=[claim.said for claim in claims if claim.touches(business_date)],
        day=day_address(store, business_date),
        first=first if after else None,
        following=f"{first}{joint}after={found.after}" if found.after else None,
        now_ms=office.clock_ms(),
    )


def _whereabouts(store: Any, row: MissingNumber) -> str | None:
    """What can be looked at instead."""
    if row.other is not None:
        return receipt_address(store, row.other[1])
    return journal_address(store, *row.aside) if row.aside else None


ROUTES = (show_sequence,)
