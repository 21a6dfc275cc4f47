"""What every command of the store server has in common: the folder, the question to its store, and
its sentences.

A command imports what it needs when it runs, so that help and the short commands are quick. All
but ``provision``, ``replace`` and ``serve`` ask the running edge through its folder's socket, or
own the folder for a moment if none runs.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from edge.db.connection.errors import CannotStart
from sync.program import frame
from sync.program.private_folder import work_as_account
from sync.program.unit import CannotInstall

if TYPE_CHECKING:
    from edge.commands.running_box import Answer

PROBLEM_STATUS_MIN = 400


def _as_its_account(folder: Path) -> Path:
    work_as_account("edge", folder)
    return folder


StoreFolder = Annotated[
    Path, typer.Option("--data", help="The store's folder.", file_okay=False, envvar="EDGE_DATA")
]
Folder = Annotated[
    Path,
    typer.Option(
        "--data",
        help="The store's folder.",
        file_okay=False,
        envvar="EDGE_DATA",
        callback=_as_its_account,
    ),
]
"""The same, entered as whoever serves it."""


def in_one_sentence() -> AbstractContextManager[None]:
    """What keeps a command from running is told in a sentence, exit code 2."""
    stopped = "stopped. Run the same command again: it goes on from here."
    return frame.in_one_sentence("edge", stopped, CannotStart, CannotInstall)


def fail(sentence: str) -> NoReturn:
    """Exit code 2."""
    frame.fail("edge", sentence)


def ask(folder: Path, method: str, path: str, body: object = None) -> Any:
    """What the store answers; a refusal is told in a sentence, exit code 2."""
    return answer(folder, method, path, body).document


def answer(folder: Path, method: str, path: str, body: object = None) -> "Answer":
    """The same, and whether a store that serves answered."""
    from edge.commands.running_box import call_edge

    with in_one_sentence():
        answered = call_edge(folder, method, path, body)
        if answered.status >= PROBLEM_STATUS_MIN:
            fail(f"{answered.document['detail']} {answered.document['remedy']}")
        return answered
