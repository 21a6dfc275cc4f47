"""The page of goods between stores: what is wished, on its way, there, and differs, with what each
state comes to, which leads to its rows; a form that wishes something, and one for each wish that
ends it."""

from functools import partial
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromQuery, PathParameter, QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.pages.stock import Code
from central.pages.workbook import shown
from central.reports.company import company_money, store_codes
from central.reports.stock_look import names_of_items
from central.reports.wishes import every_between_stores, states_of
from central.usecases.transfer.typed import wanted_of
from central.usecases.transfer.wish import end_wish, wish_transfer
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.between_stores import GoodsState
from sync.protocol.errors import Refusal

HERE = "/transfers"
PAGE_ROWS = 100
AFTER_MAX = 100_000
GOODS = "goods"
BETWEEN_LINES = ";"
AnyRequest = Request[Any, Any, Any]
WishGiven = Annotated[UUID, PathParameter()]
After: TypeAlias = Annotated[int, QueryParameter(ge=0, le=AFTER_MAX)]
State: TypeAlias = FromQuery[GoodsState | None]


class Asked(NamedTuple):
    """Which are listed: of a store, in a state, behind so many."""

    store: str = ""
    known: GoodsState | None = None
    after: int = 0

    def address(self, **other: object) -> str:
        """The same with something else in it."""
        now = {**self._asdict(), **other}
        return f"{HERE}?{urlencode({name: str(said) for name, said in now.items() if said})}"


ALL = Asked()
changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)


@get(HERE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_transfers(
    request: AnyRequest, store: Code = "", known: State = None, after: After = 0
) -> Response[Any]:
    """The newest first, a hundred at a time: all, or of one store, or in one state."""
    return await _shown(request, asked=Asked(store, known, after))


@changing(HERE)
async def send_wish(request: AnyRequest) -> Response[Any]:
    """One store is asked to send goods to another."""
    form, person = await read_form(request, (GOODS,), BETWEEN_LINES), person_of(request)
    stores = (form.get("sender", "").strip(), form.get("receiver", "").strip())
    typed = form.get(GOODS, "").split(BETWEEN_LINES)
    goods = [line.strip() for line in typed if line.strip()]
    about = f"{stores[0]} {stores[1]} {' '.join(goods)}"
    try:
        async with acting(request, "transfer_wished", stores[0], about) as db:
            why = (form.get("reason", ""), person.name)
            now_ms = office_of(request).clock_ms()
            wanted = wanted_of("=".join(line.rsplit(maxsplit=1)) for line in goods)
            await wish_transfer(db, person.company_id, stores, wanted, why, now_ms)
    except Refusal as refusal:
        return await _shown(request, refusal, form)
    office_of(request).nudges.published.set()
    return see_other(HERE)


@changing(f"{HERE}/{{wish_id:uuid}}/end")
async def send_end(request: AnyRequest, wish_id: WishGiven) -> Response[Any]:
    """Head office wishes it no more."""
    form, person = await read_form(request), person_of(request)
    reason = form.get("reason", "")
    try:
        async with acting(request, "transfer_cancelled", str(wish_id), reason) as db:
            now_ms = office_of(request).clock_ms()
            await end_wish(db, person.company_id, wish_id, (reason, person.name), now_ms)
    except Refusal as refusal:
        return await _shown(request, refusal, form)
    office_of(request).nudges.published.set()
    return see_other(HERE)


async def _shown(
    request: AnyRequest,
    refusal: Refusal | None = None,
    form: "Any" = None,
    asked: Asked = ALL,
) -> Response[Any]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        every = await every_between_stores(db, person.company_id)
        known = [one for one in every if asked.store in ("", one.from_code, one.to_code)]
        of_state = [one for one in known if asked.known in (None, one.state)]
        found = of_state[asked.after : asked.after + PAGE_ROWS]
        items = {line.item_id for one in found for line in one.lines}
        names = await names_of_items(db, person.company_id, items)
    more = len(of_state) > asked.after + PAGE_ROWS
    return shown(
        request,
        "transfers.html",
        status=200 if refusal is None else refusal.status,
        person=person,
        money=money,
        codes=codes,
        asked=asked,
        states=states_of(known),
        found=found,
        names=names,
        overdue=sum(one.is_overdue(office.clock_ms()) for one in known),
        refusal=refusal,
        typed=form or {},
        goods=(form or {}).get(GOODS, "").replace(BETWEEN_LINES, "\n"),
        may_wish=person.role.allows(UserRole.ADMINISTER),
        pages=(
            asked.address(after=0) if asked.after else None,
            asked.address(after=asked.after + PAGE_ROWS) if more else None,
        ),
        now_ms=office.clock_ms(),
    )


ROUTES = (show_transfers, send_wish, send_end)
