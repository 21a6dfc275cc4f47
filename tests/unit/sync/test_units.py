"""Units say whether they divide, and how far."""

import re
from pathlib import Path

import pytest

import edge
from sync.protocol.units import STEPS_MILLI, Unit, divides


def test_every_unit_says_how_far_it_divides() -> None:
    """A17: pieces are whole, what is weighed or measured divides to a thousandth."""
    assert set(STEPS_MILLI) == set(Unit)
    assert {unit for unit in Unit if divides(unit) == 1_000} == {Unit.EACH, Unit.PACK}
    assert all(divides(unit) in (1, 1_000) for unit in Unit)


@pytest.mark.parametrize("unit", ["", "dozen", "EACH"])
def test_what_was_sold_in_a_unit_of_a_newer_version_may_come_back_in_parts(unit: str) -> None:
    """A17: only a finished receipt can name a unit that is not in the table."""
    assert divides(unit) == 1


def test_the_till_page_weighs_what_divides_and_counts_the_rest() -> None:
    """A17: the page's units that do not divide are those of the table."""
    page = (Path(edge.__file__).parent / "web" / "till" / "basket.js").read_text()
    told = re.search(r"WHOLE_UNITS = \[([^\]]*)\]", page)
    assert told is not None
    assert re.findall(r'"(\w+)"', told[1]) == [unit for unit in Unit if divides(unit) == 1_000]
