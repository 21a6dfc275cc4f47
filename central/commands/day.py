"""The command that says how a store's day stands: what the board's page of it says."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
)
from sync.program.frame import NEEDS_A_PERSON, instant
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.company import CompanyMoney
    from central.reports.whole_day import WholeDay
    from sync.protocol.identity import CompanyId

WIDTHS = (26, 16, 16, 14)


def day(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    business_date: Annotated[str, typer.Argument(metavar="DATE", help="As 2026-11-23.")],
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask its box what stands of it, also of an open day.")
    ] = False,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """A store's day: verdict and reasons, both sides' figures, manifests, receipts that differ."""
    from central.domain.day_verdict import Colour
    from central.domain.typed import date_of
    from central.reports.company import company_money
    from central.reports.whole_day import whole_day
    from central.usecases.store.add import find_store

    asked, at_ms = date_of(business_date, "date"), now_ms()
    if ask:
        _ask(company, database_url, data, store, asked)

    async def read(
        db: "AsyncConnection", company_id: "CompanyId"
    ) -> "tuple[WholeDay, CompanyMoney]":
        store_id = await find_store(db, company_id, store)
        return await whole_day(db, store_id, asked, at_ms), await company_money(db, company_id)

    found, money = on_database(database_url, data, looking(company, read))
    print(f"{store} on {asked}, as of {instant(at_ms)}, amounts in {money.currency}")
    for line in _lines(found, money):
        print(line)
    verdict = found.day.verdict
    following = next_command(database_url, data, *_next(found, store), company=company)
    waits = " Its box answers with its next contact." if ask else ""
    print(f"{store} on {asked} is {verdict.value.replace('-', ' ')}.{waits} Next: `{following}`.")
    if verdict.colour is Colour.RED:
        raise typer.Exit(NEEDS_A_PERSON)


def _next(found: "WholeDay", store: str) -> tuple[str, ...]:
    """What a person does about it."""
    from central.domain.day_verdict import DayVerdict

    day_ = str(found.day.business_date)
    return {
        DayVerdict.PROVEN: ("sign", store, day_),
        DayVerdict.DIFFERS: ("day", store, day_, "--ask"),
        DayVerdict.NOT_CLOSED: ("day", store, day_, "--ask"),
        DayVerdict.NOT_HEARD: ("epochs", store),
        DayVerdict.RECEIVED: ("quarantine", "list") if found.day.set_aside else ("epochs", store),
    }[found.day.verdict]


def _ask(
    company: str | None, database_url: Url, data: Folder, store: str, business_date: date
) -> None:
    from central.reports.store_day import StoreDay
    from central.usecases.journal.ask_manifest import ask_manifest
    from central.usecases.store.add import find_store

    async def asking(db: "AsyncConnection", company_id: "CompanyId") -> None:
        store_id = await find_store(db, company_id, store)
        await ask_manifest(db, StoreDay(store_id, business_date), now_ms())

    work = changing(company, asking, "manifest_asked", f"{store} {business_date}")
    on_database(database_url, data, work)


def _lines(found: "WholeDay", money: "CompanyMoney") -> "Iterator[str]":
    """Everything between the first line and the last."""
    from central.pages.words import day as words
    from central.pages.words.figures import day_sentence, receipt_sentence

    one = found.day
    state = found.state.value.replace("-", " ").replace("_", " ").capitalize()
    yield f"{state}. {day_sentence(one, found.found, money.decimals)}"
    for reason in one.reasons:
        yield f"  {reason.slug.value.replace('-', ' ')}: {reason.said}"
    yield from _figures(found, money)
    yield from map(words.manifest, one.manifests)
    yield from map(words.given_up, one.given_up)
    for declared in found.declared:
        yield words.declared(declared, money.decimals)
    yield words.root_of(one.business_date, found.root)
    for aside in one.set_aside:
        yield f"{words.event(aside)} is set aside: {aside.error}"
    for receipt in found.found.receipts if found.found else ():
        yield f"Receipt {receipt.difference.number}: {receipt_sentence(receipt, money.decimals)}"
    for compared in found.compared:
        yield from words.compared(compared, money.decimals)


def _figures(found: "WholeDay", money: "CompanyMoney") -> "Iterator[str]":
    """Both sides, a line each."""
    from central.pages.words.figures import NOT_KNOWN, TOTAL, amount, figure, figure_label
    from central.reports.board_lines import declared_total
    from sync.protocol.figures import owed_minor, side_by_side
    from sync.protocol.manifest import ZERO

    yield _row("", "store", "head office", "difference")
    said, here = declared_total(found.day), owed_minor(found.day.central)
    parted = None if said is None else here - said
    yield _row(TOTAL, *(amount(one, money.decimals) for one in (said, here, parted)))
    for name, unit, told, counted in side_by_side(found.day.declared or ZERO, found.day.central):
        if found.day.declared is None or told is None or counted is None:
            yield _row(figure_label(name), NOT_KNOWN, figure(counted, unit, money.decimals), "")
            continue
        sides = (told, counted, counted - told)
        yield _row(figure_label(name), *(figure(one, unit, money.decimals) for one in sides))


def _row(*cells: str) -> str:
    first, *others = zip(cells, WIDTHS, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)
