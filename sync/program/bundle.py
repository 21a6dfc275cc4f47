"""What goes to support: a zip of what a doctor found, versions, settings and counts.

It is made of what is named here and in each side's list, and of nothing else: no text that somebody
typed, no name, no key, no body of a record. So a doctor's words go along only where its check says
that they quote nobody, and folders are not named.
"""

import importlib.metadata
import json
import os
import platform
import sys
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sync.program.findings import Check, Report, State

FILE_MODE = 0o600
OF_PACKAGES = (
    *("holdfast-pos", "litestar", "uvicorn", "sqlalchemy", "aiosqlite", "asyncpg", "msgspec"),
    *("cryptography", "httpx", "pysqlite3", "zstandard"),
)
ABOUT = """What `doctor` found, versions, settings without secrets, counts.

No personal data: no names of customers or operators, nothing that was sold, no keys, PINs, tokens.
The log is not in it: the servers write it to stderr, where `journalctl` shows that of their unit.
"""
UNKNOWN = "another"
"""In the place of a word that this version does not know: somebody may have typed it."""


def write_bundle(file: Path, parts: Mapping[str, Any]) -> None:
    """Each part as a JSON file of the zip ``file``, which its owner alone reads. Raises OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with (
        os.fdopen(descriptor, "wb") as opened,
        zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        bundle.writestr("README.txt", ABOUT)
        for name, part in parts.items():
            bundle.writestr(f"{name}.json", json.dumps(part, indent=1))


def told_to_support(told: Report, checks: tuple[Check[Any], ...], folder: Path) -> dict[str, Any]:
    """A report without what may quote somebody: what a check says where it quotes nobody, and
    never why it could not be made."""
    quoting = {check.name for check in checks if check.quotes}
    findings = [
        {
            "check": one.check,
            "state": one.state.value,
            "says": None
            if one.check in quoting or one.state is State.UNKNOWN
            else one.says.replace(str(folder.absolute()), "FOLDER").replace(str(folder), "FOLDER"),
        }
        for one in told.findings
    ]
    return {"software": told.software, "looked_at_ms": told.looked_at_ms, "findings": findings}


def versions_here() -> dict[str, Any]:
    """Of the program's parts and of what is under it."""
    found = {}
    for name in OF_PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return {
        "python": sys.version.split()[0],
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "packages": found,
    }


def known(word: str, words: Collection[str]) -> str:
    """The word, if it is one of ours."""
    return word if word in words else UNKNOWN


def place_of(url: str | None) -> str | None:
    """Scheme, host and port of an address, without a user, a password and what follows."""
    if url is None:
        return None
    at = urlsplit(url)
    port = "" if at.port is None else f":{at.port}"
    return f"{at.scheme}://{at.hostname or ''}{port}"
