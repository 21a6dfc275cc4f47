"""How head office is, all that can be looked at at once: with the remedy, as a command."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
        told, _ = _look(settings_of(database_url, data))
    if as_json:
        print(msgspec.json.encode(told).decode(), to_programs=True)
    else:
        for line in in_lines(told):
            print(line)
    if told.state is not State.FINE:
        raise typer.Exit(NEEDS_A_PERSON)


def support_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", dir_okay=False)],
    database_url: Url = None,
    data: Folder = None,
) -> None:
    """Write what support needs to FILE.zip: findings, versions, counts; no personal data.

    No names, no records, no keys, passwords or tokens: see its README.txt.
    """
    from sync.program.bundle import write_bundle

    with in_one_sentence():
        _, parts = _look(settings_of(database_url, data))
        write_bundle(file, parts)
    print(f"{file} holds what support needs, and no personal data. Next: send it to support.")


def _look(settings: "CentralSettings") -> "tuple[Report, dict[str, Any]]":
    """Every check, and what support gets of it; a database that cannot be had is one of them."""
    from central.database.chosen import CannotRun, chosen_database
    from central.database.embedded import PostgresCannotStart
    from central.db.engine import BadDatabaseUrl, open_engine
    from central.doctor.bundle import bundle_of
    from central.doctor.checks import examine
    from central.doctor.scene import Scene

    async def looking(url: str | None, why: str | None) -> "tuple[Report, dict[str, Any]]":
        engine = None if url is None else open_engine(url)
        scene = Scene(settings, engine, now_ms(), why)
        try:
            told = await examine(scene)
            return told, await bundle_of(scene, told)
        finally:
            if engine is not None:
                await engine.dispose()

    with ExitStack() as stack:
        try:
            url, why = stack.enter_context(chosen_database(settings)).url, None
        except (CannotRun, PostgresCannotStart, BadDatabaseUrl, OSError) as error:
            url, why = None, str(error)
        return asyncio.run(looking(url, why))
