"""Why the embedded PostgreSQL did not start, in one sentence: where, why, and what to do.

`embedded.py` raises what stands here; a command line prints it and ends with exit code 2.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

LOG_NAME = "log"
DISK_FULL = ("the disk is full", "free some space or choose a folder on another disk")
# What PostgreSQL's own programs print, and what it means to a person: (printed, why, remedy).
_KNOWN_FAILURES = (
    ("No space left on device", *DISK_FULL),
    ("Disk quota exceeded", *DISK_FULL),
    ("File too large", "a limit on file sizes is in force", "raise it (ulimit -f unlimited)"),
    (
        "files are incompatible with server",
        "its data was written by another version of PostgreSQL",
        "dump it with that version, or choose a new folder",
    ),
    (
        "could not create shared memory segment",
        "the system grants it no shared memory",
        "raise the limit (sysctl kernel.shmall) or stop other databases",
    ),
)


class PostgresCannotStart(Exception):
    """The embedded server is not running; nothing of it is left running either.

    `str()` is one sentence for a person: where, `why`, and the `remedy`.
    """

    def __init__(self, folder: Path, why: str, remedy: str) -> None:
        super().__init__(f"PostgreSQL cannot start in {folder}: {why}; {remedy}.")
        self.folder = folder
        self.why = why
        self.remedy = remedy


def from_printed(folder: Path, user: str, printed: str) -> PostgresCannotStart:
    """The sentence for what PostgreSQL printed: a known failure, or its own last complaint."""
    for marker, why, remedy in _KNOWN_FAILURES:
        if marker in printed:
            return PostgresCannotStart(folder, why, remedy)
    if "Permission denied" in printed:
        return unreachable(folder, user)
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    complaints = [line for line in lines if re.search(r"\b(FATAL|PANIC|error|ERROR):", line)]
    said = (complaints or lines or ["it ended without a word"])[-1].rstrip(".")
    return PostgresCannotStart(folder, said, f"its log is {folder / LOG_NAME}")


def unreachable(folder: Path, user: str) -> PostgresCannotStart:
    return PostgresCannotStart(
        folder,
        f"the user {user} may not enter it or a folder above it",
        f"open the way (chmod o+x) or choose a folder that {user} can reach",
    )


def from_os_error(folder: Path, error: OSError) -> PostgresCannotStart:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PostgresCannotStart(folder, *DISK_FULL)
    return PostgresCannotStart(
        folder,
        f"{error.filename or 'the system'}: {error.strerror or error}",
        "check the folder's rights and place, or choose another",
    )
