"""How the store is, all that can be looked at at once: with the remedy, as a command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge.commands.command import Folder, in_one_sentence
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from sync.program.findings import Report


def doctor(
    data: Folder,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON document.")] = False,
) -> None:
    """Look at everything that a store needs, running or not; exit code 1 if anything is not fine.

    Disk, clock, keys, database, chain, ports, tills, the way to head office step by step.
    """
    import msgspec

    from sync.program.findings import State, in_lines

    with in_one_sentence():
        told = look(data)
    if as_json:
        print(msgspec.json.encode(told).decode(), to_programs=True)
    else:
        for line in in_lines(told):
            print(line)
    if told.state is not State.FINE:
        raise typer.Exit(NEEDS_A_PERSON)


def support_bundle(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", dir_okay=False)], data: Folder
) -> None:
    """Write what support needs to FILE.zip: findings, versions, counts; no personal data.

    No names, no records, no keys, PINs or tokens: see its README.txt.
    """
    from edge.doctor.bundle import bundle_of
    from edge.doctor.scene import Scene
    from sync.program.bundle import write_bundle

    with in_one_sentence():
        write_bundle(file, bundle_of(Scene(data), look(data)))
    print(f"{file} holds what support needs, and no personal data. Next: send it to support.")


def look(folder: Path) -> "Report":
    """As the running box tells it; one that does not is looked at from outside."""
    import msgspec

    from edge.box.folder import NotProvisioned
    from edge.commands.running_box import call_running
    from edge.db.connection.errors import CannotStart
    from edge.doctor.checks import examine
    from edge.doctor.scene import Scene
    from sync.program.findings import Report

    if not folder.is_dir() or not any(folder.iterdir()):
        raise NotProvisioned(folder)
    silence = None
    try:
        answer = call_running(folder, "GET", "/doctor", b"", {})
        if answer is not None and answer.status == 200:
            return msgspec.convert(answer.document, Report)
        if answer is not None:
            silence = f"The box runs, and cannot look at itself ({answer.document['detail']})."
    except CannotStart as error:
        silence = str(error)
    return examine(Scene(folder, silence=silence))
