"""Pages about what is sold: searched as it is typed, changed, priced by zone and date.

A form that is refused comes back with what was typed, the field that it is about and what is
allowed. What is saved is published: boxes take it with their next pull.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.feeds import MAIN_ZONE
from central.domain.typed import instant_of, local_time
from central.pages.page import page, wrong_fields
from central.reports.company import CompanyMoney, company_money
from central.usecases.feed.price_zones import price_zones
from central.usecases.feed.put_row import Put
from central.usecases.item.enter import PriceTyped, enter_item, price_wanted
from central.usecases.item.look_up import FIRST, find_item, item_of_company, list_items, place_of
from central.usecases.item.set import ItemChanges, set_item
from central.usecases.price.look_up import PriceAt, clock_of_zone, prices_in_force, prices_of_item
from central.usecases.price.retire import retire_price
from central.usecases.price.set import set_price
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import AlreadyThere, InvalidField, Refusal
from sync.protocol.facts import TaxClass
from sync.protocol.feeds import KEY_CHARACTERS_MAX
from sync.protocol.money import format_minor
from sync.protocol.reference import NAME_CHARACTERS_MAX, Item
from sync.protocol.text import TEXT_PATTERN
from sync.protocol.units import Unit

changing = partial(
    post,
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
LIST, ONE = "/items", "/item"
WORD_LETTERS_MAX = 20

AnyRequest = Request[Any, Any, Any]
Typed: TypeAlias = Mapping[str, str]
Words: TypeAlias = Annotated[
    str, QueryParameter(name="q", max_length=NAME_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
ItemIdGiven: TypeAlias = Annotated[
    str, QueryParameter(name="id", max_length=KEY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
After: TypeAlias = Annotated[
    str, QueryParameter(max_length=KEY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]
Flag: TypeAlias = Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)]


class Shown(NamedTuple):
    """A line of the list, with what it costs now in the main zone; None: nothing."""

    item: Item
    address: str
    price_minor: int | None


class PriceShown(NamedTuple):
    """A price of the item's page. ``since``: as it is typed; ``state``: over, in_force or
    to_come."""

    price: PriceAt
    since: str
    state: str


@get(LIST, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_items(
    request: AnyRequest, asked: Words = "", after: After = "", retired: Flag = ""
) -> Response[str]:
    """Items by name; words, an id or a code find those that have them."""
    person, office = person_of(request), office_of(request)
    company_id = person.company_id
    async with reading(office) as db:
        money = await company_money(db, company_id)
        begin = await place_of(db, company_id, after) if after else FIRST
        found = await list_items(db, company_id, asked, begin, retired=bool(retired))
        ids = [item.item_id for item in found.items]
        prices = await prices_in_force(db, company_id, ids, MAIN_ZONE, office.clock_ms())
    more = None
    if found.after is not None:
        more = _address(LIST, q=asked, retired=retired, after=found.after[1])
    return page(
        "items.html",
        person=person,
        money=money,
        asked=asked,
        retired=retired,
        lines=[
            Shown(item, _address(ONE, id=item.item_id), prices.get(item.item_id))
            for item in found.items
        ],
        zone=MAIN_ZONE,
        first=_address(LIST, q=asked, retired=retired) if after else None,
        more=more,
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


@get(ONE, guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_item(
    request: AnyRequest, item_id: ItemIdGiven = "", done: Flag = ""
) -> Response[str]:
    """An item and its prices; without an id, the form of a new one."""
    return await _item_page(request, item_id, done=done)


@changing(ONE)
async def send_item(request: AnyRequest) -> Response[Any]:
    """Made, or changed as it stands in the form."""
    form = await read_form(request)
    known, office = form.get("known", ""), office_of(request)
    item_id = known or form.get("item_id", "")
    price = form.get("price", "").strip()
    try:
        async with acting(request, "item_set", item_id) as db:
            company_id = person_of(request).company_id
            before = await find_item(db, company_id, item_id)
            if before is not None and not known:
                raise InvalidField(
                    f"{item_id} is {before.name} already.",
                    field="item_id",
                    remedy="Choose another id, or open that item.",
                )
            entered = await enter_item(
                db,
                company_id,
                item_id,
                _changes(form, before),
                form.get("cost", ""),
                PriceTyped(price) if price else None,
                office.clock_ms(),
            )
            if not entered.changed:
                raise AlreadyThere("It is so already.", remedy="Change something.")
    except AlreadyThere:
        return see_other(_address(ONE, id=item_id, done="same"))
    except Refusal as refusal:
        return await _item_page(request, known, form, refusal)
    return see_other(_address(ONE, id=item_id, done="saved"))


@changing(f"{ONE}/price")
async def send_price(request: AnyRequest) -> Response[Any]:
    """A price in a zone, from now or from a time on."""
    form = await read_form(request)
    item_id, office = form.get("known", ""), office_of(request)
    typed = PriceTyped(
        form.get("price", ""), form.get("zone", MAIN_ZONE), form.get("from", "").strip() or None
    )
    try:
        async with acting(request, "price_set", item_id, " ".join(filter(None, typed))) as db:
            company_id = person_of(request).company_id
            decimals = (await company_money(db, company_id)).decimals
            wanted = await price_wanted(db, company_id, typed, decimals)
            done = await set_price(db, company_id, item_id, wanted, office.clock_ms())
            if done.put is Put.SAME:
                raise AlreadyThere("It is so already.", remedy="Change something.")
    except AlreadyThere:
        return see_other(_address(ONE, id=item_id, done="same"))
    except Refusal as refusal:
        return await _item_page(request, item_id, form, refusal)
    return see_other(_address(ONE, id=item_id, done="priced"))


@changing(f"{ONE}/price/away")
async def send_price_away(request: AnyRequest) -> Response[Any]:
    """A price is no more: the one before it holds again."""
    form = await read_form(request)
    item_id, zone, since = (form.get(name, "") for name in ("known", "zone", "since"))
    try:
        async with acting(request, "price_retired", item_id, f"{zone} {since}") as db:
            company_id = person_of(request).company_id
            clock = await clock_of_zone(db, company_id, zone) or "UTC"
            from_ms = instant_of(since, clock, "from")
            await retire_price(
                db, company_id, item_id, zone, from_ms, office_of(request).clock_ms()
            )
    except Refusal as refusal:
        return await _item_page(request, item_id, refusal=refusal)
    return see_other(_address(ONE, id=item_id, done="price_away"))


@changing(f"{ONE}/active")
async def send_active(request: AnyRequest) -> Response[Any]:
    """Sold no more, or again."""
    form = await read_form(request)
    item_id, active = form.get("known", ""), form.get("active") == "yes"
    try:
        async with acting(request, "item_set" if active else "item_retired", item_id) as db:
            company_id = person_of(request).company_id
            await item_of_company(db, company_id, item_id)
            await set_item(db, company_id, item_id, ItemChanges(active=active))
    except Refusal as refusal:
        return await _item_page(request, item_id, refusal=refusal)
    return see_other(_address(ONE, id=item_id, done="back" if active else "retired"))


def _changes(form: Typed, before: Item | None) -> ItemChanges:
    """Codes stand in one line; as they were, they stay as they are: one may hold a comma."""
    codes = form.get("code", "")
    unchanged = before is not None and codes == _codes(before)
    return ItemChanges(
        form.get("name", ""),
        form.get("department", ""),
        form.get("tax_class", ""),
        None if unchanged else tuple(filter(None, (code.strip() for code in codes.split(",")))),
        form.get("unit", ""),
        form.get("open_price") == "yes",
        content=form.get("content", ""),
    )


def _codes(item: Item) -> str:
    return ", ".join(item.scan_codes)


async def _item_page(
    request: AnyRequest,
    item_id: str,
    typed: Typed | None = None,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[str]:
    """``typed``: what a refused form held, which stays in its fields."""
    person, office = person_of(request), office_of(request)
    company_id, now_ms = person.company_id, office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, company_id)
        item = await item_of_company(db, company_id, item_id) if item_id else None
        zones = await price_zones(db, company_id)
        prices = await prices_of_item(db, company_id, item_id, now_ms) if item else ()
        clocks = {zone: await clock_of_zone(db, company_id, zone) for zone in zones}
    return page(
        "item.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        item=item,
        values={**_values(item, money), **(typed or {})},
        refusal=refusal,
        wrong=wrong_fields(refusal),
        done=done,
        prices=[_price(one, clocks.get(one.zone), now_ms) for one in prices],
        zones=zones,
        zone_choices=[(zone, zone) for zone in zones],
        clock=_one_clock(list(clocks.values())),
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


def _values(item: Item | None, money: CompanyMoney) -> Typed:
    """What the form's fields hold before anybody typed."""
    if item is None:
        fresh = {"tax_class": TaxClass.STANDARD, "unit": Unit.EACH}
        empty = ("item_id", "name", "department", "code", "cost", "price", "open_price", "content")
        return {**dict.fromkeys((*empty, "from", "zone"), ""), **fresh}
    cost = item.unit_cost_minor
    return {
        "item_id": item.item_id,
        "name": item.name,
        "department": item.department,
        "tax_class": item.tax_class,
        "code": _codes(item),
        "unit": item.unit,
        "cost": "" if cost is None else format_minor(cost, money.decimals).replace(",", ""),
        "open_price": "yes" if item.open_price else "",
        "content": "" if item.content is None else str(item.content),
        "price": "",
        "from": "",
        "zone": MAIN_ZONE,
    }


def _price(price: PriceAt, clock: str | None, now_ms: int) -> PriceShown:
    begun = "in_force" if price.in_force else "over"
    state = "to_come" if price.effective_from_ms > now_ms else begun
    return PriceShown(price, local_time(price.effective_from_ms, clock).split(" ")[0], state)


def _one_clock(clocks: Sequence[str | None]) -> str | None:
    """The time zone of all stores; None where there are several, or none yet."""
    known = set(clocks) - {None}
    return known.pop() if len(known) == 1 else None


def _address(path: str, **parts: str) -> str:
    query = urlencode({name: value for name, value in parts.items() if value})
    return f"{path}?{query}" if query else path


ROUTES = (show_items, show_item, send_item, send_price, send_price_away, send_active)
