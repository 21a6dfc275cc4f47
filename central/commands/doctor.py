"""How head office is, all that can be looked at at once: with the remedy, as a command."""

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import Folder, Url, in_one_sentence, now_ms, settings_of
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from central.office.settings import CentralSettings
    from sync.program.findings import Report


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Look at everything that head office needs; exit code 1 if anything is not fine.

    Disk, certificate, database, key, clock, feeds, what is not counted yet, stores away.
    """
    import msgspec

    from sync.program.findings import State, in_lines

    with in_one_sentence():
        told = look(settings_of(database_url, data))
    if as_json:
        print(msgspec.json.encode(told).decode())
    else:
        for line in in_lines(told):
            print(line)
    if told.state is not State.FINE:
        raise typer.Exit(NEEDS_A_PERSON)


def look(settings: "CentralSettings") -> "Report":
    """Every check; a database that cannot be had is one of them."""
    from central.database.chosen import CannotRun, chosen_database
    from central.database.embedded import PostgresCannotStart
    from central.db.engine import BadDatabaseUrl, open_engine
    from central.doctor.checks import examine
    from central.doctor.scene import Scene

    async def looking(url: str | None, why: str | None) -> "Report":
        engine = None if url is None else open_engine(url)
        try:
            return await examine(Scene(settings, engine, now_ms(), why))
        finally:
            if engine is not None:
                await engine.dispose()

    with ExitStack() as stack:
        try:
            url, why = stack.enter_context(chosen_database(settings)).url, None
        except (CannotRun, PostgresCannotStart, BadDatabaseUrl, OSError) as error:
            url, why = None, str(error)
        return asyncio.run(looking(url, why))
