"""One process owns a store's folder.

Two writers on one journal would give two sales one sequence, so the lock is the kernel's
(``flock``): it goes with the process, however that ends, and needs no cleaning up.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from edge.db.connection.errors import FolderHeld

LOCK_FILE = "edge.lock"
PID_BYTES_MAX = 20


class FolderLock:
    """The exclusive hold on ``folder``; leave the ``with`` block or call ``release``."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def hold_folder(folder: Path) -> FolderLock:
    """Take the exclusive hold on an existing ``folder`` at once, or raise FolderHeld.

    A forked child shares the hold for as long as it lives: fork first, then take it.
    """
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, PID_BYTES_MAX).strip()
        os.close(descriptor)
        raise FolderHeld(folder, int(holder) if holder.isdigit() else None) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return FolderLock(folder, descriptor)
