"""One process owns a store's folder, however the one before it ended."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge.box.settings import write_settings
from edge.db.connection.errors import FolderHeld
from edge.db.connection.lock import LOCK_FILE, hold_folder
from edge.server.turn import hold_in_turn
from tests.edge_store import make_store
from tests.patience import PATIENCE_S


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


def test_a_command_for_a_later_store_is_never_in_the_way_of_a_process_that_serves_several(
    tmp_path: Path,
) -> None:
    """`edge pair W1 --data S02` held its folder just as `edge serve` came to it from S01, and all
    three stores of that process went on to be refused."""
    folders = [tmp_path / "S01", tmp_path / "S02"]
    for folder in folders:
        make_store(folder, folder.name)
        write_settings(folder, "http://127.0.0.1:1", 0)
    code = (
        "import pathlib, signal, sys\n"
        "from edge.db.connection.errors import FolderHeld\n"
        "from edge.db.connection.lock import hold_folder\n"
        "from edge.server.serving import serve\n"
        "folders = [pathlib.Path(name) for name in sys.argv[1:]]\n"
        "def ready(line, elsewhere):\n"
        "    if 'S02' in line:\n"
        "        signal.raise_signal(signal.SIGTERM)\n"
        "    for folder in folders:\n"
        "        try:\n"
        "            hold_folder(folder).release()\n"
        "        except FolderHeld:\n"
        "            print('held', line.split()[1], folder.name)\n"
        "serve(folders, {}, ready)\n"
    )
    serving = [sys.executable, "-c", code, *map(str, folders)]
    ended = subprocess.run(serving, stdout=subprocess.PIPE, text=True, check=True)
    assert ended.stdout.splitlines() == [
        f"held {ready} {held}" for ready in ("S01", "S02") for held in ("S01", "S02")
    ]
    for folder in folders:
        hold_folder(folder).release()


def test_a_store_that_is_to_serve_waits_for_a_command_that_holds_its_folder(tmp_path: Path) -> None:
    command = hold_folder(tmp_path)
    with ThreadPoolExecutor(1) as waiting:
        in_turn = waiting.submit(hold_in_turn, tmp_path)
        assert not in_turn.done()
        command.release()
        with in_turn.result(PATIENCE_S), pytest.raises(FolderHeld):
            hold_folder(tmp_path)
