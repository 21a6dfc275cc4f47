"""Commands about what lets somebody in: users, API tokens, enrolment codes, boxes, operators, head
office's own key. Each of them can be listed, has an end, and a command that ends it."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    CompanyName,
    Folder,
    Url,
    address_of,
    in_one_sentence,
    next_command,
    now_ms,
    on_database,
    once,
    settings_of,
)
from sync.program.plain_commands import (
    tell as print,  # whatever a line holds, it steers no terminal
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

PASSWORD_LINE_MAX = 1_000

user_app = typer.Typer(no_args_is_help=True, help="People at head office.")
token_app = typer.Typer(no_args_is_help=True, help="API tokens for reports.")
code_app = typer.Typer(no_args_is_help=True, help="Enrolment codes that nobody used yet.")
box_app = typer.Typer(no_args_is_help=True, help="Stores' boxes.")
key_app = typer.Typer(no_args_is_help=True, help="The key that head office signs with.")
GROUPS = {
    "user": user_app,
    "token": token_app,
    "code": code_app,
    "box": box_app,
    "key": key_app,
}


@user_app.command("add")
def user_add(
    email: str,
    name: Annotated[str, typer.Option(help="As colleagues read it.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody sign in at head office. The password is asked for, or read from stdin."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.add_user import add_user

    password = _password()

    async def add(engine: "AsyncEngine") -> bool:
        async with unit_of_work(engine) as db:
            await add_user(db, await find_company(db, company), email, name, password)
        return True

    made = once(database_url, data, add)
    now = "" if made else " already, with the password and name of before"
    linking = next_command(database_url, data, "user", "link", email, company=company)
    where = address_of(database_url, data)
    print(f"{email} may sign in at {where}/{now}. Next: open it, or `{linking}`.")


@user_app.command("link")
def user_link(
    email: str,
    company: CompanyName = None,
    minutes: Annotated[int, typer.Option(min=1, max=72 * 60, help="How long it lives.")] = 15,
    address: Annotated[
        str | None, typer.Option("--url", help="Head office's own address, as people open it.")
    ] = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make a link that signs a user in, once."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.sign_in_link import create_sign_in_link, link_address

    async def create(engine: "AsyncEngine") -> str:
        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            return await create_sign_in_link(db, company_id, email, now_ms(), minutes * 60)

    token = on_database(database_url, data, create)
    print(link_address(address or address_of(database_url, data), token))
    serving = next_command(database_url, data, "serve")
    print(
        f"It signs {email} in once, within {minutes} minutes."
        f" Next: open it in a browser while `{serving}` runs."
    )


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline(PASSWORD_LINE_MAX).rstrip("\r\n")


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    days: Annotated[int, typer.Option(min=1, max=1_100, help="How long it lives.")] = 365,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make an API token for the company's reports; it is shown once."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.sign_in import add_token

    async def add(engine: "AsyncEngine") -> str:
        async with unit_of_work(engine) as db:
            return await add_token(db, await find_company(db, company), name, now_ms(), days)

    print(on_database(database_url, data, add))
    where = address_of(database_url, data)
    print(
        f"This token opens the company's reports for {days} days, and is not shown again. Next:"
        f" send `Authorization: Bearer TOKEN` to {where}/v1/reports/stores."
    )


@user_app.command("list")
def user_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Who may sign in, with their open sessions and links."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import User, list_users

    async def listing(engine: "AsyncEngine") -> tuple[User, ...]:
        async with unit_of_work(engine) as db:
            return await list_users(db, await find_company(db, company), now_ms())

    for user in on_database(database_url, data, listing):
        print(f"{user.email}  {user.name}  {user.sessions} sessions, {user.links} unused links")


@user_app.command("end")
def user_end(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let somebody in no more: the user is gone, with every session and link."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import end_user

    async def ending(engine: "AsyncEngine") -> None:
        async with unit_of_work(engine) as db:
            await end_user(db, await find_company(db, company), email)

    on_database(database_url, data, ending)
    print(f"{email} may sign in no more, and is signed out everywhere.")


@user_app.command("sign-out")
def user_sign_out(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """End a user's open sessions and links; signing in again is possible."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import sign_out_user

    async def ending(engine: "AsyncEngine") -> int:
        async with unit_of_work(engine) as db:
            return await sign_out_user(db, await find_company(db, company), email)

    ended = on_database(database_url, data, ending)
    print(f"{ended} sessions and links of {email} have ended.")


