"""Commands about people who work at the stores: who they are, their PINs, their roles."""

from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    TAKEN,
    CompanyName,
    Folder,
    Url,
    changing,
    looking,
    now_ms,
    on_database,
    once,
    settings_of,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from sync.protocol.identity import CompanyId

operator_app = new_group("People who work at the stores.")

OperatorId = Annotated[str, typer.Argument(help="Short and lasting, such as O01.")]


@operator_app.command("add")
def operator_add(
    operator_id: OperatorId,
    name: Annotated[str, typer.Argument(help="As colleagues read it.")],
    role: Annotated[str, typer.Option(help="As `central role list` shows it.")] = "cashier",
    pin: Annotated[str | None, typer.Option(help="To begin with; left out, one is drawn.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody work at the company's stores, with a PIN to begin with; it is shown once."""
    from central.usecases.people.set_operator import add_operator
    from central.usecases.people.start_pin import start_pin

    async def add(db: "AsyncConnection", company_id: "CompanyId") -> str:
        await add_operator(db, company_id, operator_id, name, role)
        return await start_pin(db, company_id, operator_id, pin, now_ms())

    adding = changing(
        company, add, "operator_added", operator_id, f"{name}, {role}", publishing=True
    )
    given = once(database_url, data, adding)
    if given is None:
        print(
            f"There is an operator {operator_id} already, and they stay as they are. Next:"
            f" `central operator show {operator_id}`."
        )
        return
    print(given)
    print(
        f"This is the starting PIN of {name}, operator {operator_id}, and is not shown again. The"
        f" first sign-in asks for a PIN of their own: {TAKEN}. Next: `central operator list`."
    )


@operator_app.command("set")
def operator_set(
    operator_id: OperatorId,
    name: Annotated[str | None, typer.Option(help="As colleagues read it.")] = None,
    role: Annotated[str | None, typer.Option(help="As `central role list` shows it.")] = None,
    active: Annotated[
        bool, typer.Option("--active", help="Who was retired works again, with a new PIN.")
    ] = False,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Change who an operator is; what is left out stays."""
    from central.usecases.people.set_operator import set_operator

    setting = changing(
        company,
        lambda db, company_id: set_operator(db, company_id, operator_id, name, role, active=active),
        "operator_set",
        operator_id,
        ", ".join(filter(None, (name, role, "active" if active else ""))),
        publishing=True,
    )
    done = on_database(database_url, data, setting)
    state = "" if done.active else ", and works no more"
    print(
        f"{operator_id} is {done.name}, {done.role}{state}: {TAKEN}."
        f" Next: `central operator show {operator_id}`."
    )


@operator_app.command("list")
def operator_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Who works at the company's stores."""
    from central.usecases.people.operators import operator_lines

    listing = looking(company, lambda db, company_id: operator_lines(db, company_id))
    found = on_database(database_url, data, listing)
    for one in found:
        who, state = one.operator, one.pin_said if one.operator.active else "ended"
        print(f"{who.operator_id}  {who.name}  {who.role}, {state}")
    then = f"show {found[0].operator.operator_id}" if found else "add O01 Ann --role manager"
    print(f"Those are all who work at its stores, {len(found)}. Next: `central operator {then}`.")


@operator_app.command("show")
def operator_show(
    operator_id: OperatorId,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Who an operator is, and whether they have a PIN."""
    from central.usecases.people.operators import OperatorLine, find_line

    async def find(db: "AsyncConnection", company_id: "CompanyId") -> OperatorLine:
        return await find_line(db, company_id, operator_id)

    one = on_database(database_url, data, looking(company, find))
    state = "works" if one.operator.active else "works no more"
    print(f"{operator_id}  {one.operator.name}  {one.operator.role}, {state}, {one.pin_said}.")
    print("Next: `central operator list`.")


@operator_app.command("retire")
def operator_retire(
    operator_id: OperatorId,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody work at the company's stores no more: their PIN opens nothing from then on."""
    from central.usecases.people.end_operator import end_operator

    ending = changing(
        company,
        lambda db, company_id: end_operator(db, company_id, operator_id),
        "operator_ended",
        operator_id,
        publishing=True,
    )
    found = on_database(database_url, data, ending)
    print(f"{found.name} ({operator_id}) works no more: {TAKEN}. Next: `central operator list`.")


operator_app.command("end", hidden=True)(operator_retire)


@operator_app.command("pin")
def operator_pin(
    operator_id: OperatorId,
    pin: Annotated[str | None, typer.Option(help="To begin with; left out, one is drawn.")] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Give an operator a new PIN to begin with; it is shown once."""
    from central.usecases.people.start_pin import start_pin

    starting = changing(
        company,
        lambda db, company_id: start_pin(db, company_id, operator_id, pin, now_ms()),
        "starting_pin_given",
        operator_id,
        publishing=True,
    )
    print(on_database(database_url, data, starting))
    print(
        f"This is the starting PIN of {operator_id}, and is not shown again. The next sign-in asks"
        f" for a PIN of their own: {TAKEN}. Next: `central operator show {operator_id}`."
    )


@operator_app.command("unlock")
def operator_unlock(
    operator_id: OperatorId,
    challenge: Annotated[str, typer.Argument(help="The eight digits that the till shows.")],
    store: Annotated[str, typer.Option(help="The code of the store that calls.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let in over the telephone whom a shop without a line has locked out."""
    from central.usecases.company.own_key import own_key
    from central.usecases.people.unlock_operator import answer_unlock

    folder = settings_of(database_url, data).data

    async def answering(engine: "AsyncEngine") -> str:
        key = await own_key(engine, folder, now_ms())
        return await changing(
            company,
            lambda db, company_id: answer_unlock(
                db, company_id, key, store, operator_id, challenge
            ),
            "unlocked_by_telephone",
            operator_id,
            store,
        )(engine)

    print(on_database(database_url, data, answering))
    print(
        f"Read these digits out: they let {operator_id} in at {store} once, within 15 minutes."
        f" Next, if the PIN is forgotten: `central operator pin {operator_id}`."
    )
