"""A shell that a test types into, as a person does; with it ends what was begun in it, also where
the shell ends by itself: else a server that it began held its output open, and who reads that would
wait for ever."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.patience import PATIENCE_S

Terminal = subprocess.Popen[str]
_ALL_END_WITH_IT = "trap 'kill -s KILL 0' EXIT\n"


@contextmanager
def terminal(place: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """In ``place``, until the block ends; its two background jobs are asked to stop first."""
    process = subprocess.Popen(
        ["/bin/bash", "-s"],
        cwd=place,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(_ALL_END_WITH_IT)
        yield process
        process.communicate("kill %1 %2\nwait\n", timeout=PATIENCE_S)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # what it was not told any more
                if pipe is not None:
                    pipe.close()


def shown_until(process: Terminal, lines: str, end: str) -> str:
    """Type ``lines``; what is shown up to the line with ``end``. Raises AssertionError with what
    was shown where the shell ends before."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(lines)
    process.stdin.flush()
    shown = ""
    for line in process.stdout:
        shown += line
        if end in line:
            return shown
    raise AssertionError(shown)
