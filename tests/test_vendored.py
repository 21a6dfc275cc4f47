"""What the pages load is what was vendored: every file by its hash, and nothing beside it."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.vendor import AS_IT_IS, FILES, IMPORTED, MANIFEST, ROOT

RELATIVE = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+)["']""")


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}


@pytest.mark.parametrize("name", FILES)
def test_every_vendored_file_is_the_one_that_the_manifest_names(name: str) -> None:
    manifest = json.loads((ROOT / name / MANIFEST).read_text())
    found = {
        each: hashlib.sha256(content).hexdigest() for each, content in files_of(ROOT / name).items()
    }
    assert found == {each: entry["sha256"] for each, entry in manifest.items()}


@pytest.mark.parametrize("name", FILES)
def test_the_manifest_names_the_packages_that_the_command_would_fetch(name: str) -> None:
    manifest = json.loads((ROOT / name / MANIFEST).read_text())
    found = {each: {**entry} for each, entry in manifest.items()}
    for entry in found.values():
        del entry["sha256"]
    assert found == {each: source._asdict() for each, source in FILES[name].items()}


@pytest.mark.parametrize("name", FILES)
def test_vendored_modules_import_only_each_other_by_relative_names(name: str) -> None:
    files = files_of(ROOT / name)
    for each, content in files.items():
        if each.endswith(".js") and each not in AS_IT_IS:
            text = content.decode()
            assert not IMPORTED.search(text), each
            assert set(RELATIVE.findall(text)) <= set(files), each
