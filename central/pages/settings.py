"""Pages of what a store is: its name, place, money and points, as ``domain/store_settings.py`` has
them. A form that is refused comes back as it was typed, with the field and what is allowed."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from litestar import Request, Response, get, post
from litestar.params import QueryParameter

from central.api.acting import acting
from central.api.guards import needing, office_of, page_guard, person_of
from central.api.limits import BODY_BYTES_MAX
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.store_settings import BETWEEN_LINES, SETTINGS, Group
from central.pages.page import page, wrong_fields
from central.pages.places import StoreCode
from central.reports.company import company_money, store_of_company
from central.usecases.feed.put_row import Put
from central.usecases.price.look_up import has_prices
from central.usecases.store.look_up import all_settings, known_store, list_stores
from central.usecases.store.set import set_settings
from sync.http.forms import read_form
from sync.http.page import see_other
from sync.protocol.errors import AlreadyThere, Refusal
from sync.protocol.text import TEXT_PATTERN

WORD_LETTERS_MAX = 20
_LINES = frozenset(key for key, setting in SETTINGS.items() if setting.lines)

AnyRequest = Request[Any, Any, Any]
Flag: TypeAlias = Annotated[str, QueryParameter(max_length=WORD_LETTERS_MAX, pattern=TEXT_PATTERN)]


@get("/settings", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_stores(request: AnyRequest) -> Response[str]:
    """The company's stores, each with the way to its settings."""
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        stores = await list_stores(db, person.company_id)
    return page("stores.html", person=person, money=money, stores=stores)


@get("/settings/{code:str}", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_settings(request: AnyRequest, code: StoreCode, done: Flag = "") -> Response[str]:
    """One store's settings, in groups."""
    return await _settings_page(request, code, done=done)


@post(
    "/settings/{code:str}",
    guards=[page_guard],
    opt=needing(UserRole.ADMINISTER),
    status_code=303,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_settings(request: AnyRequest, code: StoreCode) -> Response[Any]:
    """As they stand in the form."""
    form = await read_form(request, _LINES, BETWEEN_LINES)
    typed = {key: form[key] for key in SETTINGS if key in form}
    done = "saved"
    try:
        async with acting(request, "settings_set", code) as db:
            put = (await set_settings(db, person_of(request).company_id, code, typed)).put
            if put is Put.SAME:
                raise AlreadyThere("It is so already.", remedy="Change something.")
    except AlreadyThere:
        done = "same"
    except Refusal as refusal:
        return await _settings_page(request, code, form, refusal)
    return see_other(f"/settings/{code}?done={done}")


async def _settings_page(
    request: AnyRequest,
    code: str,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    done: str = "",
) -> Response[str]:
    person, office = person_of(request), office_of(request)
    async with reading(office) as db:
        money = await company_money(db, person.company_id)
        await store_of_company(db, person.company_id, code)
        store = await known_store(db, person.company_id, code)
        settings = await all_settings(db, person.company_id, store)
        priced = await has_prices(db, person.company_id, store.settings.price_zone)
    shown = {key: setting.show(settings) for key, setting in SETTINGS.items()}
    return page(
        "settings.html",
        status=refusal.status if refusal else 200,
        person=person,
        money=money,
        store=store,
        groups=[(group, _of(group)) for group in Group],
        values={**shown, **(typed or {})},
        between_lines=BETWEEN_LINES,
        refusal=refusal,
        wrong=wrong_fields(refusal),
        done=done,
        priced=priced,
        may_change=person.role.allows(UserRole.ADMINISTER),
    )


def _of(group: Group) -> list[Any]:
    return [setting for setting in SETTINGS.values() if setting.group is group]


ROUTES = (show_stores, show_settings, send_settings)
