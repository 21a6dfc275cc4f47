"""Parts of pages that are kept as they were built, as long as they say the same.

A board is asked for every few seconds, and most of its rows say what they said a moment ago. What
is built of nothing but what it is given (a macro of a template, or a function) may be built through
``kept``: the same words give the same part, and nothing is walked again.
"""

from collections.abc import Callable, Hashable

from markupsafe import Markup

LETTERS_MAX = 8_000_000
"""Of all parts together, a thousand stores' months; where there would be more all are let go."""


class _Kept:
    def __init__(self) -> None:
        self._parts: dict[Hashable, Markup] = {}
        self._letters = 0

    def __call__(self, name: str, build: Callable[..., Markup], *said: Hashable) -> Markup:
        """What ``build`` makes of ``said``. ``name``: of it, among those of all pages."""
        key = (name, said)
        part = self._parts.get(key)
        if part is None:
            part = build(*said)
            if self._letters + len(part) > LETTERS_MAX:
                self._parts.clear()
                self._letters = 0
            self._parts[key] = part
            self._letters += len(part)
        return part


kept = _Kept()
