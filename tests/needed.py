"""What tests need of the machine they run on, beyond what the project brings: one list.

Where it is missing a test is skipped, and the run says why; where ``HOLDFAST_REQUIRED`` names it,
the test fails instead. ``.ci/run`` names all that it has found by itself, so that nothing that can
run there is skipped unnoticed. No test skips by a way of its own (``test_needed.py``).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NoReturn

import pytest
from PIL import features

from sync.program.fonts import SCRIPTS, font_with

REQUIRED = "HOLDFAST_REQUIRED"
"""Needs by their words, parted by blanks."""
CHECK_JAVASCRIPT = Path(__file__).parents[1] / ".ci/check-javascript"
RETAIL_FILE = Path(__file__).parents[2] / "shared/data/online_retail_2010-12_2011-05.csv.gz"


class Need(StrEnum):
    """By its word in HOLDFAST_REQUIRED. ``chinese``, ``tamil``: fonts, and what sets their letters;
    ``typescript``: to check the pages' modules with;
    ``wheels``: to build ours with no network."""

    BROWSER = "browser"
    CHINESE = "chinese"
    FIREFOX = "firefox"
    GIT = "git"
    LINUX = "linux"
    MOUNTS = "mounts"
    NAMESPACES = "namespaces"
    RETAIL_FILE = "retail_file"
    ROOT = "root"
    SYSTEMD = "systemd"
    TAMIL = "tamil"
    TYPESCRIPT = "typescript"
    WHEELS = "wheels"


PROGRAMS: Mapping[Need, tuple[str, ...]] = MappingProxyType(
    {
        Need.BROWSER: ("chromium", "chromium-browser", "google-chrome"),
        Need.FIREFOX: ("firefox-esr", "firefox"),
        Need.GIT: ("git",),
        Need.SYSTEMD: ("systemd-analyze",),
    }
)
"""Any one of each."""


def missing(what: Need, why: str) -> NoReturn:
    """This test cannot run here: it is skipped, or fails where that is required."""
    if what in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{what} is required here: {why}")
    pytest.skip(why)


def need(what: Need) -> None:
    """Go on where it is there."""
    why = _WHY_NOT[what]()
    if why is not None:
        missing(what, why)


def program_of(what: Need) -> str:
    """Where the program is, of those that will do."""
    need(what)
    return str(_found(what))


def netns(*words: str) -> "subprocess.CompletedProcess[str]":
    """A command of iproute2's, whatever comes of it."""
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False)  # noqa: S607 - the system's own


def mount_small(at: Path) -> bool:
    """A disk of 4 MiB, in memory; whether it was mounted."""
    words = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(at)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def unmount(at: Path) -> None:
    """Also while somebody is still in it."""
    subprocess.run(["umount", "--lazy", str(at)], check=True)  # noqa: S607 - the system's own


def _found(what: Need) -> str | None:
    return next(filter(None, map(shutil.which, PROGRAMS[what])), None)


def _no_program(what: Need) -> Callable[[], str | None]:
    first = PROGRAMS[what][0]
    names = ", ".join(PROGRAMS[what])
    why = f"no {what} is found: `apt-get install {first}`, or put one of {names} on PATH"
    return lambda: why if _found(what) is None else None


def _no_root() -> str | None:
    return None if os.geteuid() == 0 else "only root can do this: run as root"


def _no_linux() -> str | None:
    return None if sys.platform == "linux" else "looks into /proc"


def _no_retail_file() -> str | None:
    if RETAIL_FILE.exists():
        return None
    return f"the retailer's file is not at {RETAIL_FILE.name} beside the project"


def _no_mounts() -> str | None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "a disk of its own can only be mounted as root"
    with TemporaryDirectory() as at:
        if not mount_small(Path(at)):
            return "this system mounts nothing"
        unmount(Path(at))
    return None


def _no_namespaces() -> str | None:
    packages = {"ip": "iproute2", "certutil": "libnss3-tools"}
    absent = [each for each in packages if shutil.which(each) is None]
    if absent:
        wanted = " ".join(packages[each] for each in absent)
        return f"no {' and no '.join(absent)} is found: install with `apt-get install {wanted}`"
    if os.geteuid() != 0:
        return "namespaces of the network are made by root only: run this test as root"
    name = f"hf{os.getpid()}try"
    tried = netns("netns", "add", name)
    if tried.returncode != 0:
        return f"namespaces of the network cannot be made here: {tried.stderr.strip()}"
    joined = netns("-n", name, "link", "add", "one", "type", "veth", "peer", "name", "other")
    netns("netns", "delete", name)
    if joined.returncode != 0:
        return f"namespaces cannot be joined by veth here: {joined.stderr.strip()}"
    return None


def _no_chinese() -> str | None:
    if font_with(SCRIPTS["Chinese"]) is not None:
        return None
    return "no font here has Chinese letters: `apt-get install fonts-wqy-microhei`"


def _no_tamil() -> str | None:
    if font_with(SCRIPTS["Tamil"]) is not None and features.check("raqm"):
        return None
    wanted = "fonts-lohit-taml libfribidi0"
    return f"no font here has Tamil letters, or nothing sets them: `apt-get install {wanted}`"


def _no_typescript() -> str | None:
    fetch = [str(CHECK_JAVASCRIPT), "fetch"]
    if subprocess.run(fetch, capture_output=True, check=False).returncode == 0:
        return None
    return "TypeScript is not here and could not be fetched from npm"


def _no_wheels() -> str | None:
    return None if shutil.which("uv") else "uv is not on PATH, and nothing else builds offline"


_WHY_NOT: Mapping[Need, Callable[[], str | None]] = MappingProxyType(
    {
        **{what: _no_program(what) for what in PROGRAMS},
        Need.CHINESE: _no_chinese,
        Need.LINUX: _no_linux,
        Need.MOUNTS: _no_mounts,
        Need.NAMESPACES: _no_namespaces,
        Need.RETAIL_FILE: _no_retail_file,
        Need.ROOT: _no_root,
        Need.TAMIL: _no_tamil,
        Need.TYPESCRIPT: _no_typescript,
        Need.WHEELS: _no_wheels,
    }
)
"""Of each, why this machine lacks it, in words; None where it is there."""
