"""Commands about the mirror of what head office decides and publishes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import (
    Folder,
    Url,
    acting_user,
    next_command,
    now_ms,
    on_database,
    settings_of,
)
from sync.program.frame import fail, new_group
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

mirror_app = new_group("The mirror of what head office decides, on another disk.")


@mirror_app.command("show")
def mirror_show(database_url: Url = None, data: Folder = None) -> None:
    """Where the mirror lies, and how many entries the database has put into it."""
    from central.office.settings import mirror_folder
    from central.usecases.decision.mirroring import read_mirrored

    told = on_database(database_url, data, read_mirrored)
    folder = mirror_folder(settings_of(database_url, data))
    if told.entries is None:
        print(
            "There is no mirror: what is decided after the last copy of the database is lost with"
            f" it. Next: `{next_command(database_url, data, 'mirror', 'begin', 'DIR')}`."
        )
        return
    doctor = next_command(database_url, data, "doctor")
    where = "" if folder is None else f" in {folder}"
    print(f"The mirror{where} has {told.entries:,} entries. Next: `{doctor}`.")


@mirror_app.command("begin")
def mirror_begin(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, another disk.")],
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Begin a mirror with everything that there is, in the place of one that is lost."""
    from central.office.settings import MIRROR_VARIABLE, remember_mirror

    if os.environ.get(MIRROR_VARIABLE, str(folder)) != str(folder):
        fail("central", f"{MIRROR_VARIABLE} names another folder: set it to {folder} first.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.glob("*.mirror")):
        fail("central", f"{folder} has a mirror already: name an empty folder.")
    _forget(database_url, data, folder)
    remember_mirror(settings_of(database_url, data), folder)
    begun = _entries(database_url, data, folder)
    doctor = next_command(database_url, data, "doctor")
    print(
        f"The mirror in {folder} has begun with {begun:,} entries. Restart `central serve` where it"
        f" runs: it decides nothing before. Next: `{doctor}`."
    )


@mirror_app.command("end")
def mirror_end(database_url: Url = None, data: Folder = None) -> None:
    """Have no mirror any more."""
    from central.office.settings import mirror_folder, remember_mirror

    settings = settings_of(database_url, data)
    folder = mirror_folder(settings)
    _forget(database_url, data, folder)
    remember_mirror(settings, None)
    again = next_command(database_url, data, "mirror", "begin", "DIR")
    print(f"There is no mirror any more; {folder} stays as it is. Next: `{again}`.")


def _forget(url: str | None, data: Path | None, folder: Path | None) -> None:
    from central.usecases.decision.mirroring import forget_mirror

    async def forgetting(engine: "AsyncEngine") -> None:
        await forget_mirror(engine, acting_user(), str(folder or ""), now_ms())

    on_database(url, data, forgetting)


def _entries(url: str | None, data: Path | None, folder: Path) -> int:
    """Of the mirror that begins when the database is opened with it."""
    from central.usecases.decision.mirroring import read_mirrored

    told = on_database(url, data, read_mirrored)
    if told.entries is None:
        fail("central", f"The mirror in {folder} could not begin: is its disk full?")
    return told.entries
