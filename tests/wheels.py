"""A folder of wheels like the one that a technician carries into a shop: ours, built from the
checkout, and every package that it needs, packed again from what is installed here. No network."""

import base64
import csv
import hashlib
import importlib.metadata
import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import parse_tag, sys_tags
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
OURS = "holdfast-pos"
NOT_OF_A_WHEEL = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
BUILD_S_MAX = 300


class NoBuild(Exception):
    """Why no wheel can be built here, in a sentence."""


def build_ours(folder: Path) -> Path:
    """Our wheel, built offline. Raises NoBuild."""
    uv = shutil.which("uv")
    if uv is None:
        raise NoBuild("uv is not on PATH, and nothing else builds offline")
    words = (uv, "build", "--offline", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    done = subprocess.run(words, capture_output=True, text=True, timeout=BUILD_S_MAX, check=False)
    if done.returncode != 0:
        raise NoBuild(f"uv's cache has no hatchling to build with: {done.stderr.strip()[-300:]}")
    return next(folder.glob("holdfast_pos-*.whl"))


def pack_needed(folder: Path) -> None:
    """A wheel of everything that ours needs, directly or not."""
    for name in sorted(_needed(OURS, set()) - {OURS}):
        _pack(importlib.metadata.distribution(name), folder)


def _needed(name: str, found: set[str]) -> set[str]:
    if name in found:
        return found
    found.add(name)
    for wanted in map(Requirement, importlib.metadata.requires(name) or ()):
        if _is_wanted(wanted):
            _needed(canonicalize_name(wanted.name), found)
            _of_extras(wanted, found)
    return found


def _of_extras(wanted: Requirement, found: set[str]) -> None:
    for extra in wanted.extras:
        for more in map(Requirement, importlib.metadata.requires(wanted.name) or ()):
            if more.marker is not None and more.marker.evaluate({"extra": extra}):
                _needed(canonicalize_name(more.name), found)


def _is_wanted(wanted: Requirement) -> bool:
    return wanted.marker is None or wanted.marker.evaluate({"extra": ""})


def _pack(found: importlib.metadata.Distribution, folder: Path) -> None:
    """The wheel that was installed: its files as they are, and a list of those."""
    said = (found.read_text("WHEEL") or "").splitlines()
    tags = [line.removeprefix("Tag: ") for line in said if line.startswith("Tag: ")]
    tag = next(one for one in tags if not set(sys_tags()).isdisjoint(parse_tag(one)))
    name = found.name.replace("-", "_").replace(".", "_")
    record = f"{_info_of(found)}/RECORD"
    listed: list[tuple[str, str, int]] = []
    with zipfile.ZipFile(folder / f"{name}-{found.version}-{tag}.whl", "w") as wheel:
        for path, there in _files_of(found):
            content = there.read_bytes()
            entry = zipfile.ZipInfo(path)
            entry.external_attr = there.stat().st_mode << 16  # programs stay such
            wheel.writestr(entry, content)
            listed.append((path, _digest(content), len(content)))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*listed, (record, "", "")])
        wheel.writestr(record, text.getvalue())


def _info_of(found: importlib.metadata.Distribution) -> str:
    return next(str(path.parent) for path in found.files or () if path.name == "METADATA")


def _files_of(found: importlib.metadata.Distribution) -> Iterator[tuple[str, Path]]:
    for path in found.files or ():
        made = path.name in NOT_OF_A_WHEEL or path.suffix == ".pyc" or ".." in path.parts
        if not made:
            yield path.as_posix(), Path(str(path.locate()))


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + digest.rstrip(b"=").decode()
