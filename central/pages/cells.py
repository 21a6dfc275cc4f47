"""The board's rows and cells, filled into the forms that its template gives.

A month of a hundred stores is thousands of cells, and what a template looks up, calls and escapes
for each was most of what the page cost. So the template says once how a row and a cell are built,
with a place for each of their words, and here the words are put there: a form is cut at its places
once, what is the same in a store's cells is put there once, and what they say is escaped together.
A store's row is kept as it was filled, and filled anew once anything that it says is another: it is
made of nothing but what it is held against.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from central.domain.day_state import DayState
from central.pages.kept import kept
from central.pages.places import address_of_code
from central.pages.words import board as say
from central.pages.words.figures import ago, day_sentence, lag
from central.pages.words.states import word
from central.reports.board_lines import BoardLine
from central.reports.day_cells import Cell, StoreRow

FORMS_MAX = 16
"""That are kept cut; a page has three."""
_STATES: Mapping[DayState, tuple[str, str]] = {
    state: (state.value, escape(word(state))) for state in DayState
}


class _Form(NamedTuple):
    """A form cut at its places: its ``pieces``, and which of them stand in whose place."""

    pieces: tuple[str, ...]
    places: tuple[tuple[int, str], ...]

    def filled(self, words: Mapping[str, str]) -> "_Form":
        """With these words in their places; the others are left."""
        pieces = list(self.pieces)
        for place, name in self.places:
            pieces[place] = words.get(name, "")
        left = tuple((place, name) for place, name in self.places if name not in words)
        return _Form(tuple(pieces), left)

    def text(self, words: Mapping[str, Markup]) -> Markup:
        """With all of them, which are escaped."""
        return Markup("".join(self.filled(words).pieces))  # noqa: S704  the form is ours


@lru_cache(maxsize=FORMS_MAX)
def _cut(form: str) -> _Form:
    pieces, places = list[str](), []
    for text, name, _, _ in Formatter().parse(form):
        pieces += [text, ""]
        if name:
            places.append((len(pieces) - 1, name))
    return _Form(tuple(pieces), tuple(places))


class Forms(NamedTuple):
    """How a store's row is built. ``row``: with places for ``{code}``, ``{address}``, ``{name}``
    and the ``{cells}``; ``day``: for ``{code}``, ``{address}``, ``{on}``, ``{state}``, its
    ``{word}``, what is ``{said}`` beside it, and ``{cash}``, which stays empty or is built as
    ``cash`` says; ``nothing``: a date of which nothing came and nothing is missed."""

    row: Markup
    day: Markup
    cash: Markup
    nothing: Markup


class Lines(NamedTuple):
    """How the line of a store with its newest day is built: ``line``, with places for ``{code}``,
    ``{contact}`` and ``{lag}``, and for the ``{head}`` and the ``{day}``, which these build of what
    they are given."""

    line: Markup
    head: Callable[..., Markup]
    day: Callable[..., Markup]


class Fill(NamedTuple):
    """What a page's rows are said with."""

    now_ms: int
    decimals: int

    def rows(self, rows: Iterable[StoreRow], *forms: Markup) -> Markup:
        """Stores with their cells; ``forms``: ``Forms``, in their order."""
        found = Forms(*forms)
        return _one_below_the_other(self._row(row, found) for row in rows)

    def _row(self, row: StoreRow, forms: Forms) -> Markup:
        is_silent = DayState.NOT_HEARD in [cell.state for cell in row.cells]
        since = say.since(row.heard_ms, self.now_ms) if is_silent else ""
        said = (row.code, row.name, row.cells, since, self.decimals, forms)
        dates = [cell.business_date for cell in row.cells[:1]]
        return kept.newest("board.row", (row.code, *dates, len(row.cells)), _filled_row, *said)

    def lines(self, lines: Iterable[BoardLine], *forms: Any) -> Markup:
        """Stores with their newest days; ``forms``: ``Lines``, in their order."""
        found = Lines(*forms)
        return _one_below_the_other(self._line(line, found) for line in lines)

    def _line(self, line: BoardLine, forms: Lines) -> Markup:
        code, name, _, standing, about, found, _, state = line
        on = about.business_date if about else None
        figures = (line.store_minor, line.central_minor, line.difference_minor)
        said = (code, on, *figures, state, day_sentence(about, found, self.decimals), self.decimals)
        filled = {
            "code": escape(code),
            "head": kept.newest("board.line_head", code, forms.head, code, name, on),
            "contact": escape(ago(standing.last_contact_ms, self.now_ms)),
            "lag": escape(lag(standing)),
            "day": kept.newest("board.line_day", code, forms.day, *said),
        }
        return _cut(str(forms.line)).text(filled)


def _one_below_the_other(parts: Iterable[Markup]) -> Markup:
    return Markup("\n".join(parts))  # noqa: S704  parts of ours


def _filled_row(
    code: str, name: str, cells: tuple[Cell, ...], since: str, decimals: int, forms: Forms
) -> Markup:
    address = address_of_code(code)
    filled = _filled(code, address, cells, since, decimals, forms[1:])
    head = {"code": escape(code), "address": escape(address), "name": escape(name)}
    return _cut(str(forms.row)).text({**head, "cells": filled})


def _filled(
    code: str,
    address: str,
    cells: tuple[Cell, ...],
    since: str,
    decimals: int,
    forms: Sequence[Markup],
) -> Markup:
    """``since``: what its dates say on which nobody heard of the store."""
    day, cash, nothing = map(str, forms)
    form = _cut(day).filled({"code": escape(code), "address": escape(address)})
    pieces, filled = list(form.pieces), []
    said = _escaped([say.cell(one, since, decimals) for one in cells])
    for cell, beside in zip(cells, said, strict=True):
        if cell.state is None:
            filled.append(nothing)
            continue
        state, text = _STATES[cell.state]
        over_short = cell.over_short_minor
        money = cash.format(said=escape(say.cash(over_short, decimals))) if over_short else ""
        on = cell.business_date.isoformat()
        words = {"on": on, "state": state, "word": text, "said": beside, "cash": money}
        for place, name in form.places:
            pieces[place] = words[name]
        filled.append("".join(pieces))
    return Markup("\n".join(filled))  # noqa: S704  the forms are ours, the rest is escaped


def _escaped(texts: Sequence[str]) -> list[str]:
    """Each of them, none of which has a line break."""
    return str(escape("\n".join(texts))).split("\n")
