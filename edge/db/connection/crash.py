"""Named points at which a test may kill the process.

The names stand in the code path itself, so that a crash test cuts what really runs. Not armed, a
point costs one look at an empty dictionary. ``HOLDFAST_CRASH_AT="before_commit:7"`` arms a process
from outside: it dies of SIGKILL as it passes that point for the seventh time.

The writer's points, in order: ``after_unit`` (each unit, before the commit), ``before_commit``,
``after_commit``, ``before_answer`` (durable, and no caller was told). A payment's, once it is
written down: ``before_asking``, ``terminal_answered``, ``payment_settled``.
"""

import os
import signal
from collections.abc import Callable

VARIABLE = "HOLDFAST_CRASH_AT"

_armed: dict[str, tuple[int, Callable[[], None]]] = {}


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash_point(name: str) -> None:
    """Pass the point ``name``: nothing, unless it is armed and this is the pass that counts."""
    if _armed and name in _armed:
        _pass(name)


def _pass(name: str) -> None:
    left, act = _armed.pop(name)
    if left > 1:
        _armed[name] = (left - 1, act)
    else:
        act()


def arm(name: str, nth: int = 1, act: Callable[[], None] = _kill) -> None:
    """Do ``act``, a SIGKILL by default, at the ``nth`` pass of the point ``name``, once."""
    if nth < 1:
        raise ValueError(f"a point is passed for the first time at 1, not {nth}")
    _armed[name] = (nth, act)


def disarm() -> None:
    """Forget every armed point."""
    _armed.clear()


def arm_from(text: str) -> None:
    """Arm what ``text`` names, such as ``before_commit:7``; a name alone means the first pass."""
    name, _, nth = text.partition(":")
    arm(name, int(nth or "1"))


if VARIABLE in os.environ:
    arm_from(os.environ[VARIABLE])
