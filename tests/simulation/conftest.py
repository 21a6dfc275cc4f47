"""How many worlds are tried: ``--seeds N`` for N seeds from 0, ``--seed S`` for one.

Ask for them with the folder: ``uv run pytest tests/simulation --seeds 5000``.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import folder_for_databases

SEEDS = 300
CHUNK = 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """Only known where this folder was named on the command line."""
    parser.addoption("--seeds", type=int, default=SEEDS, help="how many worlds are simulated")
    parser.addoption("--seed", type=int, default=None, help="the one world that is simulated")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``seeds`` gets them in chunks."""
    if "seeds" not in metafunc.fixturenames:
        return
    one = metafunc.config.getoption("seed", None)
    count = metafunc.config.getoption("seeds", SEEDS)
    chunks = [range(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK)]
    if one is not None:
        chunks = [range(one, one + 1)]
    metafunc.parametrize("seeds", chunks, ids=[f"{chunk[0]}-{chunk[-1]}" for chunk in chunks])


@pytest.fixture
def folder() -> Iterator[Path]:
    """For the stores' files, in memory where there is room: a world never waits for a disk."""
    parent = folder_for_databases()
    with tempfile.TemporaryDirectory(dir=parent) as made:
        yield Path(made)
    parent.rmdir()
