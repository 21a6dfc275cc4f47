"""Commands about stores, the boxes that serve them, and the codes that enrol those."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    address_of,
    changing,
    looking,
    next_command,
    now_ms,
    on_database,
    once,
    settings_of,
)
from sync.program.command_line import command
from sync.program.frame import instant, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from sync.protocol.identity import CompanyId

store_app = new_group("Stores.")
code_app = new_group("Enrolment codes that nobody used yet.")
box_app = new_group("Stores' boxes.")


@store_app.command("add")
def store_add(
    code: Annotated[str, typer.Argument(help="Short and lasting: it stands on every receipt.")],
    company: CompanyName = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    zone: Annotated[str, typer.Option(help="Its time zone.")] = "Asia/Singapore",
    price_zone: Annotated[str, typer.Option(help="Whose prices it follows.")] = "main",
    supplier_name: Annotated[str | None, typer.Option(help="On receipts.")] = None,
    supplier_address: Annotated[str, typer.Option(help="On receipts.")] = "",
    tax_number: Annotated[str, typer.Option(help="On receipts.")] = "",
    cash_rounding_step_minor: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=100_000,
            help="The smallest coin; 0 rounds nothing. Left out: 5 where a currency has decimals.",
        ),
    ] = None,
    tender_age_max_s: Annotated[
        int, typer.Option(min=0, help="How long before its arrival a basket may be priced; 0: any.")
    ] = 172_800,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Open a store."""
    import msgspec

    from central.usecases.store.add import add_store, default_settings

    async def add(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        settings = await default_settings(db, company_id, code)
        changed = msgspec.structs.replace(
            settings,
            store_name=name or code,
            supplier_name=supplier_name or settings.supplier_name,
            supplier_address=supplier_address,
            tax_number=tax_number,
            zone=zone,
            price_zone=price_zone,
            cash_rounding_step_minor=(
                settings.cash_rounding_step_minor
                if cash_rounding_step_minor is None
                else cash_rounding_step_minor
            ),
            tender_age_max_s=tender_age_max_s or None,
        )
        await add_store(db, company_id, changed)
        return True

    now = (
        "now"
        if once(database_url, data, changing(company, add, "store_added", code))
        else "already, and its settings stay as they are"
    )
    enrolling = next_command(database_url, data, "enrol-code", code, company=company)
    print(f"There is a store {code} {now}. Next: `{enrolling}`.")


Minutes = Annotated[int, typer.Option(min=1, max=72 * 60, help="How long it lives.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="The code and nothing else, for a shell's variable.")
]


def enrol_code(
    code: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    company: CompanyName = None,
    minutes: Minutes = 15,
    quiet: Quiet = False,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a one-time code that enrols a box as a store, and a string that says where, too."""
    from central.usecases.box.create_enrol_code import NewEnrolCode, create_enrol_code
    from central.usecases.company.own_key import central_key
    from central.usecases.store.add import find_store
    from sync.protocol.enrolment import write_invitation

    async def create(db: "AsyncConnection", company_id: "CompanyId") -> NewEnrolCode:
        store_id = await find_store(db, company_id, code)
        return await create_enrol_code(db, store_id, now_ms(), minutes * 60)

    making = changing(company, create, "enrol_code_made", code, f"for {minutes} minutes")

    async def make(engine: "AsyncEngine") -> tuple[NewEnrolCode, bytes]:
        folder = settings_of(database_url, data).data
        return await making(engine), await central_key(engine, folder, now_ms())

    made, key = on_database(database_url, data, make)
    print(made.code)
    if quiet:
        return
    string = _shown(write_invitation(address_of(database_url, data), made.code, key))
    if made.replaces:
        print(
            f"{code} has a box already: the box that uses this code takes its place, and head"
            " office takes nothing more from the old one. A new store needs `central store add`"
            " first."
        )
    print(
        f"It enrols one box as {code} within {minutes} minutes, and only its hash is kept."
        f" Next, on the box: `{command('edge', 'provision', '--enrol', string, '--data', code)}`."
    )


def _shown(string: str) -> str:
    """The code with head office's address and the pin of its key, for eyes and cameras."""
    from sync.program.qr import qr_lines

    print(f"Enrolment string, with the address and how to know head office: {string}")
    if sys.stdout.isatty():
        for line in qr_lines(string):
            print(line)
    return string


@code_app.command("list")
def code_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Codes that would still enrol a box: at most one a store."""
    from central.usecases.people.end_access import list_codes

    listing = looking(company, lambda db, company_id: list_codes(db, company_id, now_ms()))
    codes = on_database(database_url, data, listing)
    for code in codes:
        print(f"{code.store_code}  {code.begins_with}-…  until {instant(code.expires_at_ms)}")
    print(f"{len(codes)} codes would enrol a box. Next: `central store list`.")


@code_app.command("end")
def code_end(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End the enrolment code of a store."""
    from central.usecases.box.create_enrol_code import end_enrol_codes
    from central.usecases.store.add import find_store

    async def ending(db: "AsyncConnection", company_id: "CompanyId") -> int:
        return await end_enrol_codes(db, await find_store(db, company_id, store), now_ms())

    ended = on_database(database_url, data, changing(company, ending, "enrol_code_ended", store))
    print(
        f"{store} {'had a code, which enrols nothing any more' if ended else 'has no code'}."
        f" Next, for another one: `central enrol-code {store}`."
    )


@box_app.command("list")
def box_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every box that was enrolled, the newest of each store first."""
    from central.usecases.box.revoke import list_boxes

    listing = looking(company, lambda db, company_id: list_boxes(db, company_id))
    boxes = on_database(database_url, data, listing)
    for box in boxes:
        state = "revoked" if box.revoked else "in use" if box.in_use else "replaced"
        seen = "never" if box.last_contact_ms is None else instant(box.last_contact_ms)
        print(
            f"{box.store_code}  epoch {box.epoch}  {state},"
            f" enrolled {instant(box.enrolled_at_ms)}, heard last {seen}"
        )
    print(f"{len(boxes)} boxes were enrolled. Next: `central store list`.")


def revoke(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    epoch: Annotated[
        int | None,
        typer.Option(min=1, help="Of a box that was replaced; left out: the one in use."),
    ] = None,
    reason: Annotated[str, typer.Option(help="As it is written down.")] = "not said",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End a box's key, because it was stolen, lost or sold."""
    from central.usecases.box.revoke import Box, revoke_box
    from central.usecases.store.add import find_store

    async def revoking(db: "AsyncConnection", company_id: "CompanyId") -> Box:
        store_id = await find_store(db, company_id, store)
        return await revoke_box(db, company_id, store_id, epoch, reason, now_ms())

    box = once(database_url, data, changing(company, revoking, "box_revoked", store, reason))
    if box is None:
        print(f"The box of {store} was revoked already. Next: `central box list`.")
        return
    told = f"The box of {store}, epoch {box.epoch}, is revoked: head office takes nothing from it"
    then = f"`central enrol-code {store}` for the box that takes its place"
    following = then if box.in_use else "`central box list`"
    print(f"{told} any more, and gives it nothing. Next: {following}.")
