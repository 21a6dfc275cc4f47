"""Words in both languages, and how a page reads them in the one that it speaks.

A catalogue is a module. What it says is a pair, English and Chinese, or a function that gives one,
or a mapping to pairs::

    title = "Sync", "同步"

    def waits(records: int) -> Said:
        return f"{records:,} records wait", f"{records:,} 条记录等待"

A template reads ``say.sync.title`` and ``say.sync.waits(3)``, and follows the choice by itself.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any, TypeAlias

from edge.api.office import Language

Said: TypeAlias = tuple[str, str]
LANGUAGES = tuple(language.value for language in Language)
"""In the order of a pair."""


def spoken(words: Any, language: str) -> Any:
    """A pair, a function that gives one, or a mapping of them, in one language."""
    match words:
        case (str(), str()):
            return words[LANGUAGES.index(language)]
        case Mapping():
            return {name: spoken(each, language) for name, each in words.items()}
        case _ if callable(words):
            return _asked(words, language)
    return words


def _asked(words: Callable[..., Any], language: str) -> Callable[..., Any]:
    return lambda *about: spoken(words(*about), language)


class Catalogue:
    """One module's words in one language."""

    def __init__(self, module: ModuleType, language: str) -> None:
        self._module = module
        self._language = language

    def __getattr__(self, name: str) -> Any:
        return spoken(getattr(self._module, name), self._language)


class Say:
    """Every catalogue in one language: ``say`` in a template."""

    def __init__(self, modules: Mapping[str, ModuleType], language: str) -> None:
        self._catalogues = {name: Catalogue(each, language) for name, each in modules.items()}

    def __getattr__(self, name: str) -> Catalogue:
        try:
            return self._catalogues[name]
        except KeyError as error:
            raise AttributeError(name) from error


@cache
def chosen(modules: tuple[ModuleType, ...], language: str) -> Say:
    """The same for every page of one language."""
    named = {module.__name__.rpartition(".")[2]: module for module in modules}
    return Say(MappingProxyType(named), language)
