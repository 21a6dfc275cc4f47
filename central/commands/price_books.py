"""Commands about price books and packs: whose prices hold where, for whom, from how many on."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
    CompanyName,
    Folder,
    Url,
    changing,
    in_words,
    looking,
    next_command,
    now_ms,
    on_database,
    putting,
)
from central.commands.goods import Encoding, File, Report, SheetName
from central.commands.lines import Act, Where, import_lines, read_lines, set_line
from central.commands.options import Amount, Item
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.domain.price_book import Planned
    from central.usecases.feed.put_row import Put
    from sync.protocol.identity import CompanyId
    from sync.protocol.price_books import BookPrice, Pack, PriceBook

price_books_app = new_group(
    "Price books: prices beside the zone's own, by zone, group of customers, quantity and date."
)
pack_app = new_group("Packs: scan codes that sell so many of an item.")
SHOWN_MAX = 200

Book = Annotated[str, typer.Argument(metavar="BOOK", help="Its id: short and lasting.")]
Name = Annotated[str | None, typer.Option(help="Tills show it; a new one needs one.")]
BookZone = Annotated[str | None, typer.Option(help="The price zone that it is for; all: all.")]
Group = Annotated[str | None, typer.Option(help="Of customers, such as gold; all: everybody.")]
Tax = Annotated[str | None, typer.Option(help="included or added: what its prices are.")]
Priority = Annotated[str | None, typer.Option(help="Of fixed ones the highest holds; 0 is usual.")]
Fixed = Annotated[
    bool | None, typer.Option("--fixed/--best", help="Whether no cheaper price takes its place.")
]
Begin = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Such as 2026-12-01T06:00; a new one: now."),
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="When it is over, or never.")]
Many = Annotated[str, typer.Option("--from-quantity", help="It holds from so many on, such as 10.")]
PackCode = Annotated[str, typer.Option("--pack", help="A pack's scan code: what one pack costs.")]
Since = Annotated[
    str, typer.Option("--from", metavar="TIME", help="Such as 2026-12-01T06:00; left out: now.")
]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The scan code that is on the pack.")]


@price_books_app.command("set")
def book_set(
    book: Book,
    name: Name = None,
    zone: BookZone = None,
    group: Group = None,
    tax: Tax = None,
    priority: Priority = None,
    fixed: Fixed = None,
    since: Begin = None,
    until: End = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a price book, change or schedule it: what is left out stays as it is."""
    from central.usecases.price_book.set import BookChanges, set_book

    changes = BookChanges(name, zone, group, tax, priority, fixed, since, until)

    async def work(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[PriceBook, Put, str | None]":
        made, put = await set_book(db, company_id, book, changes, now_ms())
        return made, put, await _clock(db, company_id)

    detail = ", ".join(filter(None, (name, zone, group, tax, since, until)))
    setting = putting(company, work, "price_book_set", book, detail, put_of=lambda done: done[1])
    made, put, clock = on_database(database_url, data, setting)
    bringing = ("price-books", "price", book, "--help")
    following = next_command(database_url, data, *bringing)
    print(f"{_said(made, clock)}: {in_words(put)}. Next: `{following}`.")


@price_books_app.command("list")
def book_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every price book, whom it is for, what its dates say of it, and how many prices it has."""
    from central.usecases.price_book.look_up import count_prices
    from central.usecases.price_book.set import list_books

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> list[str]:
        counts, clock = await count_prices(db, company_id), await _clock(db, company_id)
        found = await list_books(db, company_id)
        return [f"{_said(one, clock)}  {counts.get(one.book, 0):,} prices" for one in found]

    lines = on_database(database_url, data, looking(company, work))
    for line in lines:
        print(line)
    making = ("price-books", "set", "MEMBERS", "--name", "Members", "--group", "gold")
    packs = ("pack", "list")
    following = next_command(database_url, data, *(packs if lines else making), company=company)
    print(f"There are {len(lines)} price books. Next: `{following}`.")


@price_books_app.command("price")
def book_price(
    book: Book,
    item_id: Item,
    amount: Amount,
    quantity: Many = "",
    pack: PackCode = "",
    since: Since = "",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what an item, or a pack of it, costs by a book; none: from then on nothing is said."""
    from central.domain.price_book import Typed
    from central.usecases.price_book.prices import set_book_price

    typed = Typed(item_id, amount, quantity, pack, since)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        return await set_book_price(db, company_id, book, typed, now_ms())

    detail = " ".join(filter(None, (item_id, amount, quantity, pack, since)))
    set_line(
        Where(company, database_url, data),
        work,
        Act("book_price_set", book, detail),
        f"{item_id} costs {amount} by {book}",
        ("price-books", "show", book),
    )


@price_books_app.command("import")
def book_import(
    book: Book,
    file: File,
    report: Report = None,
    encoding: Encoding = None,
    sheet: SheetName = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Bring in a book's prices: columns item, price, and from_quantity, pack, from where wanted."""
    from central.usecases.price_book.prices import import_book_prices

    rows = read_lines(file, encoding, sheet)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Planned":
        return await import_book_prices(db, company_id, book, rows, now_ms())

    where = Where(company, database_url, data)
    act = Act("book_prices_imported", book, file.name)
    import_lines(where, work, act, report, ("price-books", "show", book))


@price_books_app.command("show")
def book_show(
    book: Book,
    item_id: Annotated[str | None, typer.Option("--item", help="Of one item alone.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """A book's prices, the first two hundred, with when they begin."""
    from central.reports.company import company_money
    from central.usecases.price_book.look_up import prices_of_book, with_states
    from central.usecases.price_book.set import book_of_company

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> list[str]:
        chosen = await book_of_company(db, company_id, book)
        currency = (await company_money(db, company_id)).currency
        clock = await _clock(db, company_id)
        found = with_states(await prices_of_book(db, company_id, chosen), now_ms())
        of = [one for one in found if item_id in (None, one.price.item_id)]
        return [_price_said(one.price, one.state, currency, clock) for one in of]

    lines = on_database(database_url, data, looking(company, work))
    for line in lines[:SHOWN_MAX]:
        print(line)
    listing = next_command(database_url, data, "price-books", "list", company=company)
    print(f"{book} has {len(lines):,} prices. Next: `{listing}`.")


@price_books_app.command("retire")
def book_retire(
    book: Book, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a book away with its prices; `price-books set BOOK --until TIME` only ends it."""
    from central.usecases.price_book.set import retire_book

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[PriceBook, int]":
        return await retire_book(db, company_id, book)

    retiring = changing(company, work, "price_book_retired", book, publishing=True)
    gone, prices = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "price-books", "list", company=company)
    print(f"{gone.name} is no more, nor are its {prices:,} prices: {TAKEN}. Next: `{listing}`.")


@pack_app.command("set")
def pack_set(
    code: Code,
    item_id: Item,
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="What it holds, such as 6.")],
    name: Annotated[str | None, typer.Option(help="On receipts; left out: ITEM × 6.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what a pack's code sells; without a price in a book it is so many times one."""
    from central.usecases.price_book.pack import set_pack

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Pack, Put]":
        return await set_pack(db, company_id, code, item_id, quantity, name)

    detail = f"{quantity} of {item_id}"
    setting = putting(company, work, "pack_set", code, detail, put_of=lambda done: done[1])
    made, put = on_database(database_url, data, setting)
    listing = next_command(database_url, data, "pack", "list", company=company)
    print(f"{_pack_said(made)}: {in_words(put)}. Next: `{listing}`.")


@pack_app.command("list")
def pack_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every pack."""
    from central.usecases.price_book.pack import list_packs

    found: tuple[Pack, ...] = on_database(database_url, data, looking(company, list_packs))
    for one in found:
        print(_pack_said(one))
    listing = next_command(database_url, data, "price-books", "list", company=company)
    print(f"There are {len(found):,} packs. Next: `{listing}`.")


@pack_app.command("retire")
def pack_retire(
    code: Code, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a pack's code away."""
    from central.usecases.price_book.pack import retire_pack

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "Pack":
        return await retire_pack(db, company_id, code)

    retiring = changing(company, work, "pack_retired", code, publishing=True)
    gone = on_database(database_url, data, retiring)
    listing = next_command(database_url, data, "pack", "list", company=company)
    print(f"{gone.name} is no pack any more: {TAKEN}. Next: `{listing}`.")


async def _clock(db: "AsyncConnection", company_id: "CompanyId") -> str | None:
    from central.usecases.price.look_up import clock_of_stores

    return await clock_of_stores(db, company_id)


def _said(book: "PriceBook", clock: str | None) -> str:
    from central.domain.price_book import book_words, state_of

    words = ", ".join(book_words(book, clock))
    return f"{book.book}  {book.name}  {state_of(book, now_ms())}, {words}"


def _price_said(price: "BookPrice", state: str, currency: str, clock: str | None) -> str:
    from central.domain.typed import local_time
    from sync.protocol.currency import format_money
    from sync.protocol.units import format_milli

    minor = price.unit_price_minor
    costs = "none" if minor is None else format_money(minor, currency)
    many = f"  from {format_milli(price.from_milli)}" if price.from_milli else ""
    pack = f"  pack {price.pack}" if price.pack else ""
    since = local_time(price.effective_from_ms, clock)
    return f"{price.item_id}{pack}{many}  {costs}  from {since}  {state}"


def _pack_said(pack: "Pack") -> str:
    from sync.protocol.units import format_milli

    return f"{pack.scan_code}  {pack.name}  {format_milli(pack.quantity_milli)} of {pack.item_id}"
