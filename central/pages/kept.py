"""Parts of pages that are kept as they were built, as long as they say the same.

A board is asked for every few seconds, and most of its rows say what they said a moment ago. What
is built of nothing but what it is given (a macro of a template, or a function) may be built through
``kept``: the same words give the same part, and nothing is walked again.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from markupsafe import Markup

LETTERS_MAX = 8_000_000
"""Of all parts together, a thousand stores' months; where there would be more all are let go."""


class _Kept:
    def __init__(self) -> None:
        self._parts: dict[Hashable, tuple[Sequence[Any], Markup]] = {}
        self._letters = 0

    def __call__(self, name: str, build: Callable[..., Markup], *said: Hashable) -> Markup:
        """What ``build`` makes of ``said``. ``name``: of it, among those of all pages."""
        return self.newest(name, said, build, *said)

    def newest(self, name: str, of: Hashable, build: Callable[..., Markup], *said: Any) -> Markup:
        """The same of what is one thing, ``of``, whatever it says: of it the newest part alone is
        kept. What it says is held against what it said, mostly the very same values, which takes a
        tenth of what looking it up does."""
        key = (name, of)
        before = self._parts.get(key)
        if before is not None:
            if before[0] == said:
                return before[1]
            self._letters -= len(before[1])
        part = build(*said)
        if self._letters + len(part) > LETTERS_MAX:
            self._parts.clear()
            self._letters = 0
        self._parts[key] = said, part
        self._letters += len(part)
        return part


kept = _Kept()
