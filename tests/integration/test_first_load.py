"""A new box's first load over a shop's narrow line: 300,000 items over 1 Mbit/s in ten minutes.

Here a hundredth of it, over a line a hundred times as wide, whose bytes are counted: what the line
alone would take does not depend on how busy this machine is. The full shape, with its time, is
``uv run python -m tests.benchmarks.first_load``.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.first_load import (
    BITS_PER_S,
    BYTES_OF_AN_ITEM_MAX,
    ITEMS_WHOLE,
    measure_first_load,
)
from tests.conftest import folder_for_databases

SMALLER = 100
ITEMS = ITEMS_WHOLE // SMALLER


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user can reach, with a short path."""
    made = folder_for_databases()
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def test_a_whole_price_list_fits_through_a_narrow_line_in_ten_minutes(place: Path) -> None:
    loaded = measure_first_load(place, ITEMS, BITS_PER_S * SMALLER)
    assert "S01 is ready to sell" in loaded.said
    assert loaded.down <= ITEMS * BYTES_OF_AN_ITEM_MAX
    assert loaded.up <= loaded.down
