"""Commands about the key that head office signs with."""

from pathlib import Path
from typing import TYPE_CHECKING

from central.commands.command import (
    Folder,
    Url,
    changing_all,
    in_one_sentence,
    next_command,
    now_ms,
    on_database,
    settings_of,
)
from sync.program.frame import new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

key_app = new_group("The key that head office signs with.")


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
    print(
        f"{folder / KEY_FILE} is {here}. Keep a copy of it where this machine"
        " cannot burn it. Next: `central verify`."
    )


@key_app.command("replace")
def key_replace(database_url: Url = None, data: Folder = None) -> None:
    """Sign with the key in the folder from now on: the one before is lost, or strangers have it.

    Every box must be enrolled again, and tills' devices must trust another authority.
    """
    from central.db.engine import snapshot
    from central.db.key_file import fingerprint
    from central.usecases.company.own_key import replace_key
    from central.usecases.people.one_time_codes import users_with_codes

    folder: Path = settings_of(database_url, data).data

    async def replace(engine: "AsyncEngine") -> tuple[bytes, list[tuple[str, str]]]:
        made = await replace_key(engine, folder, now_ms())
        async with snapshot(engine) as db:
            return made, await users_with_codes(db)

    made, users = on_database(database_url, data, changing_all(replace, "key_replaced"))
    if users:
        print(
            "What makes one-time codes was sealed under the key before, and none is right any"
            " more: but for recovery codes these users get in by a reset only:"
        )
    for company, email in users:
        print(f"  `{next_command(database_url, data, 'user', 'reset', email, company=company)}`")
    serving = next_command(database_url, data, "serve")
    print(
        f"Head office's key is {fingerprint(made)} from its next start on, and every box must be"
        " enrolled again. Each company's certificate authority is made anew as well: take the"
        " old one off the tills' devices, for it is lost or known to strangers too, and let them"
        f" trust the new one. Next: start head office anew, `{serving}`, and make a code for each"
        " store."
    )
