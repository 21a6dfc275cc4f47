"""One process owns a store's folder, however the one before it ended."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edge.db.connection.errors import FolderHeld
from edge.db.connection.lock import LOCK_FILE, hold_folder


def test_a_second_holder_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    with hold_folder(tmp_path), pytest.raises(FolderHeld) as caught:
        hold_folder(tmp_path)
    assert caught.value.pid == os.getpid()
    assert str(caught.value) == (
        f"{tmp_path} is in use by process {os.getpid()}: "
        "stop that one first, or choose another folder."
    )


def test_a_released_folder_is_free_and_releasing_twice_is_once(tmp_path: Path) -> None:
    first = hold_folder(tmp_path)
    first.release()
    first.release()
    with hold_folder(tmp_path):
        pass


def test_the_hold_goes_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\n"
        "from edge.db.connection.lock import hold_folder\n"
        "hold = hold_folder(pathlib.Path(sys.argv[1]))\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(FolderHeld) as caught:
            hold_folder(tmp_path)
        assert caught.value.pid == child.pid
        child.send_signal(signal.SIGKILL)
    with hold_folder(tmp_path):
        pass


def test_the_lock_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with hold_folder(tmp_path):
        assert stat.S_IMODE((tmp_path / LOCK_FILE).stat().st_mode) == 0o600
