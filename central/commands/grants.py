"""What stores may still spend of accounts, and the worst that can come of it."""

from typing import TYPE_CHECKING

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    looking,
    next_command,
    now_ms,
    on_database,
)
from central.commands.options import OneStore
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from central.reports.grants import Grants, KindGrants, StoreGrants
    from sync.protocol.identity import CompanyId

WAITED_FOR = (
    "it is over, and has not said what it was given that was forgotten here. No store is given"
    " anything before its box says so, or it is written off"
)
WRITTEN_OFF = (
    "it was written off before it said what it was given that was forgotten here,"
    " and may hold more than is counted"
)


def grants(
    store: OneStore = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """What each store may still spend of points and the like, and the worst possible overdraw."""
    from central.reports.grants import outstanding_grants
    from central.usecases.store.add import find_store

    async def read(db: "AsyncConnection", company_id: "CompanyId") -> "Grants":
        if store is not None:
            await find_store(db, company_id, store)
        return await outstanding_grants(db, company_id, now_ms())

    found = on_database(database_url, data, looking(company, read))
    for one in found.stores:
        if store in (None, one.store_code):
            for line in _lines(one):
                print(line)
    for epoch in found.uncounted:
        if store in (None, epoch.store_code):
            said = WAITED_FOR if epoch.waits else WRITTEN_OFF
            print(f"{epoch.store_code}  epoch {epoch.epoch}: {said}")
    for kind in found.kinds:
        print(_kind_in_words(kind))
    words, why = _next_words(found, store)
    print(f"{why}: `{next_command(database_url, data, *words, company=company)}`.")


def _next_words(found: "Grants", store: str | None) -> tuple[tuple[str, ...], str]:
    """The command to go on with, and what for."""
    waiting = [one for one in found.uncounted if one.waits and store in (None, one.store_code)]
    if waiting:
        named = (waiting[0].store_code, str(waiting[0].epoch))
        why = "Next, for a box that is gone, which says what it may cost"
        return ("write-off", *named, "--reason", "WHY"), why
    if not found.kinds:
        why = "Nobody has anything to spend yet. Next, what a receipt earns"
        return ("setting", "list"), why
    shown = store or found.stores[0].store_code if found.stores else "S01"
    return ("epochs", shown), "Next, which of its epochs hold it still"


def _kind_in_words(kind: "KindGrants") -> str:
    """What all of a company's accounts of a kind come to."""
    return (
        f"{kind.kind}: {kind.balance:,} in all accounts, {kind.outstanding:,} at stores;"
        f" overdrawn {kind.overdrawn:,}, at worst {kind.worst_overdraw:,} more"
        f" ({kind.once_each:,} more for one copy of every disk that nobody knows of)"
    )


def _lines(one: "StoreGrants") -> list[str]:
    """A store and kind in words."""
    more = f", of it {one.copied:,} on a disk that was copied" if one.copied else ""
    more += f", of it {one.later:,} came after a write-off" if one.later else ""
    lost = f"; {one.given_up:,} were written off" if one.given_up else ""
    lost += f"; at most {one.unknown:,} more were forgotten here" if one.unknown else ""
    lines = [f"{one.store_code}  {one.kind}: {one.outstanding:,} may be spent{more}{lost}"]
    if one.period is not None or one.goodwill_left:
        lines.append(f"{one.store_code}  {one.kind}, goodwill: {goodwill_in_words(one)}")
    return lines


def goodwill_in_words(one: "StoreGrants") -> str:
    """A store's goodwill in the period that runs."""
    said = "no budget now" if one.period is None else f"{one.goodwill:,} a {one.period}"
    once = f", of it {one.goodwill_once:,} once, by other boxes" if one.goodwill_once else ""
    lent = f"{one.goodwill_used:,} lent in this one"
    return f"{said}, {lent}, {one.goodwill_left:,} may be lent yet{once}"
