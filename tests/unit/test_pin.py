"""The command that pins versions writes its list and nothing else."""

import pytest

from tests.pin import PYPROJECT, pinned

BEFORE = """\
[tool.uv]
# why
constraint-dependencies = [
    "gone==1",
    "kept==1",
]

[tool.other]
"""


def test_the_list_becomes_what_is_installed_and_the_rest_stays() -> None:
    assert pinned(BEFORE, {"new": "2.0", "kept": "1.1"}) == BEFORE.replace(
        '    "gone==1",\n    "kept==1",\n', '    "kept==1.1",\n    "new==2.0",\n'
    )


def test_a_loosened_list_can_be_filled_again() -> None:
    loose = pinned(BEFORE, {})
    assert "==" not in loose
    assert pinned(loose, {"gone": "1", "kept": "1"}) == BEFORE


def test_pinning_twice_changes_nothing() -> None:
    once = pinned(PYPROJECT.read_text(), {"a": "1"})
    assert pinned(once, {"a": "1"}) == once


def test_a_file_without_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="constraint-dependencies"):
        pinned("[tool.uv]\n", {})
