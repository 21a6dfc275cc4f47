"""What is left of the first load, in words."""

import pytest

from edge.commands.loading import left_in_words


@pytest.mark.parametrize(
    ("left_s", "said"),
    [
        (None, ""),
        (0, "less than a minute left"),
        (29, "less than a minute left"),
        (31, "about 1 minute left"),
        (95, "about 2 minutes left"),
        (570, "about 10 minutes left"),
    ],
)
def test_what_is_left_is_said_in_minutes(left_s: float | None, said: str) -> None:
    assert left_in_words(left_s) == said
