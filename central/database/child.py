"""First steps of every PostgreSQL child: become the right user, die with the parent, exec.

Run by path (by `programs.py`, `central/demo/children.py`) as
`python -I -S child.py PARENT UID:GID|- COMMAND…`. It is a program of its own because code between
fork and exec in a process with threads may deadlock, and because the interpreter, unlike
PostgreSQL, need not be reachable by the user it drops to.

Exits 126 with a line on stderr when it cannot become that user or cannot run the command.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_CANNOT_RUN = 126


def become(account: str) -> None:
    """Drop root's rights for good; `account` is `UID:GID`, or `-` to stay who we are."""
    if account == "-":
        return
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with(parent: int) -> None:
    """Ask Linux for SIGQUIT (PostgreSQL: stop at once) when the thread that started us ends.

    Changing the user clears the request, so it comes after `become`. Other systems have no such
    call.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGQUIT), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(_CANNOT_RUN)


def main() -> None:
    parent, account, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    try:
        become(account)
        die_with(parent)
        os.umask(0o077)
        os.execv(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        raise SystemExit(_CANNOT_RUN) from error


if __name__ == "__main__":
    main()
