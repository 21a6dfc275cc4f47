"""Commands that hold what head office keeps against what boxes sent, and put it right."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from central.commands.command import Folder, Url, changing_all, next_command, on_database
from sync.program.frame import NEEDS_A_PERSON
from sync.program.plain_commands import tell as print

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from central.usecases.proof.in_processes import Show
    from central.usecases.proof.rebuild_projections import Rebuilt
    from central.usecases.proof.verify_head_office import Verified


Processes = Annotated[
    int | None,
    typer.Option(min=1, max=64, help="How many work at once; left out: as many as help."),
]


@contextmanager
def _showing() -> "Iterator[Show]":
    """How far it is, where somebody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    console = Console(stderr=True)
    shown = (BarColumn(), MofNCompleteColumn())
    with Progress(
        *shown, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


def rebuild(processes: Processes = None, database_url: Url = None, data: Folder = None) -> None:
    """Make every projection anew from the journals and the decision log."""
    from central.usecases.proof.in_processes import processes_wanted
    from central.usecases.proof.rebuild_projections import rebuild_projections

    with _showing() as show:

        async def work(engine: "AsyncEngine") -> "Rebuilt":
            many = processes or await processes_wanted(engine)
            return await rebuild_projections(engine, many, show)

        rebuilt = on_database(database_url, data, changing_all(work, "rebuilt"))
    for said in rebuilt.said:
        print(said)
    without = " without what is named above" if rebuilt.said else ""
    print(
        f"The projections are made anew from {rebuilt.events:,} events and"
        f" {rebuilt.decisions:,} decisions{without}; {rebuilt.set_aside:,} events are set aside."
        f" Next: `{next_command(database_url, data, 'verify')}`."
    )
    if rebuilt.said or rebuilt.set_aside:
        raise typer.Exit(NEEDS_A_PERSON)


def verify(processes: Processes = None, database_url: Url = None, data: Folder = None) -> None:
    """Hold everything in the database that can be held against something else against it."""
    from central.usecases.proof.in_processes import processes_wanted
    from central.usecases.proof.verify_head_office import NOT_VERIFIED, VERIFIED, verify_head_office

    with _showing() as show:

        async def work(engine: "AsyncEngine") -> "Verified":
            many = processes or await processes_wanted(engine)
            return await verify_head_office(engine, many, show)

        verified = on_database(database_url, data, work)
    for stream in verified.streams:
        print(f"{stream.store_code} epoch {stream.epoch}: {stream.events:,} events come out")
    for table, against in VERIFIED.items():
        print(f"{table}: held against {against}")
    for table, why in NOT_VERIFIED.items():
        print(f"{table}: not verified, {why}")
    for finding in verified.findings:
        print(finding.what)
    if verified.findings:
        mending = next_command(database_url, data, "mend")
        print(
            f"{len(verified.findings):,} things are not as they were written. Next: a person must"
            f" look; lost events of a store come again after `{mending}`."
        )
        raise typer.Exit(NEEDS_A_PERSON)
    print(
        "Every chain comes out, and every projection is what its journal says. Next, for all else"
        " that head office needs: `central doctor`."
    )


def mend(database_url: Url = None, data: Folder = None) -> None:
    """Ask boxes again for events that head office has lost; put right what says too little."""
    from central.usecases.journal.mend_streams import mend_streams

    found = on_database(database_url, data, changing_all(mend_streams, "mended"))
    for one in found:
        print(one.said)
    if not found:
        print(
            "Every stream is as its events say; there is nothing to mend. Next: `central verify`."
        )
        return
    verifying = next_command(database_url, data, "verify")
    print(f"{sum(one.done for one in found)} of {len(found)} are mended. Next: `{verifying}`.")
    if not all(one.done for one in found):
        raise typer.Exit(NEEDS_A_PERSON)
