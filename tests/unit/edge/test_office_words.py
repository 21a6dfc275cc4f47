"""Every word of the back office stands in both languages; a page reads the one that it speaks."""

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

from edge.domain.in_chinese import REFUSALS
from edge.pages.words import CATALOGUES, LANGUAGES, language_of, say_in
from edge.pages.words.figures import label
from edge.pages.words.language import Said, spoken
from sync.protocol.figures import FIGURES, DayFigure, Reading


def pairs(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, words in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(words, Mapping) and words is not REFUSALS:
            yield from ((f"{name}.{key}", each) for key, each in words.items())
        elif isinstance(words, tuple):
            yield name, words


@pytest.mark.parametrize("module", CATALOGUES, ids=lambda module: module.__name__)
def test_every_text_is_said_in_both_languages(module: ModuleType) -> None:
    found = dict(pairs(module))
    for name, words in found.items():
        assert isinstance(words, tuple), name
        assert len(words) == len(LANGUAGES), name
        assert all(isinstance(each, str) and each.strip() for each in words), name
    for name, words in vars(module).items():
        if inspect.isfunction(words) and words.__module__ == module.__name__:
            assert words.__annotations__["return"] is Said, name


def test_a_text_that_says_the_same_in_both_is_a_name_or_a_command() -> None:
    same = {words[0] for module in CATALOGUES for _, words in pairs(module) if words[0] == words[1]}
    assert same <= {"PIN", "edge pair M1 --office"}


def test_a_page_reads_the_language_that_it_speaks() -> None:
    english, chinese = (say_in(language) for language in LANGUAGES)
    assert (english.sync.title, chinese.sync.title) == ("Sync", "同步")
    assert english.everywhere.ago(0, 120_000) == "2 min ago"
    assert chinese.everywhere.ago(0, 120_000) == "2 分钟前"
    assert chinese.everywhere.places["people"] == "人员"
    assert spoken(3, "en") == 3
    with pytest.raises(AttributeError):
        _ = english.nothing


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.slug)
def test_every_figure_of_a_day_has_a_head_in_chinese(figure: DayFigure) -> None:
    english, chinese = label(Reading(figure, None, None, 0))
    assert (english, chinese.isascii()) == (figure.label, False)


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "zh-TW,en;q=0.5", "zh-Hans"),
        ("en", "zh-CN", "en"),
        ("zh-Hans", "en", "zh-Hans"),
        ("klingon", "fr", "en"),
    ],
)
def test_a_choice_wins_over_what_the_browser_asks(
    cookie: str, accepted: str, language: str
) -> None:
    assert language_of(cookie, accepted) == language
