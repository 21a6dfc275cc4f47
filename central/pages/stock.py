"""The pages of what stores have and what it is worth: store by store, item by item, and each
movement of an item with what it changed, so that every sum leads to its rows."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.api.reports import CODE_LETTERS_MAX
from central.domain.access import UserRole
from central.pages.places import STOCK, stock_address
from central.pages.workbook import shown
from central.reports.company import company_money, store_codes, store_of_company
from central.reports.stock_history import Part, item_history
from central.reports.stock_look import names_of_items, worth_by_store, worth_of_items
from sync.protocol.reference import NAME_CHARACTERS_MAX
from sync.protocol.text import TEXT_PATTERN

T = TypeVar("T")
AnyRequest: TypeAlias = Request[Any, Any, Any]
PAGE_ROWS = 200
AFTER_MAX = 1_000_000
Code: TypeAlias = Annotated[str, QueryParameter(max_length=CODE_LETTERS_MAX, pattern=TEXT_PATTERN)]
Word: TypeAlias = Annotated[
    str, QueryParameter(max_length=NAME_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
After: TypeAlias = Annotated[int, QueryParameter(ge=0, le=AFTER_MAX)]
_NEEDS: dict[str, Any] = {"guards": [page_guard], "opt": needing(UserRole.LOOK)}


@get(STOCK, **_NEEDS)
async def show_stock(request: AnyRequest) -> Response[Any]:
    """Each store, and the sum of all."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        stores = await worth_by_store(db, person.company_id)
    return shown(
        request,
        "stock.html",
        person=person,
        money=money,
        stores=stores,
        address=stock_address,
        now_ms=office.clock_ms(),
    )


@get(f"{STOCK}/value", **_NEEDS)
async def show_stock_value(request: AnyRequest, store: Code, after: After = 0) -> Response[Any]:
    """A store's items, what is worth most first, with the sums of all of them."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        codes = await store_codes(db, person.company_id)
        chosen = await store_of_company(db, person.company_id, store)
        items = await worth_of_items(db, chosen.store_id)
        rows = items[after : after + PAGE_ROWS]
        names = await names_of_items(db, person.company_id, (one.item_id for one in rows))
    return shown(
        request,
        "stock_value.html",
        person=person,
        money=money,
        codes=codes,
        store=chosen,
        items=items,
        rows=rows,
        names=names,
        parts=tuple(Part),
        address=stock_address,
        pages=pages_of(items, after, "/value", store=store),
        now_ms=office.clock_ms(),
    )


@get(f"{STOCK}/item", **_NEEDS)
async def show_stock_item(
    request: AnyRequest,
    store: Code,
    item: Word,
    part: FromQuery[Part | None] = None,
    after: After = 0,
) -> Response[Any]:
    """Each movement of an item at a store, the newest first, or those that added to one figure."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        chosen = await store_of_company(db, person.company_id, store)
        every = await item_history(db, chosen.store_id, item)
        names = await names_of_items(db, person.company_id, [item])
    moved = every if part is None else tuple(one for one in every if one.is_part(part))
    asked = {"store": store, "item": item, "part": "" if part is None else part.value}
    return shown(
        request,
        "stock_item.html",
        person=person,
        money=money,
        store=chosen,
        item_id=item,
        name=names.get(item, item),
        every=every,
        moved=moved,
        rows=moved[after : after + PAGE_ROWS],
        part=part,
        parts=tuple(Part),
        address=stock_address,
        pages=pages_of(moved, after, "/item", **asked),
        now_ms=office.clock_ms(),
    )


def pages_of(
    rows: Sequence[T], after: int, place: str, /, **asked: object
) -> tuple[str | None, str | None]:
    """Where the first page is, and the next one."""
    first = stock_address(place, **asked) if after else None
    more = len(rows) > after + PAGE_ROWS
    return first, stock_address(place, **asked, after=after + PAGE_ROWS) if more else None


ROUTES = (show_stock, show_stock_value, show_stock_item)
