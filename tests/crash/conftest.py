"""What every crash test may ask for: a forge, and a fresh store of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.forge import Forge, running_forge
from tests.crash.seed import Seeded, seed_store

KILLS = 240
SWITCH_ROWS = 2_400
WORKSTATIONS = 6

Begin = Callable[[], Seeded]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``pytest tests/crash --kills 5000``: the longer shape of the same tests."""
    parser.addoption("--kills", type=int, default=KILLS, help="SIGKILLs of store servers in all.")
    parser.addoption("--switch-rows", type=int, default=SWITCH_ROWS, help="Of one publication.")
    parser.addoption("--crash-seed", type=int, default=None, help="Trade and kill as it did then.")


@pytest.fixture(scope="session")
def kills(pytestconfig: pytest.Config) -> int:
    """How many there are in all: the option is not there when the whole suite runs."""
    return int(pytestconfig.getoption("--kills", default=KILLS))


@pytest.fixture(scope="session")
def switch_rows(pytestconfig: pytest.Config) -> int:
    """How many rows one publication has: 60,000 is the longer shape."""
    return int(pytestconfig.getoption("--switch-rows", default=SWITCH_ROWS))


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """One for each worker of a run."""
    with running_forge() as forge:
        yield forge


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The store that each test's own is a copy of."""
    return seed_store(tmp_path_factory.mktemp("seeded"), WORKSTATIONS)


@pytest.fixture
def store(seeded: Seeded, tmp_path: Path) -> Seeded:
    """A store that is this test's alone."""
    return seeded._replace(folder=Path(shutil.copytree(seeded.folder, tmp_path / "store")))
