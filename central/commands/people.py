"""Commands about whom and what is let in at head office: people and API tokens. Each of them can be
listed, has an end, and a command that ends it."""

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
)
from sync.program.frame import instant, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from sync.protocol.identity import CompanyId

PASSWORD_LINE_MAX = 1_000
LISTING = "Next: `central user list`."
Role = Annotated[
    str, typer.Option(help="look, sign_off or administer: each may do what those before it may.")
]

user_app = new_group("People at head office.")
token_app = new_group("API tokens for reports.")


@user_app.command("add")
def user_add(
    email: str,
    name: Annotated[str, typer.Option(help="As colleagues read it.")],
    role: Role = "look",
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Let somebody sign in at head office. The password is asked for, or read from stdin."""
    from central.domain.access import role_of
    from central.usecases.people.add_user import add_user

    password = _password()

    async def add(db: "AsyncConnection", company_id: "CompanyId") -> bool:
        await add_user(db, company_id, email, name, password, role_of(role))
        return True

    made = once(database_url, data, changing(company, add, "user_added", email, role))
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
    from central.usecases.people.sign_in_link import create_sign_in_link, link_address

    create = changing(
        company,
        lambda db, company_id: create_sign_in_link(db, company_id, email, now_ms(), minutes * 60),
        "link_made",
        email,
        f"for {minutes} minutes",
    )
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


@user_app.command("list")
def user_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """Who may sign in, with their open sessions and links."""
    from central.usecases.people.end_access import list_users

    listing = looking(company, lambda db, company_id: list_users(db, company_id, now_ms()))
    users = on_database(database_url, data, listing)
    for user in users:
        ended = "" if user.active else "deactivated, "
        print(
            f"{user.email}  {user.name}  {user.role}, {ended}{user.sessions} sessions,"
            f" {user.links} unused links"
        )
    print(f"Those are all {len(users)} users. Next: `central token list`.")


@user_app.command("role")
def user_role(
    email: str,
    role: Annotated[str, typer.Argument(help="look, sign_off or administer.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Say what a user may do."""
    from central.domain.access import role_of
    from central.usecases.people.change_user import set_role

    async def setting(db: "AsyncConnection", company_id: "CompanyId") -> None:
        await set_role(db, company_id, email, role_of(role))

    on_database(database_url, data, changing(company, setting, "role_set", email, role))
    print(f"{email} may {role.replace('_', ' ')} from now on. {LISTING}")


@user_app.command("deactivate")
def user_deactivate(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let somebody in no more, at once: their sessions, links and API tokens end."""
    from central.usecases.people.change_user import deactivate_user

    ending = changing(
        company,
        lambda db, company_id: deactivate_user(db, company_id, email),
        "user_deactivated",
        email,
    )
    ended = on_database(database_url, data, ending)
    activating = next_command(database_url, data, "user", "activate", email, company=company)
    print(
        f"{email} may sign in no more; {ended} sessions, links and tokens have ended."
        f" Next, to take it back: `{activating}`."
    )


@user_app.command("activate")
def user_activate(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let a user who was deactivated sign in again."""
    from central.usecases.people.change_user import activate_user

    letting = changing(
        company,
        lambda db, company_id: activate_user(db, company_id, email),
        "user_activated",
        email,
    )
    on_database(database_url, data, letting)
    print(f"{email} may sign in again, as before. {LISTING}")


@user_app.command("reset")
def user_reset(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Take away a user's password, one-time codes and sessions, and make a link to begin anew."""
    from central.usecases.people.passwords import reset_user
    from central.usecases.people.sign_in_link import create_sign_in_link, link_address

    async def reset(db: "AsyncConnection", company_id: "CompanyId") -> str:
        await reset_user(db, company_id, email)
        return await create_sign_in_link(db, company_id, email, now_ms())

    token = on_database(database_url, data, changing(company, reset, "user_reset", email))
    print(link_address(address_of(database_url, data), token))
    print(f"It signs {email} in once, within 15 minutes, and asks for a new password. {LISTING}")


@user_app.command("end")
def user_end(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """Let somebody in no more: the user is gone, with every session and link."""
    from central.usecases.people.end_access import end_user

    ending = changing(
        company, lambda db, company_id: end_user(db, company_id, email), "user_ended", email
    )
    on_database(database_url, data, ending)
    print(f"{email} may sign in no more, and is signed out everywhere. {LISTING}")


@user_app.command("sign-out")
def user_sign_out(
    email: str, company: CompanyName = None, database_url: Url = None, data: Folder = None
) -> None:
    """End a user's open sessions and links; signing in again is possible."""
    from central.usecases.people.end_access import sign_out_user

    ending = changing(
        company,
        lambda db, company_id: sign_out_user(db, company_id, email),
        "signed_out_everywhere",
        email,
    )
    ended = on_database(database_url, data, ending)
    print(f"{ended} sessions and links of {email} have ended. {LISTING}")


@token_app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    days: Annotated[int, typer.Option(min=1, max=1_100, help="How long it lives.")] = 365,
    scope: Role = "look",
    user: Annotated[
        str | None, typer.Option(help="E-mail address of the user with whom it ends.")
    ] = None,
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Make an API token for the company's reports; it is shown once."""
    from central.domain.access import role_of
    from central.usecases.people.sign_in import add_token

    async def adding(db: "AsyncConnection", company_id: "CompanyId") -> str:
        may = role_of(scope)
        return await add_token(db, company_id, name, now_ms(), days, may, user or "")

    add = changing(company, adding, "token_made", name, f"{scope}, for {days} days")
    print(on_database(database_url, data, add))
    where = address_of(database_url, data)
    print(
        f"This token opens the company's reports for {days} days, and is not shown again. Next:"
        f" send `Authorization: Bearer TOKEN` to {where}/v1/reports/stores."
    )


@token_app.command("list")
def token_list(company: CompanyName = None, database_url: Url = None, data: Folder = None) -> None:
    """The company's API tokens by name, and when each is over."""
    from central.usecases.people.end_access import list_tokens

    listing = looking(company, lambda db, company_id: list_tokens(db, company_id))
    tokens = on_database(database_url, data, listing)
    for token in tokens:
        ends = "is over since" if token.expires_at_ms <= now_ms() else "is over at"
        used = "never" if token.used_ms is None else instant(token.used_ms)
        print(
            f"{token.name}  made {instant(token.created_at_ms)}, {ends} "
            f"{instant(token.expires_at_ms)}, may {token.role}, used last {used}"
        )
    then = "user list" if tokens else "token add reports"
    print(f"There are {len(tokens)} tokens. Next: `central {then}`.")


@token_app.command("end")
def token_end(
    name: Annotated[str, typer.Argument(help="As `central token list` shows it.")],
    company: CompanyName = None,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """End an API token."""
    from central.usecases.people.end_access import end_token

    ending = changing(
        company, lambda db, company_id: end_token(db, company_id, name), "token_ended", name
    )
    ended = on_database(database_url, data, ending)
    print(f"{ended} tokens named {name} open nothing any more. Next: `central token list`.")
