"""What a doctor said of one thing, and whether what it tells people to type can be typed."""

import shlex
from typing import Any

import typer

from sync.program.findings import Finding, Report
from tests.typed_commands import PROGRAMS, built


def of(told: Report, check: str) -> Finding:
    """The finding of one check; whatever any of them says is held to the rules for it."""
    for each in told.findings:
        assert each.says.endswith("."), each
        if each.remedy is not None:
            assert each.remedy.endswith("." if each.command is None else ":"), each
        if each.command is not None:
            assert each.remedy is not None, each
            refuse_untypable(each.command)
    return next(each for each in told.findings if each.check == check)


def refuse_untypable(typed: str) -> None:
    """Raises what the command line would say of a command of ours that it does not know."""
    words = shlex.split(typed)
    words = words[2:] if words[:2] == ["uv", "run"] else words
    if words[0] in PROGRAMS:
        _parse(built(PROGRAMS[words[0]]), words)


def _parse(command: Any, words: list[str]) -> None:
    context = None
    while True:
        try:
            context = command.make_context(words[0], words[1:], parent=context)
        except typer.Exit:  # --help, which it knows
            return
        if not hasattr(command, "resolve_command"):
            return
        words = [*context._protected_args, *context.args]
        _, command, rest = command.resolve_command(context, words)
        words = [words[0], *rest]
