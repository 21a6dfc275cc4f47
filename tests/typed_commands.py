"""Commands that one of our programs printed, read as the program itself would read them."""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import typer

from central.commands.cli import app as central_app
from edge.commands.cli import app as edge_app

PROGRAMS = {"edge": edge_app, "central": central_app}
built = cache(typer.main.get_command)
"""What typer makes of a program, which takes 70 ms for head office's: once, as there."""
BEFORE = ["uv", "run"]
PRINTED = re.compile(r"`((?:uv run )?(?:edge|central) [^`]+)`")


def printed(shown: str) -> Iterator[list[str]]:
    """The words of each command that stands between backticks."""
    for found in PRINTED.finditer(shown):
        words = shlex.split(found[1])
        yield words[len(BEFORE) :] if words[: len(BEFORE)] == BEFORE else words


def parsed(words: Sequence[str]) -> str:
    """The command that the words name; raises what the program would complain of."""
    command: Any = built(PROGRAMS[words[0]])
    context, rest, path = None, list(words[1:]), list[str]()
    while hasattr(command, "commands"):
        context = command.make_context(command.name, rest, parent=context)
        below = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, below)
        path.append(str(name))
    command.make_context(path[-1], rest, parent=context)
    return " ".join(path)
