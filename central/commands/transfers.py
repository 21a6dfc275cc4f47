"""Commands about goods between stores: head office wishes some, looks what became of them, and
wishes them no more."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    acting_user,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sync.protocol.between_stores import Between
    from sync.protocol.identity import CompanyId

transfer_app = new_group("Goods between stores: what is wished, on its way, and differs.")
SHOWN_MAX = 200

Sender = Annotated[str, typer.Argument(metavar="FROM", help="The store that is to send them.")]
Receiver = Annotated[str, typer.Argument(metavar="TO", help="The store that they go to.")]
Goods = Annotated[list[str], typer.Argument(metavar="ITEM=MANY...", help="Such as BUN=12.")]
Wish = Annotated[UUID, typer.Argument(metavar="WISH", help="As `central transfer list` has it.")]
Why = Annotated[str, typer.Option("--reason", help="Why; both stores are told.")]


@transfer_app.command("ask")
def transfer_ask(
    sender: Sender,
    receiver: Receiver,
    goods: Goods,
    reason: Why = "asked for by head office",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Wish that one store sends goods to another: both see it with their next pull."""
    from central.usecases.transfer.typed import wanted_of
    from central.usecases.transfer.wish import wish_transfer

    wanted = wanted_of(goods)

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> UUID:
        why = (reason, acting_user())
        return await wish_transfer(db, company_id, (sender, receiver), wanted, why, now_ms())

    what = f"{sender} {receiver} {' '.join(goods)}"
    asking = changing(company, work, "transfer_wished", sender, what, publishing=True)
    wish_id = on_database(database_url, data, asking)
    listing = next_command(database_url, data, "transfer", "list", company=company)
    print(f"{sender} is asked to send it to {receiver}: wish {wish_id}. Next: `{listing}`.")


@transfer_app.command("list")
def transfer_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Wishes and transfers, the newest first, the first two hundred."""
    from central.reports.sales import Page
    from central.reports.wishes import goods_between_stores

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Between, ...]":
        return await goods_between_stores(db, company_id, Page(SHOWN_MAX, 0))

    found = on_database(database_url, data, looking(company, work))
    for one in found:
        print(_said(one))
    example = ("transfer", "ask", "S01", "S02", "BUN=12")
    asking = next_command(database_url, data, *example, company=company)
    open_ones = sum(one.state.value in ("wished", "in_transit", "differs") for one in found)
    print(f"{len(found):,} wishes and transfers, {open_ones:,} of them open. Next: `{asking}`.")


@transfer_app.command("cancel")
def transfer_cancel(
    wish: Wish,
    reason: Why,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Wish something no more: what was sent for it all the same stands."""
    from central.usecases.transfer.wish import end_wish

    async def work(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        return await end_wish(db, company_id, wish, (reason, acting_user()), now_ms())

    ending = changing(
        company, work, "transfer_cancelled", str(wish), reason, publishing=True, changed=bool
    )
    done = on_database(database_url, data, ending)
    listing = next_command(database_url, data, "transfer", "list", company=company)
    told = "is wished no more" if done else "was ended before: nothing changed"
    print(f"{wish} {told}. Next: `{listing}`.")


def _said(one: "Between") -> str:
    """A line: what it is, between whom, its state, its goods."""
    from sync.http.written import quantity

    lines = ", ".join(
        f"{line.item_id} {quantity(line.wished_milli or line.sent_milli)}"
        + (f" (came {quantity(line.came_milli)})" if line.sent_milli else "")
        for line in one.lines
    )
    name = f"wish {one.subject_id}" if one.is_wish else one.number or str(one.subject_id)
    return f"{one.from_code or '?'} to {one.to_code or '?'}  {one.state.value}  {name}  {lines}"
