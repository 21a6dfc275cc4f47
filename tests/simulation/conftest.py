"""How many worlds are tried: ``--seeds N`` for N seeds from 0, ``--seed S`` for one. As many
histories of claims: ``--histories N``, ``--history S``.

Ask for them with the folder: ``uv run pytest tests/simulation --seeds 5000``.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import folder_for_databases

SEEDS = 210
CHUNK = 30
HISTORIES = 300
HISTORIES_CHUNK = 100


def pytest_addoption(parser: pytest.Parser) -> None:
    """Only known where this folder was named on the command line."""
    parser.addoption("--seeds", type=int, default=SEEDS, help="how many worlds are simulated")
    parser.addoption("--seed", type=int, default=None, help="the one world that is simulated")
    parser.addoption("--histories", type=int, default=HISTORIES, help="how many are played")
    parser.addoption("--history", type=int, default=None, help="the one that is played")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``seeds`` or ``history_seeds`` gets them in chunks."""
    option = metafunc.config.getoption
    if "seeds" in metafunc.fixturenames:
        wanted = range(option("seeds", SEEDS))
        _in_chunks(metafunc, "seeds", option("seed", None), wanted, CHUNK)
    if "history_seeds" in metafunc.fixturenames:
        wanted = range(option("histories", HISTORIES))
        one = option("history", None)
        _in_chunks(metafunc, "history_seeds", one, wanted, HISTORIES_CHUNK)


def _in_chunks(
    metafunc: pytest.Metafunc, name: str, one: int | None, wanted: range, size: int
) -> None:
    chunks = [wanted[first : first + size] for first in range(0, len(wanted), size)]
    if one is not None:
        chunks = [range(one, one + 1)]
    metafunc.parametrize(name, chunks, ids=[f"{chunk[0]}-{chunk[-1]}" for chunk in chunks])


@pytest.fixture
def folder() -> Iterator[Path]:
    """For the stores' files, in memory where there is room: a world never waits for a disk."""
    parent = folder_for_databases()
    with tempfile.TemporaryDirectory(dir=parent) as made:
        yield Path(made)
    parent.rmdir()
