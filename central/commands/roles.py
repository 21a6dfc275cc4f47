"""Commands about roles at the stores: what cashiers, managers and others may do, as data."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    on_database,
)
from sync.program.command_line import command
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sync.protocol.identity import CompanyId
    from sync.protocol.reference import Role

role_app = new_group("What people at the stores may do.")

RoleWord = Annotated[str, typer.Argument(metavar="ROLE", help="Such as cashier.")]


@role_app.command("set")
def role_set(
    role: RoleWord,
    may: Annotated[
        list[str],
        typer.Option(
            help="A permission, with its limit after a colon: sell, discount:10%,"
            " return_goods:50.00. May stand several times: these are all."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="As people read it.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a role, or change what it may do."""
    from central.reports.company import company_money
    from central.usecases.people.roles import set_role

    async def setting(db: "AsyncConnection", company_id: "CompanyId") -> "Role":
        money = await company_money(db, company_id)
        return await set_role(db, company_id, role, name, may, money.decimals)

    detail = ", ".join(may)
    changed = changing(company, setting, "role_set", role, detail, publishing=True)
    done = on_database(database_url, data, changed)
    count = len(done.permissions)
    print(f"{done.name} ({role}) may do {count} things: {TAKEN}. Next: `central role show {role}`.")


@role_app.command("list")
def role_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """The roles that ship and the company's own."""
    from central.usecases.people.roles import list_roles

    listing = looking(company, lambda db, company_id: list_roles(db, company_id))
    found = on_database(database_url, data, listing)
    for one in found:
        print(f"{one.role}  {one.name}  may do {len(one.permissions)} things")
    print(f"There are {len(found)} roles. Next: `central role show {found[0].role}`.")


@role_app.command("show")
def role_show(
    role: RoleWord, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """What a role may do, each with its limit, as `central role set --may` takes it."""
    from central.domain.operator_role import permissions_said
    from central.reports.company import company_money
    from central.usecases.people.roles import role_of_company

    async def find(db: "AsyncConnection", company_id: "CompanyId") -> "tuple[Role, int]":
        money = await company_money(db, company_id)
        return await role_of_company(db, company_id, role), money.decimals

    found, decimals = on_database(database_url, data, looking(company, find))
    print(f"{found.role}  {found.name}")
    permissions = permissions_said(found, decimals)
    for said in permissions:
        print(f"  {said}")
    words = [word for said in permissions for word in ("--may", said)]
    print(f"Next, to change it: `{command('central', 'role', 'set', role, *words)}`.")


@role_app.command("retire")
def role_retire(
    role: RoleWord, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take a role away; one that ships is again as it ships."""
    from central.usecases.people.roles import retire_role
    from sync.protocol.permissions import SHIPPED

    ending = changing(
        company,
        lambda db, company_id: retire_role(db, company_id, role),
        "role_retired",
        role,
        publishing=True,
    )
    on_database(database_url, data, ending)
    print(
        f"{role} is again as it ships: {TAKEN}. Next: `central role list`."
        if role in SHIPPED
        else f"There is no role {role} any more. Next: `central role list`."
    )
