"""What both programs do with text on the command line: what is typed is held to the one rule for
text before any command reads it, and what is printed shows no character that could steer a
terminal, wherever the text came from.
"""

import sys
from typing import Any, TextIO

import typer
from typer.core import TyperGroup

from sync.protocol.card import card_number_in
from sync.protocol.text import is_plain, shown

COULD_NOT_RUN = 2


class PlainGroup(TyperGroup):
    """The commands of a program, none of which sees an argument that is not plain."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer's own copy of click
        """Ends with a sentence and exit code 2 for what may not be typed."""
        for typed in args:
            why = _why_not(typed)
            if why is not None:
                tell(f"{ctx.info_name}: {why}", file=sys.stderr)
                raise typer.Exit(COULD_NOT_RUN)
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


def tell(line: object, *, file: TextIO | None = None, flush: bool = False) -> None:
    """One line for people, as ``print`` would write it."""
    print(shown(str(line)), file=file or sys.stdout, flush=flush)
