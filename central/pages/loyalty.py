"""The pages of points: what is owed to customers and where it may be spent, how the programme goes,
and one customer's statement."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import PathParameter, QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.page import page, wrong_fields
from central.pages.workbook import shown
from central.reports.company import company_money
from central.reports.loyalty import loyalty
from central.reports.loyalty_program import NO_PROGRAM, Program, loyalty_program
from central.reports.points_statement import HEADER, Statement, points_statement, row_of
from central.usecases.loyalty.rule import list_rules
from central.usecases.loyalty.tier import list_tiers
from central.usecases.price.look_up import clock_of_stores
from sync.http.page import PAGE_HEADERS
from sync.protocol.errors import Refusal
from sync.protocol.identity import CustomerId
from sync.protocol.text import TEXT_PATTERN

AnyRequest = Request[Any, Any, Any]
CSV_TYPE = "text/csv; charset=utf-8"
HERE = "/loyalty"
WORD_LETTERS_MAX = 20
TYPED = (
    *("reason", "tier", "name", "spend", "times", "kept"),
    *("rule", "rule_name", "rule_times", "of", "from", "until", "hours", "groups", "zones"),
)
"""Fields of the forms of this page."""
Flag: TypeAlias = Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)]
Customer: TypeAlias = Annotated[UUID, PathParameter()]


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_loyalty(request: AnyRequest, done: Flag = "") -> Response[str]:
    """Liability, what stores may spend, the overdraw known in advance, and the programme."""
    return await loyalty_page(request, done=done)


async def loyalty_page(
    request: AnyRequest,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[str]:
    """With a form as it was typed, where it was refused."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        found = await loyalty(db, person.company_id, office.clock_ms())
        program = await loyalty_program(db, person.company_id)
        tiers = await list_tiers(db, person.company_id)
        rules = await list_rules(db, person.company_id)
        clock = await clock_of_stores(db, person.company_id)
    return page(
        "loyalty.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        found=found,
        program=None if program == NO_PROGRAM else program,
        tiers=tiers,
        rules=rules,
        clock=clock,
        values={**_values(program), **(typed or {})},
        refusal=refusal,
        wrong=wrong_fields(refusal),
        done=done,
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


def _values(program: Program) -> dict[str, str]:
    """What the form of the programme begins with; the others begin empty."""
    return {
        **dict.fromkeys(TYPED, ""),
        "window": str(program.window_months),
        "welcome": str(program.welcome_points),
        "birthday": str(program.birthday_points),
        "entered": str(program.entered_points),
        "expiry": program.expiry.expiry.value,
        "months": str(program.expiry.months),
    }


@get(
    "/customers/{customer_id:uuid}/points",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
)
async def show_statement(request: AnyRequest, customer_id: Customer) -> Response[Any]:
    """Everything that moved a customer's points, and the balance after each, the newest first."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        found = await points_statement(db, person.company_id, CustomerId(customer_id))
    return shown(request, "statement.html", person=person, money=money, found=found)


@get(
    "/customers/{customer_id:uuid}/points.csv",
    guards=[page_guard],
    opt=needing(UserRole.LOOK),
)
async def send_statement(request: AnyRequest, customer_id: Customer) -> Response[str]:
    """The same as a file, the oldest first."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        found = await points_statement(db, person.company_id, CustomerId(customer_id))
    named = f'attachment; filename="points-{customer_id}.csv"'
    headers = {**PAGE_HEADERS, "Content-Disposition": named}
    return Response(_csv(found), media_type=CSV_TYPE, headers=headers)


def _csv(found: Statement) -> str:
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(HEADER)
    for line in found.lines:
        writer.writerow(map(_no_formula, row_of(line)))
    return written.getvalue()


def _no_formula(cell: str) -> str:
    """Words that a spreadsheet would take for a formula are text to it."""
    is_number = cell.removeprefix("-").isdecimal()
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) and not is_number else cell


ROUTES = (show_loyalty, show_statement, send_statement)
