"""What both programs do with text on the command line: what is typed is held to the one rule for
text before any command reads it, and what is printed shows no character that could steer a
terminal, wherever the text came from.

A command that a sentence names in backticks can be pasted as it stands: where it lacks the company,
database or folder that was typed, it gets them (``_whole``).
"""

import re
import shlex
import sys
from contextvars import ContextVar
from typing import Any, NamedTuple, TextIO

import typer
from typer.core import TyperGroup

from sync.program.command_line import by_uv, command
from sync.protocol.card import card_number_in
from sync.protocol.text import is_plain, shown

COULD_NOT_RUN = 2
CARRIED = ("--company", "--data", "--database-url")
"""What the next command needs as this one did."""
_NAMED = re.compile(r"(?<!\()`(?:uv run )?((?:central|edge) [^`]+)`")
"""One in parentheses is what runs already, not what to type."""
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@/\s]*@")


class _Typed(NamedTuple):
    """The program's group of commands, and the words behind its name."""

    program: Any
    words: tuple[str, ...]


_NOTHING = _Typed(None, ())
_typed: ContextVar[_Typed] = ContextVar("_typed")


class PlainGroup(TyperGroup):
    """The commands of a program, none of which sees an argument that is not plain."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer's own copy of click
        """Ends with a sentence and exit code 2 for what may not be typed."""
        for typed in args:
            why = _why_not(typed)
            if why is not None:
                tell(f"{ctx.info_name}: {why}", file=sys.stderr)
                raise typer.Exit(COULD_NOT_RUN)
        _typed.set(_Typed(self, tuple(args)))
        return super().parse_args(ctx, args)


def _why_not(typed: str) -> str | None:
    if not is_plain(typed):
        return (
            f"{shown(typed)}: control characters and invisible ones may not stand there. Type it"
            " anew and run the command again."
        )
    if card_number_in(typed):
        return (
            "What was typed looks like a card's number, which must not be kept; nothing was done. "
            "Take it out: the card's last four digits are enough to tell it by."
        )
    return None


def tell(
    line: object, *, file: TextIO | None = None, flush: bool = False, to_programs: bool = False
) -> None:
    """One line, as ``print`` would write it; for people, unless a program reads it."""
    text = str(line) if to_programs else _NAMED.sub(_whole, str(line))
    print(shown(text), file=file or sys.stdout, flush=flush)


def again_without(option: str) -> str:
    """The command that was typed, but for an option without a value."""
    typed = _typed.get(_NOTHING)
    name = getattr(typed.program, "name", "")
    return command(name, *(word for word in typed.words if word != option))


def _whole(named: re.Match[str]) -> str:
    """The command on the company, database and folder of the one that was typed."""
    typed = _typed.get(_NOTHING)
    program = typed.program
    try:
        words = shlex.split(named[1])
    except ValueError:
        return named[0]
    if program is None or words[0] != program.name or "--" in words:
        return named[0]
    takes = _options_of(program, words[1:])
    more = [
        each for option in CARRIED if option in takes for each in _given(typed.words, option, words)
    ]
    return f"`{' '.join((*by_uv(), named[1], *([shlex.join(more)] if more else [])))}`"


def _options_of(program: Any, words: list[str]) -> set[str]:
    """Of the command that these words name; of a group none."""
    at = program
    for word in words:
        at = getattr(at, "commands", {}).get(word, at)
    return set() if hasattr(at, "commands") else {one for each in at.params for one in each.opts}


def _given(typed: tuple[str, ...], option: str, words: list[str]) -> tuple[str, ...]:
    """The option with its value, where it was typed and stands in the words not yet. A password is
    not shown."""
    if any(word.partition("=")[0] == option for word in words):
        return ()
    for word, follows in zip(typed, (*typed[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name == option:
            return option, _PASSWORD.sub(r"\1:***@", value if equals else follows)
    return ()
