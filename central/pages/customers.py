"""The page of customers: who has a code or an address, and forgetting them when they ask for it.

What was typed is compared as the background compares it (``usecases/customer/match.py``): an
address by its digest, so that no list of addresses is read.
"""

from typing import Annotated, Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.customer import customer_id_of, typed_ids
from central.domain.derived_keys import matching_key
from central.pages.page import page
from central.reports.company import company_money
from central.reports.customers import find_people
from central.usecases.customer.erase import erase_customer
from central.usecases.customer.match import digest_of
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.shared import CustomerField
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
HERE = "/customers"
ASKED_LETTERS_MAX = 254
COUNT_LETTERS_MAX = 4

Asked: TypeAlias = Annotated[
    str, QueryParameter(max_length=ASKED_LETTERS_MAX, pattern=TEXT_PATTERN)
]
Gone: TypeAlias = Annotated[str, QueryParameter(max_length=COUNT_LETTERS_MAX, pattern=TEXT_PATTERN)]


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_customers(request: AnyRequest, q: Asked = "", erased: Gone = "") -> Response[str]:
    """Whoever has what was typed."""
    person, office = person_of(request), office_of(request)
    asked = q.strip()
    key = matching_key(office.key, person.company_id)
    digest = digest_of(key, CustomerField.EMAIL, asked.lower())
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        wanted = (typed_ids(asked), asked, digest)
        found = await find_people(db, person.company_id, *wanted) if asked else ()
    return page(
        "customers.html",
        person=person,
        money=money,
        asked=asked,
        found=found,
        erased=int(erased) if erased.isdecimal() else 0,
        may_erase=person.role.allows(UserRole.ADMINISTER),
    )


@post(
    f"{HERE}/erase",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_erase(request: AnyRequest) -> Response[Any]:
    """Forget a customer for ever, with a reason."""
    person, office = person_of(request), office_of(request)
    form = await read_form(request)
    customer, reason = form.get("customer", ""), form.get("reason", "")
    customer_id = customer_id_of(customer, "customer")
    async with acting(request, "customer_erased", customer, reason) as db:
        asked = (customer_id, reason, person.name, office.clock_ms())
        gone = await erase_customer(db, person.company_id, *asked)
    office.nudges.published.set()
    return see_other(f"{HERE}?erased={len(gone)}")


ROUTES = (show_customers, send_erase)
