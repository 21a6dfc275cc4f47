"""What both programs say alike on the command line: the next command, and their version."""

import os
import shlex

_SET_BY_UV = "UV_RUN_RECURSION_DEPTH"


def command(*words: object) -> str:
    """The words, quoted where a shell needs it, with ``uv run`` before them where uv runs us."""
    return shlex.join((*by_uv(), *map(str, words)))


def by_uv() -> tuple[str, ...]:
    """What stands before a command of ours where uv runs us."""
    return ("uv", "run") if _SET_BY_UV in os.environ else ()


def shell(*words: object) -> str:
    """A command of the system's own, as it can be typed."""
    return shlex.join(map(str, words))


def version_of(program: str) -> str:
    """``edge 1.2.3``: both programs are one package."""
    import importlib.metadata  # only where it is asked for: it takes a tenth of a start

    return f"{program} {importlib.metadata.version('holdfast-pos')}"
