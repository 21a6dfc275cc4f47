"""The page of price books: whom they are for and what their dates say of them, zone by zone, the
prices of one with when they begin, and packs."""

from typing import Annotated, Any, NamedTuple, TypeAlias

from litestar import Request, Response, get
from litestar.params import QueryParameter

from central.api.guards import needing, office_of, page_guard, person_of
from central.api.reading import reading
from central.domain.access import UserRole
from central.domain.price_book import IN_FORCE, STATES, book_words, state_of
from central.domain.typed import local_time
from central.pages.page import page
from central.reports.company import company_money
from central.usecases.feed.price_zones import price_zones
from central.usecases.price.look_up import clock_of_stores
from central.usecases.price_book.look_up import (
    PriceInBook,
    count_prices,
    prices_of_book,
    with_states,
)
from central.usecases.price_book.pack import list_packs
from central.usecases.price_book.set import book_of_company, list_books
from sync.protocol.feeds import KEY_CHARACTERS_MAX
from sync.protocol.price_books import PriceBook
from sync.protocol.text import TEXT_PATTERN
from sync.protocol.units import format_milli

AnyRequest = Request[Any, Any, Any]
PRICES_SHOWN = 500
Word: TypeAlias = Annotated[
    str, QueryParameter(max_length=KEY_CHARACTERS_MAX, pattern=TEXT_PATTERN)
]


class Shown(NamedTuple):
    """A book, in words."""

    book: PriceBook
    state: str
    words: str
    prices: int


class PriceShown(NamedTuple):
    """One of its prices; ``quantity`` empty: from any."""

    found: PriceInBook
    quantity: str
    since: str


@get("/price-books", guards=[page_guard], opt=needing(UserRole.LOOK))
async def show_price_books(
    request: AnyRequest, zone: Word = "", book: Word = "", item: Word = ""
) -> Response[str]:
    """All of them, or those that hold in ``zone``; the prices of ``book``, or of one ``item`` in
    it."""
    person, office = person_of(request), office_of(request)
    company_id, now_ms = person.company_id, office.clock_ms()
    async with reading(office) as db:
        money = await company_money(db, company_id)
        clock = await clock_of_stores(db, company_id)
        zones = await price_zones(db, company_id)
        counts = await count_prices(db, company_id)
        found = await list_books(db, company_id)
        packs = await list_packs(db, company_id)
        chosen = await book_of_company(db, company_id, book) if book else None
        prices = await prices_of_book(db, company_id, chosen) if chosen else []
    of_item = [one for one in with_states(prices, now_ms) if item in ("", one.price.item_id)]
    shown = [
        Shown(
            one, state_of(one, now_ms), ", ".join(book_words(one, clock)), counts.get(one.book, 0)
        )
        for one in found
        if zone in ("", one.zone or zone)
    ]
    shown.sort(key=lambda one: (STATES.index(one.state), one.book.book))
    return page(
        "price_books.html",
        person=person,
        money=money,
        books=shown,
        in_force=sum(one.state == IN_FORCE for one in shown),
        zones=zones,
        asked={"zone": zone, "book": book, "item": item},
        chosen=chosen,
        prices=[_shown(one, clock) for one in of_item[:PRICES_SHOWN]],
        total=len(of_item),
        packs=packs,
    )


def _shown(found: PriceInBook, clock: str | None) -> PriceShown:
    milli, at = found.price.from_milli, found.price.effective_from_ms
    return PriceShown(found, format_milli(milli) if milli else "", local_time(at, clock))


ROUTES = (show_price_books,)
