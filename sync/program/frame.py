"""The frame of both programs' commands: their exit codes, ``--version``, groups, and how what keeps
a command from running is told: one sentence on stderr (what, why, what to do).

Exit codes: 0 done and true, 1 something needs a person or differs, 2 could not run (wrong use,
port, disk, database, the other side), 130 stopped by Ctrl-C.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer

from sync.program.plain_commands import COULD_NOT_RUN, PlainGroup, tell
from sync.protocol.errors import Refusal

NEEDS_A_PERSON = 1
INTERRUPTED = 130
PORT_MAX = 65_535
EXIT_CODES = (
    "Exit codes: 0 done and true; 1 something needs a person, or differs; 2 could not run, with a "
    "sentence that says what, why and what to do; 130 stopped by Ctrl-C."
)


def new_program(name: str, about: str) -> typer.Typer:
    """A program without commands yet; it says its version."""
    app = typer.Typer(
        name=name,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help=about,
        epilog=EXIT_CODES,
        cls=PlainGroup,
    )

    def say_version(wanted: bool) -> None:
        if wanted:
            from sync.program.command_line import version_of

            tell(version_of(name))
            raise typer.Exit

    @app.callback()
    def options(
        version: Annotated[
            bool,
            typer.Option(
                "--version", help="Say the version and end.", callback=say_version, is_eager=True
            ),
        ] = False,
    ) -> None:
        """What stands before the command."""

    return app


def new_group(about: str) -> typer.Typer:
    """Commands about one thing."""
    return typer.Typer(no_args_is_help=True, help=about)


def show_examples(
    app: typer.Typer, program: str, examples: Mapping[str, Sequence[str]], above: str = ""
) -> None:
    """Below each command's help stand its examples, below a group's the first of each in it.
    ``examples``: what stands behind ``program``, by the command's words."""
    for one in app.registered_commands:
        name = one.name or getattr(one.callback, "__name__", "").replace("_", "-")
        one.epilog = _as_epilog(program, examples.get(f"{above}{name}", ()))
    for group in app.registered_groups:
        within = f"{above}{group.name} "
        firsts = [lines[0] for name, lines in examples.items() if name.startswith(within)]
        group.epilog = _as_epilog(program, firsts)
        if group.typer_instance is not None:
            show_examples(group.typer_instance, program, examples, within)


def _as_epilog(program: str, lines: Sequence[str]) -> str:
    """Each on a line of its own, as typer breaks them."""
    return "\n\n".join(("Examples:", *(f"{program} {line}" for line in lines)))


def fail(program: str, sentence: str) -> NoReturn:
    """The command could not run."""
    tell(f"{program}: {sentence}", file=sys.stderr)
    raise typer.Exit(COULD_NOT_RUN)


@contextmanager
def in_one_sentence(
    program: str, when_stopped: str, *told_as_they_are: type[Exception]
) -> Iterator[None]:
    """Around what a command does. ``when_stopped``: what Ctrl-C leaves. ``told_as_they_are``: the
    errors whose text is the sentence."""
    try:
        yield
    except told_as_they_are as error:
        fail(program, str(error))
    except Refusal as error:
        fail(program, f"{error.detail} {error.remedy}")
    except OSError as error:
        fail(
            program,
            f"{error.filename or 'The system'}: {error.strerror or error}. Make room, give this "
            "user the right to it, or name another folder with `--data DIR`.",
        )
    except KeyboardInterrupt:
        tell(f"{program}: {when_stopped}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


def instant(at_ms: int) -> str:
    """A time for people, in UTC and whole minutes."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M} UTC"
