"""The page of points: what is owed to customers, where it may be spent, and the worst that can come
of it."""

from typing import Any

from litestar import Request, Response, get

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.page import page
from central.reports.company import company_money
from central.reports.loyalty import loyalty

AnyRequest = Request[Any, Any, Any]


@get("/loyalty", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_loyalty(request: AnyRequest) -> Response[str]:
    """Liability, what stores may spend, and the overdraw that is known in advance."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        found = await loyalty(db, person.company_id, office.clock_ms())
    return page("loyalty.html", person=person, money=money, found=found)


ROUTES = (show_loyalty,)
