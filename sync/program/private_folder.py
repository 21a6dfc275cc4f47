"""A server's own folder: nobody else on the machine reads what lies in it, however it was made."""

from collections.abc import Collection
from pathlib import Path

OWNER_ONLY = 0o700
OTHERS_PASS = 0o711
"""Other users may pass to what they can name and may open; they list and read nothing."""
FILE_MODE = 0o600
PRIVATE_UMASK = 0o077
"""Of a server's process: whatever it makes later is its owner's alone."""


def keep_private(folder: Path, *, mode: int = OWNER_ONLY, leave: Collection[str] = ()) -> None:
    """Set the folder's mode, and that of each file right in it to FILE_MODE; ``leave`` those whose
    mode tells something (a key that others could read is no secret any more). Raises OSError."""
    folder.chmod(mode)
    for entry in folder.iterdir():
        if entry.name not in leave and entry.is_file() and not entry.is_symlink():
            entry.chmod(FILE_MODE)
