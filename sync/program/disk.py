"""Whether a folder's disk has room and takes what is written, before or while a server works on
it."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from sync.program.command_line import shell
from sync.program.findings import Found, attention, fine, stop

ROOM_BYTES_MIN = 64 << 20
"""Below it a database soon cannot finish what it began."""
FILES_FREE_MIN = 1_000
WRITTEN_BYTES = 4_096
_FULL = (errno.ENOSPC, errno.EDQUOT)


def look_at_disk(folder: Path, wanted_bytes: int) -> Found:
    """The disk of ``folder``, which need not be there yet; ``wanted_bytes``: below it somebody
    should make room."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        disk = os.statvfs(there)
        free = shutil.disk_usage(there).free
        _write(there)
    except OSError as error:
        return _not_written(there, error)
    if disk.f_files and disk.f_favail < FILES_FREE_MIN:
        says = f"The disk of {folder} takes only {disk.f_favail:,} more files."
        return attention(says, "Remove files that nobody needs:", shell("df", "-ih", there))
    room = f"The disk of {folder} has {free >> 20:,} MiB free"
    if free >= wanted_bytes:
        return fine(f"{room} and can be written.")
    graded = stop if free < ROOM_BYTES_MIN else attention
    more = f"{room}; {wanted_bytes >> 20:,} MiB are wanted."
    return graded(more, "Free some space; this shows what is full:", shell("df", "-h", there))


def _write(there: Path) -> None:
    with tempfile.TemporaryFile(dir=there) as file:
        file.write(bytes(WRITTEN_BYTES))
        file.flush()
        os.fsync(file.fileno())


def _not_written(there: Path, error: OSError) -> Found:
    if error.errno in _FULL:
        return stop(
            f"The disk of {there} is full ({error.strerror}): nothing more is written.",
            "Free some space; this shows what is full:",
            shell("df", "-h", there),
        )
    if error.errno == errno.EROFS:
        return stop(
            f"The disk of {there} can only be read ({error.strerror}): it may be failing.",
            "Read why, and put another disk in:",
            shell("findmnt", "--target", there),
        )
    return stop(
        f"{there} cannot be written: {error.strerror}.",
        "Give this user the right to it; this shows whose it is:",
        shell("ls", "-ld", there),
    )
