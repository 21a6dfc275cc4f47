"""The next command, as both programs name it in their last line: one that can be typed as it is."""

import os
import shlex

_SET_BY_UV = "UV_RUN_RECURSION_DEPTH"


def command(*words: object) -> str:
    """The words, quoted where a shell needs it, with ``uv run`` before them where uv runs us."""
    before = ("uv", "run") if _SET_BY_UV in os.environ else ()
    return shlex.join((*before, *map(str, words)))
