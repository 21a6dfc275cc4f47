"""Commands about people who work at the stores."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    on_database,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sync.protocol.identity import CompanyId

operator_app = new_group("People who work at the stores.")


@operator_app.command("list")
def operator_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Who works at the company's stores."""
    from central.usecases.people.end_operator import list_operators

    listing = looking(company, lambda db, company_id: list_operators(db, company_id))
    for one in on_database(database_url, data, listing):
        print(f"{one.operator_id}  {one.name}  {one.role}{'' if one.active else ', ended'}")


@operator_app.command("end")
def operator_end(
    operator_id: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let somebody work at the company's stores no more."""
    from central.usecases.people.end_operator import end_operator

    ending = changing(
        company,
        lambda db, company_id: end_operator(db, company_id, operator_id),
        "operator_ended",
        operator_id,
        publishing=True,
    )
    found = on_database(database_url, data, ending)
    print(f"{found.name} ({operator_id}) works no more: stores take it with their next pull.")


@operator_app.command("add")
def operator_add(
    operator_id: Annotated[str, typer.Argument(help="Short and lasting, such as O01.")],
    name: Annotated[str, typer.Argument(help="As colleagues read it.")],
    role: Annotated[str, typer.Option(help="cashier or manager.")] = "cashier",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody work at the company's stores."""
    from central.domain.fields import plain_text, short_id
    from central.usecases.feed.publish_reference import publish_rows
    from sync.protocol.identity import OperatorId
    from sync.protocol.reference import DataSet, Operator

    async def add(db: "AsyncConnection", company_id: "CompanyId") -> None:
        checked = OperatorId(short_id(operator_id, "operator_id"))
        operator = Operator(checked, plain_text(name, "name"), short_id(role, "role"))
        await publish_rows(db, company_id, DataSet.OPERATORS, [operator])

    adding = changing(company, add, "operator_set", operator_id, f"{name}, {role}", publishing=True)
    on_database(database_url, data, adding)
    print(f"{name} is operator {operator_id}: stores take it with their next pull.")
