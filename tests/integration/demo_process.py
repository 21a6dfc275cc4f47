"""The demo as its user runs it, in a process of its own, from a pipe or at a terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE_S

COMMAND = (sys.executable, "-m", "central", "demo")
FOLDER = re.compile(r"/\S*holdfast-[a-z0-9_]+")
STYLED = re.compile(r"\x1b(\[[0-9;?]*[@-~]|O.)|\r")
READ_BYTES = 65_536


def start(*arguments: str) -> subprocess.Popen[str]:
    """Where nobody presses keys."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "160", "PYTHONUNBUFFERED": "1"},
    )


def finish(demo: subprocess.Popen[str], expected: int) -> str:
    """What it still shows; it must end with this code."""
    shown, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == expected, shown
    return shown


def follow(demo: subprocess.Popen[str], until: str) -> str:
    """What it shows up to the line with ``until``."""
    assert demo.stdout is not None
    shown = ""
    for line in demo.stdout:
        shown += line
        if until in line:
            return shown
    raise AssertionError(shown)


def folder_in(shown: str) -> str:
    """The demo's own."""
    found = FOLDER.search(shown)
    assert found is not None, shown
    return found.group()


def left_of(folder: str) -> list[str]:
    """Processes that name the folder, and the folder itself."""
    found = [folder] if Path(folder).exists() else []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if folder in words:
            found.append(words)
    return found


def await_gone(folder: str) -> None:
    """A kept demo takes itself down after its keeper was told."""
    ends_at = time.monotonic() + PATIENCE_S
    while left_of(folder):
        assert time.monotonic() < ends_at, left_of(folder)
        select.select([], [], [], 0.1)


class AtTerminal:
    """The demo at a terminal. ``modes``: the terminal's, before the demo began."""

    def __init__(self, terminal: int, demo: subprocess.Popen[bytes], modes: list[object]) -> None:
        self.demo = demo
        self.modes = modes
        self._terminal = terminal
        self._told = b""

    @property
    def shown(self) -> str:
        """Everything so far, without its styles."""
        return STYLED.sub("", self._told.decode(errors="replace"))

    def until(self, words: str, since: int = 0) -> str:
        """What is shown from ``since`` on, once ``words`` are among it."""
        ends_at = time.monotonic() + PATIENCE_S
        while words not in self.shown[since:]:
            assert time.monotonic() < ends_at, self.shown
            ended = self.demo.poll() is not None
            came = self._read(0 if ended else 1.0)
            assert came or not ended, self.shown
        return self.shown[since:]

    def press(self, keys: str, until: str) -> str:
        """What it shows then."""
        since = len(self.shown)
        os.write(self._terminal, keys.encode())
        return self.until(until, since)

    def resize(self, rows: int, columns: int) -> None:
        """As when a person drags the window's corner."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, expected: int) -> None:
        """It ends by itself with this code, and leaves the terminal as it was."""
        while self.demo.poll() is None:
            self._read()
        while self._read(0):
            pass
        assert self.demo.returncode == expected, self.shown
        assert termios.tcgetattr(self._terminal) == self.modes

    def _read(self, wait_s: float = 1.0) -> bool:
        """False where the terminal was closed, or where nothing came and nothing was waited for."""
        readable, _, _ = select.select([self._terminal], [], [], wait_s)
        if not readable:
            return wait_s > 0
        try:
            self._told += os.read(self._terminal, READ_BYTES)
        except OSError:
            return False  # its other side is closed
        return True


@contextmanager
def at_terminal(*arguments: str) -> Iterator[AtTerminal]:
    """In a session of its own, whose terminal this is: Ctrl-C reaches it as from a keyboard."""
    ours, theirs = pty.openpty()
    modes = termios.tcgetattr(theirs)
    demo = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        env={**os.environ, "TERM": "xterm", "COLUMNS": "", "LINES": ""},
    )
    try:
        found = AtTerminal(ours, demo, modes)
        found.resize(40, 120)
        yield found
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
        os.close(ours)
        os.close(theirs)
