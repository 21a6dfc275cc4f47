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

    from central.reports.grants import Grants, StoreGrants
    from sync.protocol.identity import CompanyId

UNCOUNTED = (
    "it was over before it said what it was given that was forgotten here,"
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
            more = f", of it {one.copied:,} on a disk that was copied" if one.copied else ""
            more += f", of it {one.later:,} came after a write-off" if one.later else ""
            lost = f"; {one.given_up:,} were written off" if one.given_up else ""
            print(f"{one.store_code}  {one.kind}: {one.outstanding:,} may be spent{more}{lost}")
            if one.period is not None or one.goodwill_left:
                print(f"{one.store_code}  {one.kind}, goodwill: {goodwill_in_words(one)}")
    for epoch in found.uncounted:
        if store in (None, epoch.store_code):
            print(f"{epoch.store_code}  epoch {epoch.epoch}: {UNCOUNTED}")
    for kind in found.kinds:
        print(
            f"{kind.kind}: {kind.balance:,} in all accounts, {kind.outstanding:,} at stores;"
            f" overdrawn {kind.overdrawn:,}, at worst {kind.worst_overdraw:,} more"
            f" ({kind.once_each:,} more for one copy of every disk that nobody knows of)"
        )
    if not found.kinds:
        earned = next_command(database_url, data, "setting", "list", company=company)
        print(f"Nobody has anything to spend yet. Next, what a receipt earns: `{earned}`.")
        return
    shown = store or found.stores[0].store_code if found.stores else "S01"
    epochs = next_command(database_url, data, "epochs", shown, company=company)
    print(f"Next, which of its epochs hold it still: `{epochs}`.")


def goodwill_in_words(one: "StoreGrants") -> str:
    """A store's goodwill in the period that runs."""
    said = "no budget now" if one.period is None else f"{one.goodwill:,} a {one.period}"
    once = f", of it {one.goodwill_once:,} once, by other boxes" if one.goodwill_once else ""
    lent = f"{one.goodwill_used:,} lent in this one"
    return f"{said}, {lent}, {one.goodwill_left:,} may be lent yet{once}"
