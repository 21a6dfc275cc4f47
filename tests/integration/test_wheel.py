"""What a technician carries on a stick: a folder of wheels from which both programs are installed
with no network, and then work outside any checkout, pages and migrations included."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import folder_for_databases
from tests.needed import Need, missing
from tests.patience import PATIENCE_S
from tests.wheels import ROOT, NoBuild, build_ours, pack_needed

UNWANTED = ("CENTRAL_", "EDGE_", "UV", "PYTHON", "PIP_", "VIRTUAL_ENV")


class Installed:
    """Both programs in an environment of their own; ``place`` is where commands are typed."""

    def __init__(self, place: Path, programs: Path) -> None:
        self.place = place
        self._programs = programs
        kept = {name: text for name, text in os.environ.items() if not name.startswith(UNWANTED)}
        self._environment = {**kept, "COLUMNS": "100", "EDGE_LAN": "false"}

    def type(self, program: str, *words: str) -> str:
        """What the command prints; it must do what it was asked."""
        done = subprocess.run(
            [str(self._programs / program), *words],
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self, program: str, *words: str) -> Iterator[str]:
        """The address of the server inside the block."""
        process = subprocess.Popen(
            [str(self._programs / program), "serve", *words],
            cwd=self.place,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert select.select([process.stdout], [], [], PATIENCE_S)[0]
            ready = process.stdout.readline().split()
            assert ready[:1] == ["ready"], ready
            yield ready[2]
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def wheels() -> Iterator[Path]:
    """The folder on the stick."""
    folder = folder_for_databases()
    try:
        build_ours(folder)
        yield folder
    except NoBuild as error:
        missing(Need.WHEELS, f"no wheel can be built without a network: {error}")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def installed(wheels: Path) -> Iterator[Installed]:
    place = folder_for_databases()
    place.chmod(0o711)
    venv = place / "venv"
    try:
        pack_needed(wheels)
        run = {"check": True, "timeout": PATIENCE_S, "cwd": place}
        subprocess.run([sys.executable, "-m", "venv", str(venv)], **run)  # type: ignore[call-overload]  # mypy reads the dict's values as one
        offline = ("--quiet", "--no-index", "--find-links", str(wheels), "--no-compile")
        pip = [str(venv / "bin" / "pip"), "--isolated", "install", *offline, "holdfast-pos"]
        subprocess.run(pip, **run)  # type: ignore[call-overload]  # as above
        yield Installed(place, venv / "bin")
    finally:
        shutil.rmtree(place)


def test_the_wheel_holds_every_tracked_file_of_the_product_and_no_other(wheels: Path) -> None:
    """Pages, their words and scripts, migrations and the wire contract are no Python."""
    product = ("sync", "edge", "central")
    listed = subprocess.run(
        ["git", "ls-files", *product],  # noqa: S607 - git is where the project is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    with zipfile.ZipFile(next(wheels.glob("holdfast_pos-*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == set(filter(None, listed))


def test_both_programs_come_out_of_a_folder_of_wheels_and_open_a_shop(
    installed: Installed,
) -> None:
    assert re.fullmatch(r"edge \d+\.\d+\.\d+\n", installed.type("edge", "--version"))
    assert installed.type("central", "--version").startswith("central ")
    assert "import" in installed.type("central", "--help")
    with installed.serving("central", "--data", "hq", "--port", "0") as office:
        setup = ("setup", "Corner Shops", "--store", "S01", "--user", "you@shop.example")
        installed.type("central", *setup, "--data", "hq")
        for page in ("/sign-in", "/assets/pages.css", "/health"):
            assert httpx.get(office + page, trust_env=False).status_code == 200, page
        code = installed.type("central", "enrol-code", "S01", "--quiet", "--data", "hq").strip()
        provision = ("provision", "--central", office, "--code", code, "--data", "S01")
        assert "S01 is ready to sell" in installed.type("edge", *provision, "--port", "0")
        with installed.serving("edge", "--data", "S01") as till:
            shown = httpx.get(f"{till}/", trust_env=False)
            assert shown.status_code == 200
            for asset in re.findall(r'(?:src|href)="(/[^"#]+)"', shown.text):
                assert httpx.get(till + asset, trust_env=False).status_code == 200, asset
            stated = installed.type("edge", "status", "--json", "--data", "S01")
            assert json.loads(stated)["store_code"] == "S01"