@token_app.command("list")
def token_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """The company's API tokens by name, and when each is over."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import Token, list_tokens

    async def listing(engine: "AsyncEngine") -> tuple[Token, ...]:
        async with unit_of_work(engine) as db:
            return await list_tokens(db, await find_company(db, company))

    for token in on_database(database_url, data, listing):
        ends = "is over since" if token.expires_at_ms <= now_ms() else "is over at"
        print(
            f"{token.name}  made {_instant(token.created_at_ms)}, {ends} "
            f"{_instant(token.expires_at_ms)}"
        )


@token_app.command("end")
def token_end(
    name: Annotated[str, typer.Argument(help="As `central token list` shows it.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End an API token."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import end_token

    async def ending(engine: "AsyncEngine") -> int:
        async with unit_of_work(engine) as db:
            return await end_token(db, await find_company(db, company), name)

    ended = on_database(database_url, data, ending)
    print(f"{ended} tokens named {name} open nothing any more.")


@code_app.command("list")
def code_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Codes that would still enrol a box: at most one a store."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_access import Code, list_codes

    async def listing(engine: "AsyncEngine") -> tuple[Code, ...]:
        async with unit_of_work(engine) as db:
            return await list_codes(db, await find_company(db, company), now_ms())

    for code in on_database(database_url, data, listing):
        print(f"{code.store_code}  {code.begins_with}-…  until {_instant(code.expires_at_ms)}")


@code_app.command("end")
def code_end(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The store's code.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End the enrolment code of a store."""
    from central.db.engine import unit_of_work
    from central.usecases.box.create_enrol_code import end_enrol_codes
    from central.usecases.company.add import find_company
    from central.usecases.store.add import find_store

    async def ending(engine: "AsyncEngine") -> int:
        async with unit_of_work(engine) as db:
            store_id = await find_store(db, await find_company(db, company), store)
            return await end_enrol_codes(db, store_id, now_ms())

    ended = on_database(database_url, data, ending)
    print(
        f"{store} had a code, which enrols nothing any more."
        if ended
        else f"{store} has no code that would enrol a box."
    )


@box_app.command("list")
def box_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Every box that was enrolled, the newest of each store first."""
    from central.db.engine import unit_of_work
    from central.usecases.box.revoke import Box, list_boxes
    from central.usecases.company.add import find_company

    async def listing(engine: "AsyncEngine") -> tuple[Box, ...]:
        async with unit_of_work(engine) as db:
            return await list_boxes(db, await find_company(db, company))

    for box in on_database(database_url, data, listing):
        state = "revoked" if box.revoked else "in use" if box.current else "replaced"
        seen = "never" if box.last_contact_ms is None else _instant(box.last_contact_ms)
        print(
            f"{box.store_code}  epoch {box.epoch}  {state},"
            f" enrolled {_instant(box.enrolled_at_ms)}, heard last {seen}"
        )


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
    from central.db.engine import unit_of_work
    from central.usecases.box.revoke import Box, revoke_box
    from central.usecases.company.add import find_company
    from central.usecases.store.add import find_store

    async def revoking(engine: "AsyncEngine") -> Box:
        async with unit_of_work(engine) as db:
            company_id = await find_company(db, company)
            store_id = await find_store(db, company_id, store)
            return await revoke_box(db, company_id, store_id, epoch, reason, now_ms())

    box = once(database_url, data, revoking)
    if box is None:
        print(f"The box of {store} was revoked already.")
        return
    told = f"The box of {store}, epoch {box.epoch}, is revoked: head office takes nothing from it"
    enrolling = next_command(database_url, data, "enrol-code", store, company=company)
    following = f" Next: `{enrolling}` for the box that takes its place." if box.current else ""
    print(f"{told} any more, and gives it nothing.{following}")


def operator_list(
    company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Who works at the company's stores."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.people.end_operator import list_operators
    from sync.protocol.reference import Operator

    async def listing(engine: "AsyncEngine") -> tuple[Operator, ...]:
        async with unit_of_work(engine) as db:
            return await list_operators(db, await find_company(db, company))

    for one in on_database(database_url, data, listing):
        print(f"{one.operator_id}  {one.name}  {one.role}{'' if one.active else ', ended'}")


def operator_end(
    operator_id: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let somebody work at the company's stores no more."""
    from central.db.engine import unit_of_work
    from central.usecases.company.add import find_company
    from central.usecases.feed.sequence_publications import drain_publications
    from central.usecases.people.end_operator import end_operator
    from sync.protocol.reference import Operator

    async def ending(engine: "AsyncEngine") -> Operator:
        async with unit_of_work(engine) as db:
            found = await end_operator(db, await find_company(db, company), operator_id)
        await drain_publications(engine)
        return found

    found = on_database(database_url, data, ending)
    print(f"{found.name} ({operator_id}) works no more: stores take it with their next pull.")


@key_app.command("show")
def key_show(database_url: Url = None, data: Folder = None) -> None:
    """The fingerprint of the key that the database knows, and the one in the folder."""
    from central.db.engine import unit_of_work
    from central.db.key_file import KEY_FILE, find_key, fingerprint, public_half
    from central.usecases.company.own_key import current_key

    async def reading(engine: "AsyncEngine") -> bytes | None:
        async with unit_of_work(engine) as db:
            return await current_key(db)

    known = on_database(database_url, data, reading)
    folder = settings_of(database_url, data).data
    with in_one_sentence():
        found = find_key(folder)
    print(f"The database knows {fingerprint(known) if known else 'no key yet'}.")
    here = fingerprint(public_half(found)) if found else "not there"
    print(f"{folder / KEY_FILE} is {here}. Keep a copy of it where this machine cannot burn it.")


@key_app.command("replace")
def key_replace(database_url: Url = None, data: Folder = None) -> None:
    """Sign with the key in the folder from now on: the one before is lost, or strangers have it.

    Every box must be enrolled again.
    """
    from pathlib import Path

    from central.db.key_file import fingerprint
    from central.usecases.company.own_key import replace_key

    folder: Path = settings_of(database_url, data).data

    async def replacing(engine: "AsyncEngine") -> bytes:
        return await replace_key(engine, folder, now_ms())

    made = on_database(database_url, data, replacing)
    serving = next_command(database_url, data, "serve")
    print(
        f"Head office's key is {fingerprint(made)} from its next start on, and every box must be"
        f" enrolled again. Next: start head office anew, `{serving}`, and make a code for each"
        " store."
    )


def _instant(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M} UTC"
