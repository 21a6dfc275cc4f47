"""A crash point kills exactly where and when it was told to, and costs nothing otherwise."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from edge.db.connection import crash
from tests.patience import PATIENCE_S


class Crashed(BaseException):
    pass


def raise_crashed() -> None:
    raise Crashed


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    crash.disarm()


def test_the_nth_pass_of_the_named_point_is_the_one_that_counts() -> None:
    crash.arm("before_commit", 3, raise_crashed)
    for _ in range(2):
        crash.crash_point("before_commit")
        crash.crash_point("after_commit")
    with pytest.raises(Crashed):
        crash.crash_point("before_commit")
    crash.crash_point("before_commit")


def test_a_pass_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="first time at 1"):
        crash.arm("before_commit", 0)


def test_the_environment_arms_a_process_which_then_dies_at_that_pass() -> None:
    code = (
        "from edge.db.connection.crash import crash_point\n"
        "for n in (1, 2, 3):\n"
        "    crash_point('after_unit')\n"
        "    print(n, flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, crash.VARIABLE: "after_unit:2"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "1\n"
