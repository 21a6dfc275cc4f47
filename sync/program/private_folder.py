"""A server's own folder: nobody else on the machine reads what lies in it, however it was made."""

import os
import pwd
from collections.abc import Collection
from pathlib import Path

OWNER_ONLY = 0o700
OTHERS_PASS = 0o711
"""Other users may pass to what they can name and may open; they list and read nothing."""
FILE_MODE = 0o600
PRIVATE_UMASK = 0o077
"""Of a server's process: whatever it makes later is its owner's alone."""
_BEGAN_AS = os.getuid()
"""Before root goes on as a service's account (``work_as_account``)."""


def keep_private(folder: Path, *, mode: int = OWNER_ONLY, leave: Collection[str] = ()) -> None:
    """Set the folder's mode, and that of each file right in it to FILE_MODE; ``leave`` those whose
    mode tells something (a key that others could read is no secret any more). Raises OSError."""
    folder.chmod(mode)
    for entry in folder.iterdir():
        if entry.name not in leave and entry.is_file() and not entry.is_symlink():
            entry.chmod(FILE_MODE)


def unit_account(program: str) -> str:
    """The user as which a service of ``program`` runs."""
    return f"holdfast-{program}"


def began_by() -> str:
    """The account of whoever began this program: by ``sudo``, who typed it (only root says whom
    sudo was for), and never the service's account as which root's commands go on."""
    said = os.environ.get("SUDO_UID", "") if _BEGAN_AS == 0 else ""
    uid = int(said) if said.isascii() and said.isdigit() else _BEGAN_AS
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)


def work_as_account(program: str, folder: Path) -> None:
    """Root works in a service's folder as the service's user does: what it leaves there the service
    can open. Needless, and nothing, for anybody else and in any other folder."""
    if os.geteuid() != 0 or not folder.is_dir():
        return
    try:
        account = pwd.getpwuid(folder.stat().st_uid)
    except KeyError:
        return
    if account.pw_name == unit_account(program):
        os.setgroups(())
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
