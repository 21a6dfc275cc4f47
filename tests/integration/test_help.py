"""What both programs' help holds: for every command and group an example that parses, the exit
codes, and what a shell completes commands by."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from central.commands.cli import app as central_app
from central.commands.examples import EXAMPLES as CENTRAL_EXAMPLES
from edge.commands.cli import app as edge_app
from edge.commands.examples import EXAMPLES as EDGE_EXAMPLES
from tests.typed_commands import parsed

PROGRAMS = {"edge": (edge_app, EDGE_EXAMPLES), "central": (central_app, CENTRAL_EXAMPLES)}
FILES = (
    *("prices.csv", "customers.csv", "november.csv", "account.csv", "bank.csv"),
    *("suppliers.csv", "points.csv"),
)


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every group and command below, by its words."""
    for name, below in getattr(command, "commands", {}).items():
        yield (*path, name)
        yield from walk(below, (*path, name))


def commands_of(program: str) -> list[tuple[str, ...]]:
    return list(walk(typer.main.get_command(PROGRAMS[program][0])))


ALL = [(program, " ".join(path)) for program in PROGRAMS for path in commands_of(program)]


@pytest.mark.parametrize(("program", "name"), ALL)
def test_every_command_and_group_shows_an_example(program: str, name: str) -> None:
    app, examples = PROGRAMS[program]
    wide = {"COLUMNS": "200", "TERMINAL_WIDTH": "200"}
    shown = CliRunner().invoke(app, [*name.split(), "--help"], env=wide).output
    wanted = next(lines for path, lines in examples.items() if f"{path} ".startswith(f"{name} "))
    assert f"{program} {wanted[0]}" in shown


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_example_is_of_a_command_that_is_there_and_parses(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in FILES:
        (tmp_path / file).touch()
    known = {" ".join(path) for path in commands_of(program)}
    examples = PROGRAMS[program][1]
    assert set(examples) <= known
    for name, lines in examples.items():
        for line in lines:
            assert parsed([program, *shlex.split(line)]) == name


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_exit_codes_stand_in_the_help(program: str) -> None:
    shown = " ".join(CliRunner().invoke(PROGRAMS[program][0], ["--help"]).output.split())
    for said in ("0 done and true", "1 something needs a person", "2 could not run", "130"):
        assert said in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_shell_is_told_how_to_complete(program: str, shell: str) -> None:
    script = Path(sys.executable).with_name(program)
    asked = {**os.environ, f"_{program.upper()}_COMPLETE": f"source_{shell}"}
    said = subprocess.run([str(script)], env=asked, capture_output=True, text=True, check=True)
    assert f"_{program.upper()}_COMPLETE=complete_{shell}" in said.stdout
