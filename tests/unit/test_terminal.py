"""A shell that tests type into ends with what it began."""

import os
from pathlib import Path

import pytest

from tests.terminal import shown_until, terminal


def test_a_shell_that_ends_early_is_told_at_once_though_what_it_began_would_go_on(
    tmp_path: Path,
) -> None:
    with terminal(tmp_path, os.environ) as process:
        with pytest.raises(AssertionError, match="no-such-command"):
            shown_until(process, "set -e\nsleep 1000 &\nno-such-command\necho the end\n", "the end")
        process.wait()
