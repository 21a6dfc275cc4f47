"""Makes a price book, or changes what is said of it: what is left out stays as it was. It is in
force by its own dates, where its zone and its group of customers say."""

import shlex
from collections.abc import Mapping
from typing import NamedTuple
from uuid import uuid4

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from central.domain.fields import plain_text, short_id
from central.domain.price_book import place_of
from central.domain.store_settings import whole_number
from central.domain.typed import instant_of
from central.usecases.feed.price_zones import refuse_unknown_zone
from central.usecases.feed.publish import PublishedRow, publish
from central.usecases.feed.put_row import Put, put_row
from central.usecases.feed.read_published import lock_published, published_anywhere
from central.usecases.price.look_up import clock_of_stores, clock_of_zone
from central.usecases.price_book.look_up import rows_of_book
from sync.protocol.codec import encode
from sync.protocol.errors import InvalidField, NotFound
from sync.protocol.identity import CompanyId
from sync.protocol.price_books import BOOK_CHARACTERS_MAX, PRIORITY_MAX, PriceBook
from sync.protocol.reference import WORD_CHARACTERS_MAX, DataSet

NEVER, ALL = "never", "all"
TAX = {"included": True, "added": False}


class BookChanges(NamedTuple):
    """What shall be, as it was typed; None: as it is."""

    name: str | None = None
    zone: str | None = None
    group: str | None = None
    tax: str | None = None
    priority: str | None = None
    fixed: bool | None = None
    since: str | None = None
    until: str | None = None


async def list_books(db: AsyncConnection, company_id: CompanyId) -> tuple[PriceBook, ...]:
    """By id, also those that ended."""
    return tuple((await published_anywhere(db, company_id, DataSet.PRICE_BOOKS)).values())


async def book_of_company(db: AsyncConnection, company_id: CompanyId, book: str) -> PriceBook:
    """Raises NotFound."""
    found = await _find(db, company_id, book)
    if found is None:
        raise NotFound(
            f"There is no price book {book}.",
            field="book",
            remedy="See which there are with `central price-books list`, or make it with"
            f" `central price-books set {shlex.quote(book)} --name NAME`.",
        )
    return found


async def _find(db: AsyncConnection, company_id: CompanyId, book: str) -> PriceBook | None:
    found: Mapping[str, PriceBook] = await published_anywhere(
        db, company_id, DataSet.PRICE_BOOKS, [book]
    )
    return found.get(book)


async def set_book(
    db: AsyncConnection, company_id: CompanyId, book: str, changes: BookChanges, now_ms: int
) -> tuple[PriceBook, Put]:
    """A new one begins now where no beginning is stated. Raises InvalidField, NotFound,
    ZoneUnknown."""
    await lock_published(db, company_id)
    held = await _find(db, company_id, book)
    if changes.name is None:
        base = held or await book_of_company(db, company_id, book)
    else:
        base = replace(held or _new(book, now_ms), name=plain_text(changes.name, "name"))
    wanted = _for_whom(base, changes)
    if wanted.zone is not None:
        await refuse_unknown_zone(db, company_id, wanted.zone)
    zone = wanted.zone
    clock = await (clock_of_zone(db, company_id, zone) if zone else clock_of_stores(db, company_id))
    wanted = _when(wanted, changes, clock)
    if held is None or place_of(held) == place_of(wanted):
        place = place_of(wanted)
        return wanted, await put_row(db, company_id, DataSet.PRICE_BOOKS, wanted, place)
    await _move(db, company_id, held, wanted)
    return wanted, Put.CHANGED


async def _move(
    db: AsyncConnection, company_id: CompanyId, held: PriceBook, wanted: PriceBook
) -> None:
    """Its stores are others from now on: what some have no more and others have takes effect
    together."""
    together = uuid4()
    prices = await rows_of_book(db, company_id, held)
    moving = ((DataSet.PRICE_BOOKS, {wanted.book: encode(wanted)}), (DataSet.BOOK_PRICES, prices))
    for data_set, rows in moving:
        gone = [PublishedRow(key, None) for key in rows]
        await publish(db, company_id, data_set, place_of(held), gone, together)
        there = [PublishedRow(key, body) for key, body in rows.items()]
        await publish(db, company_id, data_set, place_of(wanted), there, together)


async def retire_book(
    db: AsyncConnection, company_id: CompanyId, book: str
) -> tuple[PriceBook, int]:
    """It is no more, and with it its prices, of which there were so many. Raises NotFound."""
    await lock_published(db, company_id)
    gone = await book_of_company(db, company_id, book)
    away = [PublishedRow(key, None) for key in await rows_of_book(db, company_id, gone)]
    place = place_of(gone)
    together = await publish(db, company_id, DataSet.PRICE_BOOKS, place, [PublishedRow(book, None)])
    await publish(db, company_id, DataSet.BOOK_PRICES, place, away, together)
    return gone, len(away)


def _new(book: str, now_ms: int) -> PriceBook:
    if len(book) > BOOK_CHARACTERS_MAX:
        raise InvalidField(
            f"book: its id has at most {BOOK_CHARACTERS_MAX} characters.",
            field="book",
            remedy="Choose a shorter one; its name may be as long as you like.",
        )
    return PriceBook(short_id(book, "book"), "", from_ms=now_ms)


def _for_whom(base: PriceBook, changes: BookChanges) -> PriceBook:
    made = base
    if changes.zone is not None:
        zone = changes.zone.strip()
        made = replace(made, zone=None if zone in ("", ALL) else zone)
    if changes.group is not None:
        group = changes.group.strip()
        told = None if group in ("", ALL) else plain_text(group, "group", WORD_CHARACTERS_MAX)
        made = replace(made, customer_group=told)
    if changes.tax is not None:
        if changes.tax not in TAX:
            raise InvalidField(
                f"tax: it must be one of {', '.join(TAX)}.", field="tax", remedy="Choose one."
            )
        made = replace(made, tax_included=TAX[changes.tax])
    if changes.priority is not None:
        typed = changes.priority.strip() or "0"
        priority = whole_number(typed.removeprefix("-"), "priority", 0, PRIORITY_MAX)
        made = replace(made, priority=-priority if typed.startswith("-") else priority)
    return made if changes.fixed is None else replace(made, fixed=changes.fixed)


def _when(base: PriceBook, changes: BookChanges, clock: str | None) -> PriceBook:
    made = base
    if changes.since is not None:
        made = replace(made, from_ms=instant_of(changes.since, clock, "from"))
    if changes.until is not None:
        ends = changes.until.strip() not in ("", NEVER)
        made = replace(made, until_ms=instant_of(changes.until, clock, "until") if ends else None)
    if made.until_ms is not None and made.until_ms <= made.from_ms:
        raise InvalidField(
            "until: it would end before it begins.",
            field="until",
            remedy=f"State a later end, or {NEVER}.",
        )
    return made
